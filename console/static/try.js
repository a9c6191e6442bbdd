// A trial talk: all turns are sent each time, so the server keeps nothing.
const form = document.getElementById("try");
const log = document.getElementById("log");
const why = document.getElementById("why");
const state = document.getElementById("state");
const TROUBLES = {
  no_model: "The assistant could not be started. Is it trained? Run make train.",
  busy: "Somebody else is trying it just now. Try again in a minute.",
  unreadable: "That could not be read.",
};
let turns = [];

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function show(who, text, buttons = []) {
  const box = element("div", `turn ${who}`);
  box.append(element("p", "small", who === "person" ? "You" : "Assistant"), element("p", "", text));
  if (buttons.length) {
    const row = element("div", "row");
    for (const one of buttons) {
      const button = element("button", "", one.title);
      button.type = "button";
      button.addEventListener("click", () => send(one.payload, one.title));
      row.append(button);
    }
    box.append(row);
  }
  log.append(box);
  log.scrollTop = log.scrollHeight;
}

function explain(found) {
  const list = element("dl", "facts");
  const add = (name, value) => list.append(element("dt", "", name), element("dd", "", value));
  add("Decision", found.decision.replaceAll("_", " "));
  if (found.intent) add("Intent", found.intent);
  for (const one of found.risk) add("Danger", `${one.level}: ${one.danger.replaceAll("_", " ")} (${one.about}), by ${one.why}`);
  for (const one of found.answers.slice(0, 3)) add(`${Math.round(100 * one.score)} %`, `${one.id.replaceAll("_", " ")}, near “${one.why}”`);
  why.replaceChildren(list);
}

async function send(text, title = text) {
  if (!turns.length) log.replaceChildren();
  turns.push(text);
  show("person", title);
  state.textContent = "The assistant thinks. The first time takes about half a minute.";
  const body = new FormData(form);
  body.delete("words");
  body.set("turns", JSON.stringify(turns));
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const found = await answer.json();
    if (found.trouble) {
      state.textContent = TROUBLES[found.trouble] ?? "Something failed.";
      turns.pop();
      return;
    }
    for (const reply of found.replies) show("bot", reply.text, reply.buttons);
    explain(found);
    state.textContent = "";
  } catch {
    turns.pop();
    state.textContent = "No connection. Try again.";
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const box = form.elements.words;
  const text = box.value.trim();
  if (text) send(text);
  box.value = "";
  box.focus();
});
form.elements.words.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    form.requestSubmit();
  }
});
document.getElementById("again").addEventListener("click", () => {
  turns = [];
  log.replaceChildren(element("p", "soft", "Nothing has been said yet."));
  why.replaceChildren(element("p", "soft", "What was heard and chosen stands here after each message."));
});
