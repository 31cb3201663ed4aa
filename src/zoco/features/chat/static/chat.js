// Keeps a conversation live. Messages come over a WebSocket in their order; a number that is missing is read by REST.
// One's own are sent by REST under an id of ours, so that sending again, after whatever went wrong, makes no second one.
// What is not sent yet survives a reload.

const talk = document.querySelector("[data-talk]");
const list = talk.querySelector(".said-list");
const form = talk.querySelector("form.say");
const state = talk.querySelector("[data-state]");
const blank = talk.querySelector("template").content.firstElementChild;
const { talk: channel, me: known } = talk.dataset;
const language = document.documentElement.lang;
const asked = new URLSearchParams({ email: channel });
const kept = `zoco.chat ${channel}`;
const past = new URLSearchParams(location.search).has("before"); // an earlier page, to which nothing is added
const LINK = /https?:\/\/[^\s<>"']+/g;
const AFTERWARDS = /[.,;:!?…)\]}»”’]+$/;
const LONGEST = 30_000; // ms between two tries to connect
const TYPING = 3_000;
const REPORTED = 2_000; // ms between two times that we say how far we have read
const STEADY = 5_000; // ms after which a connection counts as one that was fine
const quiet = "general" in talk.dataset && !blank.querySelector(".remove"); // nobody asks what everybody has read

let last = Number(talk.dataset.last);
let me = known;
let socket = null;
let failures = 0;
let connecting, unsaid;
let writing = "";
let reading = false;
let behind = false;
let told = 0; // up to where the server knows that it was read
let telling;
const blanked = new Set(); // numbers of messages that were removed, of which an older answer may still bring the words
let nextTelling = 0;
let sending = false;
let typed = 0;
let waiting = load(); // [{ key, body }] that are not stored yet

// --- what is shown

const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const dates = new Intl.DateTimeFormat(language, { dateStyle: "long" });
const dayOf = (moment) => new Date(moment).toDateString();

function pieces(body) {
  const found = [];
  let place = 0;
  for (const match of body.matchAll(LINK)) {
    const address = match[0].replace(AFTERWARDS, "");
    const link = document.createElement("a");
    link.href = link.textContent = address;
    link.rel = "nofollow noopener ugc";
    found.push(body.slice(place, match.index), link);
    place = match.index + address.length;
  }
  return [...found, body.slice(place)];
}

function drawn(one) {
  const item = blank.cloneNode(true);
  item.classList.toggle("mine", one.author === me);
  item.classList.toggle("shop", one.type === "sistema");
  item.querySelector(".who").textContent = one.name || talk.dataset.nobody;
  item.querySelector(".words").replaceChildren(...pieces(one.body));
  const time = item.querySelector("time");
  time.dateTime = one.sent_at;
  time.textContent = clock.format(new Date(one.sent_at));
  if (one.seq) {
    item.id = `m${one.seq}`;
    item.dataset.seq = one.seq;
    const number = item.querySelector("[name=seq]");
    if (number) number.value = one.seq;
  } else {
    item.dataset.key = one.key;
    item.querySelector(".remove")?.remove();
  }
  if (one.removed || blanked.has(one.seq)) blankOut(item);
  return item;
}

function blankOut(item) {
  const words = item.querySelector(".words");
  words.textContent = talk.dataset.gone;
  words.classList.add("gone");
  item.querySelector(".remove")?.remove();
}

/** A line with the day wherever it is another one than before, in the reader's own time zone. */
function days() {
  for (const line of list.querySelectorAll(".day")) line.remove();
  let before = "";
  for (const item of list.querySelectorAll(".said[data-seq]")) {
    const time = item.querySelector("time");
    time.textContent = clock.format(new Date(time.dateTime));
    const day = dayOf(time.dateTime);
    if (day !== before) {
      const line = document.createElement("li");
      line.className = "day";
      line.textContent = day === new Date().toDateString() ? talk.dataset.today : dates.format(new Date(time.dateTime));
      item.before(line);
    }
    before = day;
  }
}

