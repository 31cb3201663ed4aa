// Keeps what is on the screen true. The server hints at which keys have changed; the page reads itself again and takes
// over the elements that name such a key in `data-live` (several with spaces; the first one, or an `id`, finds the
// element in the new page). `data-live-from` names the page that a part was read from, where it is not this one;
// `data-live-else` where it stands once that page leaves it out. What is said only once stays where it is marked
// `data-live-keep`, until something else is said.
// Other scripts mark what they are changing themselves with an empty `data-live-hold`, which becomes the moment when
// they were done: what was asked for before that may be older than what they know. Three events lead here, from an
// element: `live-free` when they are done, `live-due` to have it read again, `live-become` with what it shall become.

const GRACE = 20_000; // ms that a page stays connected after it went out of sight
const REST = 1_000; // ms between two readings
const LONGEST = 60_000; // ms between two tries to connect
const STEADY = 30_000; // ms after which a connection counts as a good one
const MOST_KEYS = 200;
const EVER = 1e12;
const HELD = "[data-live-hold='']";
const YOUNG = 20_000; // ms; no script takes as long to bring in what it has read

const home = location.href; // other scripts may change the address, but what stands here was read from this one
const others = "BroadcastChannel" in window ? new BroadcastChannel("zoco.live") : null;
const due = new Set(); // keys
const missed = new Set(); // parts that somebody was at work in when they were to be renewed
let socket = null;
let who = null; // the mark of whom the server hears us as; a browser's pages must agree on it
let failures = 0;
let reading = false;
let nextReading = 0;
let connecting, parting, timer, noticing; // timers
let told = "";
// Two clocks, as one stands still while a computer sleeps and the other can be set. What "back" shows may be older.
let read = { mono: 0, wall: performance.timeOrigin };
if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") read = { mono: -EVER, wall: 0 };

const keysOf = (element) => element.dataset.live.split(" ").filter(Boolean);
const parts = () => [...document.querySelectorAll("[data-live]")];
const shown = () => [...new Set(parts().flatMap(keysOf))].sort().slice(0, MOST_KEYS);
const sourceOf = (element) => new URL(element.closest("[data-live-from]")?.dataset.liveFrom ?? home, home).href;

// --- the connection

function connect() {
  clearTimeout(connecting);
  if (socket || document.hidden || !parts().length) return;
  const began = Date.now();
  socket = new WebSocket(new URL("/live", location.href.replace(/^http/, "ws")));
  socket.onopen = () => {
    told = "";
    tell(Math.min(Math.max(performance.now() - read.mono, Date.now() - read.wall), EVER));
  };
  socket.onmessage = ({ data }) => hear(JSON.parse(data));
  socket.onclose = () => {
    socket = null;
    failures = Date.now() - began > STEADY ? 0 : failures + 1;
    connecting = setTimeout(connect, Math.min(1_000 * 2 ** failures, LONGEST) * (0.5 + Math.random()));
  };
}

function disconnect() {
  clearTimeout(connecting);
  if (!socket) return;
  socket.onclose = socket.onmessage = socket.onopen = null;
  socket.close();
  socket = null;
}

function tell(age) {
  const keys = shown();
  if (socket?.readyState !== WebSocket.OPEN || told === keys.join()) return;
  told = keys.join();
  socket.send(JSON.stringify({ keys, age: Math.max(age, 0) }));
}

function hear({ you, keys, wait }) {
  if (you !== undefined && you !== who) {
    if (who !== null) keys = shown(); // somebody else now, for whom everything may look different
    who = you;
    others?.postMessage(you);
  }
  if (!keys) return;
  for (const key of keys) due.add(key);
  readSoon(Math.random() * (wait ?? 0));
}

// --- reading again

function readSoon(pause = 0) {
  timer ??= setTimeout(readAgain, Math.max(pause, nextReading - Date.now()));
}

/** Whether somebody is at work in it: the focus is there, or something was typed or sent that is not answered yet. */
function inUse(part) {
  if (part.closest(HELD) || part.querySelector(`${HELD}, dialog[open]`)) return true;
  if (part.contains(document.activeElement)) return true;
  return [...part.querySelectorAll("input, textarea, select")].some(isChanged);
}

function isChanged(field) {
  if (field.matches("select")) {
    const usual = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(usual, 0);
  }
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  return !field.matches("[type=range]") && field.value !== field.defaultValue;
}

/** Whether what was read from then on may be older than what another script has put there since. */
function isOutdated(part, began) {
  return Number(part.closest("[data-live-hold]")?.dataset.liveHold) > began;
}

function toRead() {
  for (const part of missed) if (!part.isConnected) missed.delete(part);
  return parts().filter((part) => missed.has(part) || keysOf(part).some((key) => due.has(key)));
}

async function readAgain() {
  timer = null;
  if (reading || document.hidden) return;
  const named = toRead();
  const free = named.filter((part) => !inUse(part));
  if (!free.length) {
    if (!named.length) due.clear();
    return; // what is in use is read once it is left
  }
  const began = { mono: performance.now(), wall: Date.now() };
  const taken = new Set(due);
  const everything = shown().every((key) => taken.has(key));
  due.clear();
  for (const part of named) missed.add(part); // until it is renewed: what is in use stays so beyond this reading
  reading = true;
  try {
    for (const source of new Set(free.map(sourceOf))) {
      await renew(source, taken, began.mono);
    }
    if (everything) read = began;
  } catch {
    for (const key of taken) due.add(key);
    nextReading = Date.now() + 5 * REST * (1 + Math.random());
  }
  reading = false;
  nextReading = Math.max(nextReading, Date.now() + REST);
  if (toRead().some((part) => !inUse(part))) readSoon();
}

