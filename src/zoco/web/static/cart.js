// The cart's forms are sent from where they stand: products are added without leaving the list, quantities change and
// lines go while the page stays. What will most likely be so is shown at once and taken back where it is not, with the
// reason. One form after the other, since the first product of a guest makes the cart. Without it the forms lead on.

const PATIENCE = 15_000; // ms
const PAUSE = 350; // ms after the last click on a button that counts
const SHOWN = 8_000; // ms that a notice stays which asks for nothing

const notices = document.createElement("div"); // there before anything is said, or screen readers would not hear it
Object.assign(notices, { className: "notices", role: "status" });
document.body.append(notices);
const others = "BroadcastChannel" in window ? new BroadcastChannel("zoco.live") : null;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const SHARED = ["to-cart", "changes", "cart"]; // what live.js renews as well
let queue = Promise.resolve();
let waiting = 0;
let hiding; // a timer
const stepping = new Map(); // timers by the fields' ids
const asked = new Map(); // quantities that are asked for and not answered yet, by the same ids

const toCart = () => document.getElementById("to-cart");
const place = () => document.getElementById("cart");
const quantities = () => [...(place()?.querySelectorAll(".line [name=quantity]") ?? [])];

document.addEventListener("submit", (event) => {
  const form = event.target;
  const adds = form.matches(".product-card form[action='/carrito']");
  const changes = place() && form.matches("form[action^='/carrito/']:not([action='/carrito/comprar'])");
  if (event.defaultPrevented || !(adds || changes)) return;
  event.preventDefault();
  const field = changes && form.elements.quantity;
  // the same a second time; a quantity may be another one by now
  if (field ? asked.get(field.id)?.value === field.value : form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  waiting += 1;
  for (const id of SHARED) document.getElementById(id)?.setAttribute("data-live-hold", "");
  const before = toCart().innerHTML;
  if (adds) count(Number(form.elements.quantity.value));
  else place()?.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form));
  const ask = field && { value: field.value };
  if (field) asked.set(field.id, ask);
  queue = queue
    .then(() => send(form, body).finally(() => (waiting -= 1)))
    .finally(() => asked.get(field?.id) === ask && asked.delete(field?.id))
    .then(({ answer, page }) => {
      if (adds) return added(form, answer, page, before);
      return softly(page, () => changed(form, page, ask?.value));
    })
    .catch(() => {
      takeBack(form, before);
      say(toCart().dataset.failed, "bad");
    })
    .finally(() => {
      form.removeAttribute("aria-busy");
      if (!waiting) release();
    });
});

/** Now live.js may renew them again, by what it reads from here on. */
function release() {
  place()?.removeAttribute("aria-busy");
  for (const id of SHARED) document.getElementById(id)?.setAttribute("data-live-hold", performance.now());
  document.dispatchEvent(new Event("live-free"));
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("#cart .line [name=quantity]")) target.form.requestSubmit(); // says itself what is wrong with it
});

// One more or less; the cart is told when the last click is done, by the field that stands there then.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-step]");
  const field = button?.closest(".stepper").querySelector("input");
  if (!field) return;
  field.value = Math.min(Math.max(Number(field.value) + Number(button.dataset.step), field.min), field.max || Infinity);
  clearTimeout(stepping.get(field.id));
  const told = setTimeout(() => {
    const now = document.getElementById(field.id);
    if (now && now.value !== known(now)) now.dispatchEvent(new Event("change", { bubbles: true }));
  }, PAUSE);
  stepping.set(field.id, told);
});

/** What the cart has of it, as far as it was told. */
function known(field) {
  return asked.get(field.id)?.value ?? field.defaultValue;
}

