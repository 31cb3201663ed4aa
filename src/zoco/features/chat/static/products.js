// Shows a link to one of the shop's products, in a message that comes in, as the server draws it: picture, name and
// price. A link that leads nowhere, or of which nothing can be learned now, stays as it was written.

const ID = "[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const BY_ID = new RegExp(`^/productos/(${ID})$`);
const BY_NAME = /^\/productos\/[^/]+\/[^/]+$/;
const SHOWN = new RegExp(`"sku":"(${ID})"`); // what the page of a product says of it to programs
const language = document.documentElement.lang;
const asked = new Map(); // each product once for all its links

// without cookies, so that the answer is one that is kept ready for everybody
const read = (address) => fetch(address, { credentials: "omit", headers: { "accept-language": language } });

async function product(path) {
  try {
    const id = BY_ID.exec(path)?.[1] ?? SHOWN.exec(await (await read(path)).text())?.[1];
    const found = id && (await read(`/api/products/${id}`));
    return found?.ok ? await found.json() : null;
  } catch {
    return null;
  }
}

function priced({ amount, currency }) {
  const form = new Intl.NumberFormat(language, { style: "currency", currency });
  return form.format(amount / 10 ** form.resolvedOptions().maximumFractionDigits);
}

function part(kind, settings) {
  return Object.assign(document.createElement(kind), settings);
}

async function dress(link) {
  const path = link.pathname;
  if (link.origin !== location.origin || !(BY_ID.test(path) || BY_NAME.test(path))) return;
  if (!asked.has(path)) asked.set(path, product(path));
  const found = await asked.get(path);
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