const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 80;
const toEnd = () => (list.scrollTop = list.scrollHeight);
let following = true; // who looks at the end goes on to do so, whatever comes in there
list.addEventListener("scroll", () => (following = atEnd()));
new MutationObserver(() => following && toEnd()).observe(list, { childList: true, subtree: true });

/** Those that come next, each once; false where one is missing before them. */
function take(items) {
  if (past) return true;
  for (const one of items) {
    if (one.seq <= last) continue;
    if (one.seq !== last + 1) return false;
    last = one.seq;
    if (one.author === me) settled(one.key);
    list.querySelector(".nothing")?.remove();
    const next = list.querySelector(".said[data-key]"); // what is not stored yet stays below
    if (next) next.before(drawn(one));
    else list.append(drawn(one));
    if (one.author === writing) say(""); // who has sent it no longer writes it
  }
  days();
  haveRead();
  return true;
}

async function catchUp() {
  if (reading) {
    behind = true;
    return;
  }
  reading = true;
  try {
    do {
      behind = false;
      const answer = await fetch(`/api/messages?${asked}&after=${last}&limit=100`);
      if (!answer.ok) throw new Error(answer.status);
      const page = await answer.json();
      take(page.items);
      if (page.next) behind = true;
    } while (behind);
  } catch {
    setTimeout(catchUp, 2_000 * (1 + Math.random()));
  }
  reading = false;
}

// --- the connection

function connect() {
  clearTimeout(connecting);
  if (socket || document.hidden) return;
  const began = Date.now();
  const address = new URL(`/live/chat?${asked}&after=${last}`, location.href.replace(/^http/, "ws"));
  socket = new WebSocket(address);
  socket.onmessage = ({ data }) => hear(JSON.parse(data));
  socket.onclose = ({ code }) => {
    socket = null;
    // somebody else has signed in, or nobody is; the page says so itself, unless that would lose what is being written
    if (code === 1008 && Date.now() - began > STEADY && !form?.body.value) return location.reload();
    failures += 1;
    if (failures > 1) say(talk.dataset.offline);
    connecting = setTimeout(connect, Math.min(500 * 2 ** failures, LONGEST) * (0.3 + Math.random()));
  };
}

function disconnect() {
  clearTimeout(connecting);
  if (!socket) return;
  socket.onclose = socket.onmessage = null;
  socket.close();
  socket = null;
}

function hear({ last: reached, me: mark, items, gone, removed, typing, name }) {
  if (mark !== undefined) {
    if (mark !== known) return location.reload(); // somebody else has signed in
    failures = 0;
    told = 0;
    say("");
    sendAll();
  }
  if (items && !take(items)) catchUp();
  if (reached > last && !past) catchUp();
  for (const seq of gone ?? (removed ? [removed] : [])) {
    blanked.add(seq);
    const item = document.getElementById(`m${seq}`);
    if (item) blankOut(item);
  }
  if (typing && typing !== me) {
    say(talk.dataset.typing.replace("{name}", name), typing);
    unsaid = setTimeout(say, 2 * TYPING, "");
  }
  haveRead();
}

/** Whether there is somebody to hear it. */
function tell(what) {
  const open = socket?.readyState === WebSocket.OPEN;
  if (open) socket.send(JSON.stringify(what));
  return open;
}

function haveRead() {
  if (!past && !quiet) telling ??= setTimeout(report, Math.max(nextTelling - Date.now(), 0));
}

function report() {
  telling = undefined;
  if (document.hidden || last <= told || !tell({ read: last })) return;
  told = last;
  nextTelling = Date.now() + REPORTED;
}

/** `who` is the one of whom it is said that they write. */
function say(what, who = "") {
  clearTimeout(unsaid);
  writing = who;
  state.textContent = what;
}

// --- writing

function load() {
  try {
    const known = JSON.parse(sessionStorage.getItem(kept)) ?? [];
    return known.map(({ key, body }) => ({ key, body }));
  } catch {
    return [];
  }
}

