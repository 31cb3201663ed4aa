// What was typed is still there when the language is changed: the page comes anew then, with its forms as they began.
// Kept by this tab for the next page alone; passwords are not, and files no browser gives back.

const KEPT = "zoco.typed";
const SECRET = /password|secret|token/;
const MOST_AGE = 60_000; // milliseconds

// Every field with what tells it apart on the page in both languages.
function* fields() {
  for (const form of document.querySelectorAll("main form[method=post]")) {
    for (const [place, field] of [...form.elements].entries()) {
      if (field.name && !["hidden", "file", "password"].includes(field.type) && !SECRET.test(field.name))
        yield [`${form.getAttribute("action")} ${place} ${field.name}`, field];
    }
  }
}

// The answer to a form that was refused begins with what was typed.
const touched = (field) =>
  field.form.querySelector("[aria-invalid]") ||
  (field.options ? [...field.options].some((one) => one.selected !== one.defaultSelected)
    : "checked" in field && /checkbox|radio/.test(field.type) ? field.checked !== field.defaultChecked
    : field.value !== field.defaultValue);

function keep() {
  const typed = [...fields()].filter(([, field]) => touched(field));
  if (!typed.length) return;
  const values = typed.map(([key, field]) => [key, /checkbox|radio/.test(field.type) ? field.checked : field.value]);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ at: Date.now(), path: location.pathname, values }));
  } catch {} // no room, or not allowed
}

function putBack() {
  let kept;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
  } catch {}
  if (kept?.path !== location.pathname || Date.now() - kept.at > MOST_AGE) return;
  const values = new Map(kept.values);
  for (const [key, field] of fields()) {
    if (!values.has(key)) continue;
    if (/checkbox|radio/.test(field.type)) field.checked = values.get(key);
    else field.value = values.get(key);
    const folded = field.closest("details");
    if (folded && field.value) folded.open = true;
  }
}

document.querySelector(".langs")?.addEventListener("click", (event) => event.target.closest("a") && keep());
putBack();
