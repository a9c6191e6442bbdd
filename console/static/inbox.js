// Keys for the inbox: j and k move, o opens, d marks as done, t tags, / searches. Nothing here is needed to use the page.
const items = [...document.querySelectorAll(".item")];
const dialog = document.querySelector("#tagging");
let here = -1;

function go(to) {
  if (!items.length) return;
  if (here >= 0) items[here].classList.remove("here");
  here = Math.min(items.length - 1, Math.max(0, to));
  items[here].classList.add("here");
  items[here].querySelector(".open").focus();
}

function tag() {
  if (here < 0 || !dialog) return;
  const open = items[here].querySelector(".open");
  dialog.querySelector("form").action = `${open.getAttribute("href")}annotate/`;
  dialog.querySelector(".which").textContent = open.textContent.trim();
  dialog.showModal();
}

dialog?.querySelector(".cancel").addEventListener("click", () => dialog.close());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog?.open || event.target.closest("input, select, textarea")) return;
  const keys = {
    j: () => go(here + 1),
    k: () => go(here - 1),
    o: () => here >= 0 && items[here].querySelector(".open").click(),
    d: () => here >= 0 && items[here].querySelector(".done")?.requestSubmit(),
    t: tag,
    "/": () => document.querySelector("#q").focus(),
  };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});
for (const [place, item] of items.entries()) item.querySelector(".open").addEventListener("focus", () => here !== place && go(place));
