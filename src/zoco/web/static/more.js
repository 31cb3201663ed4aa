// "More products" puts them below those that are there. Without it the link leads to a page of its own.
// The link is `a[rel=next]` in a `nav` right behind the list.

const PATIENCE = 15_000; // ms; live.js counts on it

async function more(link, list) {
  const address = link.href;
  const answer = await fetch(address, { headers: { accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.querySelector("main nav a[rel=next]");
  const found = page.querySelector(`main ${list.localName}.${list.classList[0]}`);
  if (!found?.children.length) throw new Error(`${address} lists nothing`);
  const [first, ...others] = [...found.children];
  for (const one of [first, ...others]) {
    one.dataset.liveFrom = address; // where live.js reads it again
    list.append(one);
  }
  if (next) link.href = next.getAttribute("href");
  else link.remove();
  history.replaceState(history.state, "", address);
  first.querySelector(":is(h2, h3) a, a")?.focus();
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[rel=next]");
  const list = link?.closest("nav")?.previousElementSibling;
  const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!list?.matches("ul[class], ol[class]") || elsewhere || event.defaultPrevented) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy") === "true") return;
  link.setAttribute("aria-busy", "true");
  try {
    await more(link, list);
  } catch {
    location.assign(link.href); // the page says itself what is wrong
  }
  link.removeAttribute("aria-busy");
});
