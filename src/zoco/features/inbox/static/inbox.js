// Puts saved replies, products and the cart's address into an answer where the cursor is, without leaving the page.
// Without it the same buttons send the form, which comes back with the text at its end. Shows who is online as well.

const LOOK = 60_000; // ms

const form = document.querySelector("#answer");
const text = form?.elements.body;
let asking; // the search on its way
let plain = false; // whether one has failed, so that the page itself is to say why

function insert(words) {
  const start = text.selectionStart;
  const joint = start && !/\s$/.test(text.value.slice(0, start)) ? "\n" : "";
  const room = text.maxLength - text.value.length + (text.selectionEnd - start);
  text.setRangeText((joint + words).slice(0, Math.max(room, 0)), start, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true })); // who counts letters or says “is typing” hears it
  text.focus();
}

/** The list of products for what stands in the field, read from the page that the form would lead to. */
async function find() {
  const body = new URLSearchParams(new FormData(form));
  body.set("insert", "find");
  asking?.abort(); // or its answer might come in behind the one of this
  asking = new AbortController();
  const { signal } = asking;
  const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" }, signal });
  if (!answer.ok) throw new Error(`${form.action} answered ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  form.querySelector("#found").replaceChildren(...page.querySelector("#found").childNodes);
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=insert]");
  if (button?.dataset.text === undefined) return;
  event.preventDefault();
  insert(button.dataset.text);
});

form?.addEventListener(
  "submit",
  (event) => {
    if (event.submitter?.name !== "insert") return;
    event.stopImmediatePropagation(); // chat.js would send it off as an answer
    if (plain) return;
    event.preventDefault();
    find().catch(({ name }) => {
      if (name === "AbortError") return;
      plain = true;
      event.submitter.click();
    });
  },
  true,
);

// Nobody tells us that a customer has closed the page, so live.js is to look at the head of the conversation by itself.
if (document.querySelector("[data-answering]")) {
  setInterval(() => document.querySelector("#whose")?.dispatchEvent(new Event("live-due", { bubbles: true })), LOOK);
}