async function send(form, body) {
  const answer = await fetch(form.getAttribute("action"), {
    method: "POST",
    body,
    headers: { accept: "text/html", "x-shows-notices": "1" },
    signal: AbortSignal.timeout(PATIENCE),
    keepalive: true, // also where somebody goes on before it has arrived
  });
  return { answer, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
}

function added(form, answer, page, before) {
  if (!answer.ok) {
    takeBack(form, before);
    return refused(form, page);
  }
  const first = !before.includes('class="count"');
  if (!waiting) renew(page, "to-cart");
  const notice = page.querySelector("main > .toast");
  const link = Object.assign(document.createElement("a"), { href: toCart().href });
  link.textContent = toCart().querySelector(".words").textContent;
  notice?.append(link);
  say(notice);
  if (first) others?.postMessage(`first ${Date.now()}`); // live.js connects again, as whoever's cart this is now
}

function changed(form, page, sent) {
  if (!page.getElementById("cart")) return refused(form, page);
  const active = document.activeElement;
  const line = active?.closest("#cart .line")?.id;
  const step = active?.dataset.step;
  const kept = quantities().filter((field) => {
    if (asked.has(field.id)) return true; // the answer is on its way
    return field.value !== (field.form === form ? sent : field.defaultValue); // typed or counted since
  });
  const values = new Map(kept.map((field) => [field.id, field.value]));
  for (const id of SHARED) renew(page, id);
  for (const field of quantities()) field.value = values.get(field.id) ?? field.defaultValue;
  document.querySelector("main > .toast")?.remove();
  say(page.querySelector("main > .toast"));
  if (active?.isConnected) return;
  const field = line && document.getElementById(line)?.querySelector("[name=quantity]");
  if (field) (field.closest(".stepper").querySelector(`[data-step="${step}"]`) ?? field).focus();
  else if (line) (notices.querySelector("button") ?? document.getElementById("main")).focus();
}

/** Lines come and go with a transition where the browser has them, during which nothing can be pressed. */
function softly(page, change) {
  const lines = (place) => [...place.querySelectorAll("#cart .line")].map((line) => line.id).join();
  const same = lines(document) === lines(page);
  if (same || !document.startViewTransition || calm.matches || document.hidden) return change();
  const { ready, finished, updateCallbackDone } = document.startViewTransition(change);
  for (const step of [ready, finished]) step.catch(() => {}); // given up, it has changed the page all the same
  return updateCallbackDone;
}

function refused(form, page) {
  const reason = page.querySelector("main [role=alert], main .hero .lead")?.textContent.trim();
  if (reason) say(reason, "bad");
  else HTMLFormElement.prototype.submit.call(form); // the page says itself what is wrong
}

function takeBack(form, before) {
  if (!waiting) toCart().innerHTML = before;
  const field = form.elements.quantity;
  if (field && !asked.has(field.id)) field.value = field.defaultValue;
}

/** Add so many to the number in the head. */
function count(more) {
  const link = toCart();
  const place = link.querySelector("[aria-live]");
  const badge = link.querySelector(".count") ?? Object.assign(document.createElement("span"), { className: "count" });
  const number = Number(badge.dataset.number ?? 0) + more;
  badge.dataset.number = number;
  const text = number < 100 ? number : "99+"; // as the page writes it
  if (badge.firstChild) badge.firstChild.textContent = text;
  else badge.textContent = text;
  if (!badge.isConnected) place.append(" ", badge);
}

function renew(page, id) {
  const [old, now] = [document.getElementById(id), page.getElementById(id)];
  if (!old || !now) return;
  document.adoptNode(now);
  // live.js leaves standing what stays the same, which somebody may be pressing
  if (!old.dispatchEvent(new CustomEvent("live-become", { bubbles: true, cancelable: true, detail: now }))) return;
  for (const { name, value } of now.attributes) old.setAttribute(name, value);
  old.replaceChildren(...now.childNodes);
}

/** A sentence, or what an answer has to say; with a way back it stays. */
function say(what, kind = "good") {
  if (!what) return;
  clearTimeout(hiding);
  const toast = document.createElement("div");
  toast.className = `toast ${kind}`;
  if (typeof what === "string") toast.textContent = what;
  else toast.append(...document.adoptNode(what).childNodes);
  notices.replaceChildren(toast);
  if (!toast.querySelector("form")) hiding = setTimeout(() => notices.replaceChildren(), SHOWN);
}
