// <zoco-suggest> stands behind a search field and shows what the words that are being typed may be for: a combobox with
// a list of its own (ARIA, "list autocomplete with manual selection"). The form searches without it all the same.

const PAUSE = 150; // ms without a key before the shop is asked
const LEAST = 2; // letters
const MOST_KEPT = 50;

class Suggest extends HTMLElement {
  #field;
  #list = document.createElement("ul");
  #status = document.createElement("p");
  #found = [];
  #chosen = -1;
  #kept = new Map();
  #asking;
  #timer;

  connectedCallback() {
    this.#field = this.closest("form")?.querySelector("input[type=search]");
    if (!this.#field || this.#list.isConnected) return;
    const id = `${this.#field.id || "search"}-suggestions`;
    Object.assign(this.#list, { id, role: "listbox", hidden: true, ariaLabel: this.dataset.name });
    Object.assign(this.#status, { role: "status", className: "hidden" });
    this.append(this.#list, this.#status);
    const field = this.#field;
    const settings = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id };
    for (const [name, value] of Object.entries(settings)) field.setAttribute(name, value);
    field.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(), PAUSE);
    });
    field.addEventListener("keydown", (event) => this.#pressed(event));
    field.addEventListener("blur", () => this.#close());
    field.form.addEventListener("submit", () => this.#close());
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
    this.#list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#go([...this.#list.children].indexOf(option));
    });
  }

  async #ask() {
    const typed = this.#field.value.trim().toLowerCase().slice(0, 100);
    this.#asking?.abort();
    if (typed.length < LEAST) return this.#close();
    try {
      const items = this.#kept.get(typed) ?? (await this.#fetched(typed));
      this.#kept.set(typed, items);
      if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value);
      if (document.activeElement === this.#field) this.#show(items);
    } catch (error) {
      if (error.name !== "AbortError") this.#close(); // a search without suggestions is one, too
    }
  }

  /** Without cookies, so that the answer is one that is kept ready for everybody. */
  async #fetched(typed) {
    this.#asking = new AbortController();
    const address = `${this.dataset.from}?q=${encodeURIComponent(typed)}`;
    const answer = await fetch(address, { credentials: "omit", signal: this.#asking.signal });
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
    return (await answer.json()).items;
  }

  #show(items) {
    this.#found = items;
    this.#list.replaceChildren(...items.map((item, number) => this.#option(item, number)));
    this.#list.hidden = !items.length;
    this.#field.setAttribute("aria-expanded", String(items.length > 0));
    this.#status.textContent = this.dataset.some.replace("{count}", items.length);
    this.#choose(-1);
  }

  #option({ kind, title }, number) {
    const option = document.createElement("li");
    Object.assign(option, { id: `${this.#list.id}-${number}`, role: "option", ariaSelected: "false", textContent: title });
    if (kind === "category") {
      const soft = document.createElement("span");
      Object.assign(soft, { className: "soft", textContent: this.dataset.category });
      option.append(" ", soft);
    }
    return option;
  }

  #choose(number) {
    this.#chosen = number;
    [...this.#list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === number)));
    const option = this.#list.children[number];
    if (!option) return this.#field.removeAttribute("aria-activedescendant");
    this.#field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  #pressed(event) {
    if (event.isComposing || this.#list.hidden) {
      if (event.key === "ArrowDown" && !event.isComposing) this.#ask();
      return;
    }
    const places = this.#found.length + 1; // the last one is the field itself
    if (event.key === "ArrowDown") this.#choose(((this.#chosen + 2) % places) - 1);
    else if (event.key === "ArrowUp") this.#choose(((this.#chosen + places) % places) - 1);
    else if (event.key === "Escape") this.#close();
    else if (event.key === "Enter" && this.#chosen >= 0) this.#go(this.#chosen);
    else return;
    event.preventDefault();
  }

  #go(number) {
    location.assign(this.#found[number].url);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#list.hidden = true;
    this.#status.textContent = "";
    this.#field.setAttribute("aria-expanded", "false");
    this.#choose(-1);
  }
}

customElements.define("zoco-suggest", Suggest);