function keep() {
  try {
    sessionStorage.setItem(kept, JSON.stringify(waiting));
  } catch {
    // it is still in memory
  }
}

function settled(key) {
  waiting = waiting.filter((one) => one.key !== key);
  keep();
  list.querySelector(`.said[data-key="${CSS.escape(key)}"]`)?.remove();
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function note(item, text, ...buttons) {
  item.querySelector(".after")?.remove();
  const line = document.createElement("p");
  line.className = "after";
  line.append(text, ...buttons);
  item.append(line);
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "link";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

function show(one) {
  const item = drawn({ ...one, author: me, name: talk.dataset.you, type: "", sent_at: new Date().toISOString() });
  list.querySelector(".nothing")?.remove();
  list.append(item);
  return item;
}

const itemOf = (one) => list.querySelector(`.said[data-key="${CSS.escape(one.key)}"]`) ?? show(one);

/** Whether it is no longer to be sent: stored, or refused, so that only the writer can say what becomes of it. */
async function post(one) {
  const item = itemOf(one);
  item.classList.remove("failed");
  note(item, talk.dataset.sending);
  try {
    const answer = await fetch("/api/messages", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: channel, body: one.body, key: one.key }),
    });
    const said = await answer.json();
    if (answer.ok) {
      if (!take([said])) catchUp();
      settled(one.key);
    } else {
      one.refused = answer.status < 500;
      fail(one, said.errors?.[0]?.detail ?? said.detail);
    }
    return answer.ok || one.refused;
  } catch {
    return false;
  }
}

function fail(one, reason) {
  const item = itemOf(one);
  item.classList.add("failed");
  const again = () => {
    delete one.refused;
    sendAll();
  };
  note(item, reason, button(talk.dataset.again, again), button(talk.dataset.drop, () => settled(one.key)));
}

/** One after the other, as they were written; where one does not get through, those behind it wait as well. */
async function sendAll() {
  if (sending) return;
  sending = true;
  const next = () => waiting.find((one) => !one.refused);
  while (next() && (await post(next())));
  sending = false;
  for (const one of waiting) if (!one.refused) fail(one, talk.dataset.failed);
  if (next()) setTimeout(sendAll, 5_000 * (1 + Math.random()));
}

form?.addEventListener("submit", (event) => {
  if (past) return; // the form leads to the newest page
  event.preventDefault();
  const body = form.body.value.trim();
  if (!body) return;
  const one = { key: newKey(), body };
  waiting.push(one);
  keep();
  form.body.value = "";
  form.querySelector(".wrong")?.remove();
  form.body.removeAttribute("aria-invalid");
  show(one);
  following = true;
  toEnd();
  sendAll();
  form.body.focus();
});
form?.body.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  form.requestSubmit();
});
form?.body.addEventListener("input", () => {
  if ("general" in talk.dataset || Date.now() - typed < TYPING) return;
  if (tell({ typing: true })) typed = Date.now();
});

// --- earlier ones

talk.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-earlier]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy") === "true") return; // or they would stand there twice
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`/api/messages?${asked}&before=${link.dataset.earlier}`);
    if (!answer.ok) throw new Error(answer.status);
    const page = await answer.json();
    const height = list.scrollHeight;
    following = false;
    list.prepend(...page.items.map(drawn));
    days();
    list.scrollTop += list.scrollHeight - height;
    if (page.previous) link.dataset.earlier = page.previous;
    else link.parentElement.remove();
    list.focus();
  } catch {
    location.assign(link.href);
  }
  link.removeAttribute("aria-busy");
});

// --- when

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    connect();
    haveRead();
  }
});
addEventListener("pagehide", disconnect);
addEventListener("pageshow", (event) => event.persisted && connect());
addEventListener("online", () => {
  disconnect();
  failures = 0;
  connect();
});

days();
if (!past) {
  for (const one of waiting) show(one);
  toEnd();
}
connect();