async function renew(source, keys, began) {
  const answer = await fetch(source, { headers: { accept: "text/html" }, cache: "no-cache" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const gone = answer.status === 404;
  const refused = [400, 401, 403, 405].includes(answer.status); // a page that only a form leads to
  if (!answer.ok && !gone && !refused) throw new Error(`${source} answered ${answer.status}`);
  const here = parts().filter((part) => sourceOf(part) === source);
  const asked = new Set(here.filter((part) => missed.has(part) || keysOf(part).some((key) => keys.has(key))));
  for (const part of asked) missed.delete(part);
  if (refused) return;
  const main = document.querySelector("main");
  if (gone && source === home && !inUse(main)) {
    become(main, fresh.querySelector("main"));
    document.title = fresh.title;
    return;
  }
  const found = numbered([...fresh.querySelectorAll("[data-live]")]);
  const lost = [];
  for (const [name, part] of numbered(here)) {
    if (!part.isConnected || !asked.has(part)) continue;
    if (inUse(part) || isOutdated(part, began)) {
      missed.add(part);
      continue;
    }
    const now = found.get(name);
    if (now) renewPart(part, now);
    else if (answer.redirected || gone) continue;
    else if (part.dataset.liveElse) lost.push(part);
    else part.remove();
  }
  for (const part of lost) missed.add(part);
  for (const part of lost) await renewElse(part);
}

/** What its page leaves out now stays as it stands elsewhere: a list drops what is sold out, but not under one's eyes. */
async function renewElse(part) {
  const answer = await fetch(part.dataset.liveElse, { headers: { accept: "text/html" }, cache: "no-cache" });
  if (!answer.ok && answer.status !== 404) throw new Error(`${part.dataset.liveElse} answered ${answer.status}`);
  const fresh = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
  const now = [...fresh.querySelectorAll("[data-live]")].find((other) => keysOf(other)[0] === keysOf(part)[0]);
  if (inUse(part)) return;
  missed.delete(part);
  if (now) renewPart(part, now);
  else part.remove();
}

function renewPart(part, now) {
  delete part.dataset.liveHold;
  if (part.isEqualNode(now) || ("liveKeep" in part.dataset && !now.childElementCount)) return;
  become(part, now.cloneNode(true));
}

/** Each part by its id, else by its first key and its place among those with the same. */
function numbered(all) {
  const seen = new Map();
  return new Map(
    all.map((part) => {
      const first = keysOf(part)[0];
      const place = seen.get(first) ?? 0;
      if (!part.id) seen.set(first, place + 1);
      return [part.id ? `#${part.id}` : `${first} ${place}`, part];
    }),
  );
}

// --- one element becomes another, and what stays the same stays where it is: pictures, focus, live regions

const OURS = new Set(["open", "aria-busy", "data-live-hold"]); // attributes that only the browser and scripts set
const nameOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.live?.split(" ")[0] : "");

function become(old, now) {
  if (old.isEqualNode(now)) return;
  if (old.nodeName !== now.nodeName) {
    old.replaceWith(now);
  } else if (old.nodeType === Node.ELEMENT_NODE) {
    const gone = [...old.attributes].filter(({ name }) => !now.hasAttribute(name) && !OURS.has(name));
    for (const { name } of gone) old.removeAttribute(name);
    for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    becomeInside(old, now);
    // where something was typed once, what is shown no longer follows the attribute
    if (old.matches("input:not([type=file]), textarea")) old.value = old.defaultValue;
  } else {
    old.nodeValue = now.nodeValue;
  }
}

function becomeInside(old, now) {
  const named = new Map([...old.children].filter(nameOf).map((child) => [nameOf(child), child]));
  let place = old.firstChild;
  for (const child of [...now.childNodes]) {
    const name = nameOf(child);
    const unnamed = place && !nameOf(place) && place.nodeName === child.nodeName ? place : null;
    const same = name ? named.get(name) : unnamed;
    named.delete(name);
    if (!same) {
      old.insertBefore(child, place);
    } else {
      if (same === place) place = place.nextSibling;
      else old.insertBefore(same, place);
      become(same, child);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

// --- when

document.addEventListener("visibilitychange", () => {
  clearTimeout(parting);
  if (document.hidden) {
    parting = setTimeout(disconnect, GRACE);
  } else {
    connect();
    readSoon();
  }
});
for (const kind of ["focusout", "reset", "live-free"]) {
  document.addEventListener(kind, () => (due.size || missed.size) && readSoon(200));
}
document.addEventListener("live-due", ({ target }) => {
  missed.add(target);
  readSoon();
});
document.addEventListener("live-become", (event) => {
  event.preventDefault(); // says that it is done
  become(event.target, event.detail);
});
addEventListener("pagehide", disconnect);
addEventListener("pageshow", (event) => event.persisted && connect());
addEventListener("online", () => {
  disconnect();
  failures = 0;
  connect();
});
// Somebody signed in or out, or filled their first cart, in another of this browser's pages.
others?.addEventListener("message", ({ data }) => {
  if (data === who || !socket) return;
  disconnect();
  connecting = setTimeout(connect, 100 + Math.random() * 200);
});
new MutationObserver(() => {
  clearTimeout(noticing);
  noticing = setTimeout(() => (socket ? tell(YOUNG) : connect()), 300);
}).observe(document.body, { childList: true, subtree: true });

connect();
