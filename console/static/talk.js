// The talk, live: what the person writes appears here, and words are sent without leaving the page.
const said = document.getElementById("said");
const form = document.getElementById("say");
const state = document.getElementById("state");
let last = Number(said.dataset.last);
let busy = false;

// What is said of words that were not shown to the person at once. After those in KEPT the box is emptied: sending again would say them twice.
const TOLD = {
  said: "Sent",
  unsent: "Kept: the person is not there just now, and sees it when they come back.",
  on_its_way: "On its way. It appears above in a moment.",
  gone: "Not sent: the person has left or blocked the chat.",
  not_arrived: "Not sent: Telegram did not take it. Wait a minute, then send it again.",
  not_speaking: "Not sent: you do not speak here any more. Load the page again.",
  unknown_whether_said: "The assistant's server did not answer. Your words are still here: send them again as they are, and they arrive once.",
};
const KEPT = ["said", "unsent", "on_its_way"];

// The same words in the same form are one message, however often they are sent.
function newMessage() {
  form.elements.id.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function show(turn) {
  const box = element("div", `turn ${turn.who}`);
  const names = { person: "Person", staff: `${turn.staff} (staff)`, bot: "Assistant" };
  const head = element("p", "small", `${names[turn.who] ?? turn.who} · ${new Date(turn.at * 1000).toISOString().slice(11, 19)} `);
  for (const one of turn.heard) {
    const about = one.about === "other" ? ", somebody else" : "";
    head.append(element("span", `chip ${one.level}`, `${one.level}: ${one.danger.replaceAll("_", " ")}${about}`), " ");
  }
  box.append(head, element("p", "", turn.text));
  said.append(box);
  said.scrollTop = said.scrollHeight;
}

async function look() {
  if (busy) return;
  busy = true;
  try {
    const answer = await fetch(`${said.dataset.news}?after=${last}`, { headers: { "X-Poll": "1" } });
    if (answer.status === 404) location.reload();
    if (answer.status === 401) location.reload();
    if (!answer.ok) return;
    const news = await answer.json();
    news.turns.forEach(show);
    last = Math.max(last, news.last);
    if (news.mine !== (said.dataset.mine === "yes")) location.reload();
  } catch {
    if (state) state.textContent = "No connection. Trying again.";
    return;
  } finally {
    busy = false;
  }
  if (state?.textContent === "No connection. Trying again.") state.textContent = "";
}

async function send(event) {
  event.preventDefault();
  const box = form.elements.text;
  if (!box.value.trim()) return;
  const body = new FormData(form);
  state.textContent = "Sending";
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Poll": "1" } });
    const { state: told } = await answer.json();
    state.textContent = TOLD[told] ?? TOLD.unknown_whether_said;
    if (KEPT.includes(told)) box.value = "";
    if (told in TOLD && told !== "unknown_whether_said") newMessage();
    look();
  } catch {
    state.textContent = "No connection. Your words are still here: send them again as they are, and they arrive once.";
  }
  box.focus();
}

if (form) {
  form.addEventListener("submit", send);
  form.elements.text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event);
  });
  for (const ready of document.querySelectorAll("button.ready")) {
    ready.addEventListener("click", () => {
      const box = form.elements.text;
      box.value = box.value ? `${box.value.trimEnd()}\n\n${ready.dataset.text}` : ready.dataset.text;
      box.focus();
    });
  }
}
said.scrollTop = said.scrollHeight;
setInterval(look, 2500);
