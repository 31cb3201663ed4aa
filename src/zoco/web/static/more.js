// "More products" puts them below those that are there. Without it the link leads to a page of its own.
// The link is `a[rel=next]` in a `nav` right behind the list. The address stays that of the first page; how many came
// below stands in the history, so that who loads the page again or comes back to it finds all of them.

const PATIENCE = 15_000; // ms; live.js counts on it

function listOf(link) {
  const list = link?.closest("nav")?.previousElementSibling;
  return list?.matches("ul[class], ol[class]") ? list : null;
}

/** Puts the next page below; the first of what came. */
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
  return first;
}

function remember(below) {
  history.replaceState({ ...history.state, below }, "");
}

/** Brings back what was below when the page was left. */
async function again() {
  const below = history.state?.below ?? 0;
  const link = document.querySelector("main nav a[rel=next]");
  const list = listOf(link);
  if (!list || !below) return;
  link.setAttribute("aria-busy", "true");
  try {
    for (let left = below; left && link.isConnected; left -= 1) await more(link, list);
  } catch {
    remember(0); // the link still leads on
  }
  link.removeAttribute("aria-busy");
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[rel=next]");
  const list = listOf(link);
  const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!list || elsewhere || event.defaultPrevented) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy") === "true") return;
  link.setAttribute("aria-busy", "true");
  try {
    const first = await more(link, list);
    remember((history.state?.below ?? 0) + 1);
    first.querySelector(":is(h2, h3) a, a")?.focus();
  } catch {
    location.assign(link.href); // the page says itself what is wrong
  }
  link.removeAttribute("aria-busy");
});

again();
