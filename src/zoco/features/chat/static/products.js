// Shows a link to one of the shop's products, in a message, as what it leads to: picture, name and price. A link that
// leads nowhere, or of which nothing can be learned now, stays as it was written.

const ADDRESS = /^\/productos\/([0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const language = document.documentElement.lang;
const asked = new Map(); // each product once for all its links

function product(id) {
  // without cookies, so that the answer is one that is kept ready for everybody
  const answer = fetch(`/api/products/${id}`, { credentials: "omit" });
  return answer.then((found) => (found.ok ? found.json() : null)).catch(() => null);
}

function priced({ amount, currency }) {
  const form = new Intl.NumberFormat(language, { style: "currency", currency });
  return form.format(amount / 10 ** form.resolvedOptions().maximumFractionDigits);
}

function part(kind, settings) {
  return Object.assign(document.createElement(kind), settings);
}

async function dress(link) {
  const address = new URL(link.href);
  const id = address.origin === location.origin && ADDRESS.exec(address.pathname)?.[1];
  if (!id) return;
  if (!asked.has(id)) asked.set(id, product(id));
  const found = await asked.get(id);
  if (!found || !link.isConnected) return;
  const shown = [part("span", { className: "name", textContent: found.title })];
  shown.push(part("span", { className: "soft", textContent: priced(found.price) }));
  if (found.image) shown.unshift(part("img", { src: `${found.image.url}&size=small`, alt: "", width: 56, height: 56 }));
  link.replaceChildren(...shown);
  link.classList.add("product-link");
}

function look(place) {
  for (const link of place.querySelectorAll(".words a:not(.product-link)")) dress(link);
}

const list = document.querySelector(".said-list");
if (list) {
  look(list);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) if (node.querySelectorAll) look(node);
  }).observe(list, { childList: true });
}
