// Ages tick, what is new is told, and the server knows that somebody is here.
const SPANS = [[86400, "d"], [3600, "h"], [60, "min"]];

function age(seconds) {
  for (const [unit, name] of SPANS) if (seconds >= unit) return `${Math.floor(seconds / unit)} ${name}`;
  return `${Math.max(0, Math.floor(seconds))} s`;
}

function tick() {
  for (const time of document.querySelectorAll("time.age")) time.textContent = age((Date.now() - Date.parse(time.dateTime)) / 1000);
}

async function look() {
  try {
    const answer = await fetch(document.body.dataset.counts, { headers: { "X-Poll": "1" }, redirect: "error" });
    if (!answer.ok) return;
    const { counts } = await answer.json();
    let more = 0;
    for (const shown of document.querySelectorAll("[data-count]")) {
      const name = shown.dataset.count;
      if (name === "safety" || name === "cases") more += Math.max(0, counts[name] - Number(shown.textContent));
    }
    const news = document.querySelector(".news");
    if (news && more > 0) {
      news.querySelector("span").textContent = more === 1 ? "Somebody new is waiting." : "More people are waiting.";
      news.hidden = false;
      document.title = `(!) ${document.title.replace(/^\(!\) /, "")}`;
    }
  } catch {
    // No connection for a moment: the next look will tell.
  }
}

async function beat() {
  const form = document.querySelector("[name=csrfmiddlewaretoken]");
  if (!form) return;
  try {
    await fetch(document.body.dataset.here, { method: "POST", headers: { "X-Poll": "1", "X-CSRFToken": form.value } });
  } catch {
    // As above.
  }
}

setInterval(tick, 5000);
tick();
if (document.body.dataset.counts) setInterval(look, 20000);
if (document.body.dataset.here) {
  setInterval(beat, 45000);
  beat();
}
