// The photos of a product: a pick brings its photo into the frame without moving the page, and the pick of the photo
// that is seen says so. Without this the picks are links to the photos, and the frame scrolls by itself.

const frame = document.getElementById("views");
const picks = [...document.querySelectorAll(".picks a")];
const photos = [...frame.children];
const calm = matchMedia("(prefers-reduced-motion: reduce)");

for (const [place, pick] of picks.entries()) {
  pick.addEventListener("click", (event) => {
    event.preventDefault();
    show(place);
  });
}

frame.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  show(seen() + step);
});

let timer;
frame.addEventListener("scroll", () => {
  clearTimeout(timer);
  timer = setTimeout(() => mark(seen()), 60);
});

function seen() {
  return Math.round(frame.scrollLeft / Math.max(frame.clientWidth, 1));
}

function show(place) {
  const photo = photos[Math.min(Math.max(place, 0), photos.length - 1)];
  frame.scrollTo({ left: photo.offsetLeft - frame.offsetLeft, behavior: calm.matches ? "instant" : "smooth" });
}

function mark(place) {
  for (const [other, pick] of picks.entries()) {
    if (other === place) pick.setAttribute("aria-current", "true");
    else pick.removeAttribute("aria-current");
  }
}
