// The chat on the demo page: sends what is written, shows what comes back, loses nothing in between.
// Replies are put in as text only, so nothing in them can become markup.

const WORDS = Object.freeze({
  writing: "Mooring is answering…",
  away: "I cannot reach the assistant. Your message is kept and will be sent when it is back. The helplines below work now.",
  slow: "That was a lot at once. Your message is kept and will be sent in a moment.",
  sources: "Sources",
  contactText: "Only the person who calls you sees this. It is locked away apart from this chat, and deleted when the call is done.",
  contactHow: "How can we reach you? A phone number, for example.",
  contactWhen: "When is a good time, and what should we not say if somebody else answers?",
  contactAgree: "You may use this to call me, and for nothing else.",
  contactSend: "Ask for a call",
  contactKept: "Thank you, that is locked away. Somebody calls when they can. If you cannot wait, the helplines below are open.",
  contactClosed: "Nobody is waiting for this any more. Nothing was kept. You can ask for a call in the chat again.",
  contactFailed: "That could not be kept just now. Nothing was kept, so please try again later.",
});
const LEAVE_CONTACT = "/flow/leave_contact"; // a button that opens a form here: what is written in it is no part of the conversation
const WAIT = 3000; // milliseconds between tries
const PATIENCE = 20000; // milliseconds for one answer

const chat = document.body.dataset.chat;
const log = document.getElementById("log");
const state = document.getElementById("state");
const form = document.getElementById("ask");
const words = document.getElementById("words");
const country = document.getElementById("country");
const greeting = log.firstElementChild;
const waiting = [];
let token = null;
let busy = false;

async function post(path, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch(`${chat}/${path}`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal: stop.signal, credentials: "omit",
    });
  } finally {
    clearTimeout(timer);
  }
}

function paragraphs(turn, text) {
  for (const part of text.split(/\n{2,}/)) {
    const line = document.createElement("p");
    line.textContent = part;
    turn.append(line);
  }
}

function show(kind, reply) {
  const turn = document.createElement("div");
  turn.className = `turn ${kind}`;
  paragraphs(turn, reply.text);
  if (reply.sources?.length) turn.append(sources(reply.sources));
  if (reply.buttons?.length) turn.append(choices(reply.buttons));
  log.append(turn);
  // A long answer is shown from its beginning, not from its end.
  turn.scrollIntoView({ block: kind === "bot" ? "start" : "nearest" });
}

function sources(list) {
  const box = document.createElement("details");
  const title = document.createElement("summary");
  title.textContent = `${WORDS.sources} (${list.length})`;
  const items = document.createElement("ul");
  for (const source of list) {
    const item = document.createElement("li");
    const named = [source.title, source.publisher, source.year].filter(Boolean).join(", ");
    if (/^https?:\/\//.test(source.url ?? "")) {
      const link = document.createElement("a");
      Object.assign(link, { href: source.url, target: "_blank", rel: "noopener noreferrer", textContent: named });
      item.append(link);
    } else {
      item.textContent = named;
    }
    items.append(item);
  }
  box.append(title, items);
  return box;
}

function choices(buttons) {
  const row = document.createElement("div");
  row.className = "choices";
  for (const { title, payload } of buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.addEventListener("click", () => (payload === LEAVE_CONTACT ? row.after(contactForm(button)) : say(title, payload)));
    row.append(button);
  }
  return row;
}

function contactForm(button) {
  button.disabled = true;
  const made = document.createElement("form");
  made.autocomplete = "off";
  const text = document.createElement("p");
  text.textContent = WORDS.contactText;
  const field = (name) => {
    const label = document.createElement("label");
    const area = document.createElement("textarea");
    Object.assign(area, { rows: 2, maxLength: 250, spellcheck: false });
    label.append(WORDS[name], area);
    return [label, area];
  };
  const [howLabel, how] = field("contactHow");
  const [whenLabel, when] = field("contactWhen");
  const agreeLabel = document.createElement("label");
  const agree = document.createElement("input");
  Object.assign(agree, { type: "checkbox", required: true });
  how.required = true;
  agreeLabel.append(agree, ` ${WORDS.contactAgree}`);
  const send = document.createElement("button");
  send.textContent = WORDS.contactSend;
  made.append(text, howLabel, whenLabel, agreeLabel, send);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    let status = 0;
    try {
      status = (await post("contact", { token, contact: how.value, when: when.value, agree: true })).status;
    } catch {
      // Said below.
    }
    text.textContent = WORDS[status === 200 ? "contactKept" : status === 410 ? "contactClosed" : "contactFailed"];
    if (status === 200 || status === 410) made.replaceChildren(text);
    text.tabIndex = -1;
    text.focus();
  });
  setTimeout(() => how.focus(), 0);
  return made;
}

function say(text, payload) {
  show("me", { text });
  const message = { id: crypto.randomUUID?.() ?? String(Math.random()), text };
  if (payload) message.payload = payload;
  if (country.value) message.country = country.value;
  waiting.push(message);
  send();
}

async function send() {
  if (busy || !waiting.length) return;
  busy = true;
  state.textContent = WORDS.writing;
  try {
    if (!token) token = (await (await post("session", {})).json()).token;
    const answer = await post("message", { token, ...waiting[0] });
    if (answer.status === 401) token = null;
    if (answer.status === 401 || answer.status === 429) throw new Error(answer.status === 429 ? WORDS.slow : "");
    const { replies } = await answer.json();
    waiting.shift();
    state.textContent = "";
    for (const reply of replies) show("bot", reply);
  } catch (error) {
    state.textContent = error.message === WORDS.slow ? WORDS.slow : WORDS.away;
    setTimeout(send, WAIT);
    return;
  } finally {
    busy = false;
  }
  send();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = words.value.trim();
  if (!text) return;
  words.value = "";
  say(text);
});
words.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
document.getElementById("again").addEventListener("click", () => {
  token = null;
  waiting.length = 0;
  state.textContent = "";
  log.replaceChildren(greeting);
  words.focus();
});
