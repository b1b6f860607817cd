// The images that match, as a table that can be sorted, and why one of them does.

import { element, nested, prose } from "./elements.js";

/** The table of images. */
export class Images {
  #table;
  #count;
  #onChoose;
  #answer = { columns: [], images: [] };
  #sort = null; // { column, descending }
  #chosen = null;

  constructor(table, count, onChoose) {
    this.#table = table;
    this.#count = count;
    this.#onChoose = onChoose;
    table.addEventListener("keydown", (event) => this.#move(event));
  }

  /** Show an answer. */
  show(answer) {
    if (answer.problem) {
      this.#answer = { columns: [], images: [] };
      this.#count.replaceChildren(...prose(answer.problem));
      this.#table.replaceChildren();
      return;
    }
    if (String(answer.columns) !== String(this.#answer.columns)) this.#sort = null;
    this.#answer = answer;
    this.#count.textContent = summary(answer);
    this.#draw();
  }

  /** Mark an image as the one that is explained. */
  choose(id) {
    this.#chosen = id;
    for (const row of this.#table.tBodies[0]?.rows ?? []) this.#mark(row);
  }

  #draw() {
    const { columns } = this.#answer;
    const focused = this.#table.querySelector("thead button:focus")?.textContent;
    const head = element("tr", {}, ...columns.map((name, column) => this.#heading(name, column)));
    const rows = this.#sorted().map((image) => this.#row(image));
    this.#table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows));
    if (rows.length) rows[0].querySelector("button").tabIndex = 0;
    if (focused) [...this.#table.querySelectorAll("thead button")].find((each) => each.textContent === focused)?.focus();
  }

  #heading(name, column) {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => {
      const isAgain = this.#sort?.column === column;
      this.#sort = isAgain && this.#sort.descending ? null : { column, descending: isAgain };
      this.#draw();
    });
    const cell = element("th", { scope: "col" }, button);
    if (this.#sort?.column === column) {
      cell.setAttribute("aria-sort", this.#sort.descending ? "descending" : "ascending");
    }
    return cell;
  }

  #row(image) {
    const [first, ...others] = image.cells;
    const button = element("button", { type: "button", tabIndex: -1, title: "Why it matches" }, shown(first) || image.id);
    button.addEventListener("click", () => this.#onChoose(image.id, button.textContent));
    const row = element(
      "tr", {}, element("th", { scope: "row" }, button),
      ...others.map((value) => element("td", { className: typeof value === "number" ? "number" : "" }, shown(value))),
    );
    row.dataset.id = image.id;
    this.#mark(row);
    return row;
  }

  #mark(row) {
    const isChosen = row.dataset.id === this.#chosen;
    row.classList.toggle("chosen", isChosen);
    row.querySelector("button").setAttribute("aria-pressed", String(isChosen));
  }

  #sorted() {
    if (!this.#sort) return this.#answer.images;
    const { column, descending } = this.#sort;
    const way = descending ? -1 : 1;
    return [...this.#answer.images].sort((one, other) => way * order(one.cells[column], other.cells[column]));
  }

  /** Move among the rows by the arrow keys: the table is one stop of the tab key. */
  #move(event) {
    const buttons = [...this.#table.querySelectorAll("tbody button")];
    const at = buttons.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || !buttons[to]) return;
    event.preventDefault();
    buttons[at].tabIndex = -1;
    buttons[to].tabIndex = 0;
    buttons[to].focus();
  }
}

/** Show why an image matches, or does not. */
export function showWhy(place, name, answer) {
  if (answer.problem) {
    place.replaceChildren(element("p", { className: "problem" }, ...prose(answer.problem)));
    return;
  }
  const verdict = answer.holds ? "matches" : "does not match";
  place.replaceChildren(
    element("p", {}, element("strong", {}, name), ` ${verdict}.`),
    nested(answer.rows, (row) => [
      element("span", { className: `mark ${row.holds ? "yes" : "no"}` }, row.holds ? "yes" : "no"),
      element("span", {}, element("code", {}, row.text), ...row.shown.map(({ name: attribute, value }) =>
        element("span", { className: "note" }, ` ${attribute}: ${value === null ? "absent" : value}`))),
    ]),
  );
}

function summary({ images, ended, looked_at: lookedAt }) {
  const count = images.length === 1 ? "1 image" : `${images.length} images`;
  if (ended === "all") return images.length ? count : `No images match (${lookedAt} looked at).`;
  if (ended === "more") return `The first ${count}; there are more.`;
  return `${count} among the first ${lookedAt} that were looked at; narrow the filter to find all.`;
}

function shown(value) {
  return value === null ? "" : String(value);
}

/** Compare numbers as numbers and texts as texts; what is absent comes first. */
function order(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  const [left, right] = [shown(one), shown(other)];
  return left < right ? -1 : Number(left > right);
}
