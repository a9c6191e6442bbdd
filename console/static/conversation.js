// Looks for news every few seconds while the page is in view, and shows them when nothing is being written or read.
const news = document.querySelector("#news");
const { news: address, last } = document.body.dataset;
const EVERY = 4000;

function busy() {
  const typed = [...document.querySelectorAll("textarea, aside input[type=text]")].some((field) => field.value);
  return typed || document.querySelector(".covered[open], .why[open], .steps[open], aside details[open]") || document.activeElement.closest("form");
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`${address}?after=${last}`, { headers: { "X-Poll": "1" }, redirect: "error" });
    if (answer.status === 401 || answer.status === 404) return location.reload();
    if (!answer.ok || !(await answer.json()).news) return;
    if (busy()) news.hidden = false;
    else location.reload();
  } catch {
    // No connection for a moment: the next look will tell.
  }
}

setInterval(look, EVERY);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const keys = { j: "#next", n: "#next" };
  if (keys[event.key]) document.querySelector(keys[event.key]).click();
  else if (event.key === "t") document.querySelector("#tag")?.focus();
  else if (event.key === "d" && document.querySelector("#mark")) {
    document.querySelector("#status").value = "done";
    document.querySelector("#mark [value=next]").click();
  } else return;
  event.preventDefault();
});
