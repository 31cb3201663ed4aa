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
let queue = Promise.resolve();
let waiting = 0;
let hiding; // a timer
const stepping = new Map(); // timers by the fields' ids

const toCart = () => document.getElementById("to-cart");
const place = () => document.getElementById("cart");

document.addEventListener("submit", (event) => {
  const form = event.target;
  const adds = form.matches(".product-card form[action='/carrito']");
  const changes = place() && form.matches("form[action^='/carrito/']:not([action='/carrito/comprar'])");
  if (event.defaultPrevented || !(adds || changes)) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  waiting += 1;
  const before = toCart().innerHTML;
  if (adds) count(Number(form.elements.quantity.value));
  else place()?.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form));
  queue = queue
    .then(() => send(form, body).finally(() => (waiting -= 1)))
    .then(({ answer, page }) => {
      if (adds) return added(form, answer, page, before);
      return softly(() => changed(form, page));
    })
    .catch(() => {
      takeBack(form, before);
      say(toCart().dataset.failed, "bad");
    })
    .finally(() => {
      form.removeAttribute("aria-busy");
      if (!waiting) place()?.removeAttribute("aria-busy");
    });
});

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
    if (!now || (now === field && field.value === field.defaultValue)) return;
    now.value = field.value;
    now.dispatchEvent(new Event("change", { bubbles: true }));
  }, PAUSE);
  stepping.set(field.id, told);
});

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

function changed(form, page) {
  if (!page.getElementById("cart")) return refused(form, page);
  const active = document.activeElement;
  const line = active?.closest("#cart .line")?.id;
  const step = active?.dataset.step;
  const typing = active?.name === "quantity" && active.form !== form ? active.value : null;
  for (const id of ["to-cart", "changes", "cart"]) renew(page, id);
  document.querySelector("main > .toast")?.remove();
  say(page.querySelector("main > .toast"));
  const field = line && document.getElementById(line)?.querySelector("[name=quantity]");
  if (field && typing !== null) field.value = typing;
  if (field) (field.closest(".stepper").querySelector(`[data-step="${step}"]`) ?? field).focus();
  else if (line) (notices.querySelector("button") ?? document.getElementById("main")).focus();
}

/** With a transition where the browser has them; one that it gives up has changed the page all the same. */
function softly(change) {
  if (!document.startViewTransition || calm.matches || document.hidden) return change();
  const { ready, finished, updateCallbackDone } = document.startViewTransition(change);
  for (const step of [ready, finished]) step.catch(() => {});
  return updateCallbackDone;
}

function refused(form, page) {
  const reason = page.querySelector("main [role=alert], main .hero .lead")?.textContent.trim();
  if (reason) say(reason, "bad");
  else HTMLFormElement.prototype.submit.call(form); // the page says itself what is wrong
}

function takeBack(form, before) {
  if (!waiting) toCart().innerHTML = before;
  for (const field of form.querySelectorAll("[name=quantity]")) field.value = field.defaultValue;
}

/** Add so many to the number in the head. */
function count(more) {
  const link = toCart();
  const place = link.querySelector("[aria-live]");
  const badge = link.querySelector(".count") ?? Object.assign(document.createElement("span"), { className: "count" });
  const number = Number(badge.firstChild?.nodeValue.replace(/\D/g, "") ?? 0) + more;
  const text = new Intl.NumberFormat(document.documentElement.lang).format(number);
  if (badge.firstChild) badge.firstChild.nodeValue = text;
  else badge.textContent = text;
  if (!badge.isConnected) place.append(" ", badge);
}

function renew(page, id) {
  const [old, now] = [document.getElementById(id), page.getElementById(id)];
  if (!old || !now) return;
  for (const { name, value } of now.attributes) old.setAttribute(name, value);
  old.replaceChildren(...document.adoptNode(now).childNodes);
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
