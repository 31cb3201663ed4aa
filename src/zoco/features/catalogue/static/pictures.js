// Photos that are offered: files dropped onto the form, seen before they are sent, and arranged by dragging. Everything
// works without this by the file field and the buttons; after a photo was dragged, the form is sent as by a button.

const TYPES = /^image\/(jpeg|png|webp|gif|avif)$/;
const EDGE = 96;

for (const place of document.querySelectorAll("[data-pictures]")) offerDrop(place);
for (const list of document.querySelectorAll("[data-arrange]")) offerDragging(list);

function offerDrop(place) {
  const field = place.querySelector("input[type=file]");
  const hint = Object.assign(document.createElement("p"), { className: "hint", textContent: place.dataset.say });
  const seen = Object.assign(document.createElement("div"), { className: "thumbs" });
  const zone = Object.assign(document.createElement("div"), { className: "zone" }); // what browsers draw speaks their language
  field.before(zone);
  zone.append(hint, field);
  zone.after(seen);
  const carriesFiles = (event) => [...event.dataTransfer.types].includes("Files");
  place.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    place.classList.add("over");
  });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    place.classList.remove("over");
    const all = new DataTransfer();
    for (const file of [...field.files, ...event.dataTransfer.files]) if (TYPES.test(file.type)) all.items.add(file);
    field.files = all.files;
    preview(field, seen);
  });
  field.addEventListener("change", () => preview(field, seen));
  field.form.addEventListener("reset", () => seen.replaceChildren());
  preview(field, seen); // what was chosen before the page was left and come back to
}

async function preview(field, seen) {
  const shown = await Promise.all([...field.files].map(draw));
  seen.replaceChildren(...shown);
}

/** On a canvas, since pages may show no pictures but the shop's own. */
async function draw(file) {
  try {
    const picture = await createImageBitmap(file);
    const side = Math.min(picture.width, picture.height);
    const canvas = Object.assign(document.createElement("canvas"), { width: EDGE, height: EDGE });
    const from = [(picture.width - side) / 2, (picture.height - side) / 2, side, side];
    canvas.getContext("2d").drawImage(picture, ...from, 0, 0, EDGE, EDGE);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", file.name);
    picture.close();
    return canvas;
  } catch {
    return Object.assign(document.createElement("span"), { className: "badge", textContent: file.name });
  }
}

function offerDragging(list) {
  const items = [...list.children];
  let dragged = null;
  if (items.length < 2) return;
  for (const item of items) {
    const handle = item.querySelector("img");
    handle.draggable = true;
    handle.addEventListener("dragstart", (event) => {
      dragged = item;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.id);
      item.classList.add("dragged");
    });
    handle.addEventListener("dragend", () => {
      dragged?.classList.remove("dragged");
      dragged = null;
    });
  }
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-arrange] > li");
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const box = over.getBoundingClientRect();
    list.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextSibling);
  });
  list.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const places = [...list.querySelectorAll("input[name^='place.']")];
    if (places.every((input, place) => input.value === String(place))) return;
    for (const [place, input] of places.entries()) input.value = place;
    list.closest("form").requestSubmit();
  });
}
