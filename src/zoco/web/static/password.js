// A button under each password that shows what is typed; `data-show` of the field is what it says.

for (const field of document.querySelectorAll("input[type=password][data-show]")) {
  const button = document.createElement("button");
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", shown);
  };
  field.spellcheck = false; // some browsers would send it away to have its spelling checked
  field.autocapitalize = "none";
  button.type = "button";
  button.className = "link";
  button.textContent = field.dataset.show;
  button.setAttribute("aria-label", `${field.dataset.show}: ${field.labels[0].textContent.trim()}`);
  button.setAttribute("aria-controls", field.id);
  button.addEventListener("click", () => show(field.type === "password"));
  field.form.addEventListener("submit", () => show(false)); // so that the browser keeps no text of it
  show(false);
  field.after(button);
}
