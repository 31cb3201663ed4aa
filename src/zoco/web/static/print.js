// Buttons with `data-print` print the page. Without it people know their browser's own way.

document.addEventListener("click", ({ target }) => target.closest("[data-print]") && print());
