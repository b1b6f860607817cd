// Elements made from values: a value becomes text, never markup.

/** Return an element; of its properties, those with a dash are attributes. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children); // strings become text nodes
  return made;
}

/** Return an element of a picture, with attributes. */
export function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Return a message, whose back-ticks mark what is written in the language. */
export function prose(text) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

/** Return rows with depths as nested lists; `show` returns what is in the item of a row. */
export function nested(rows, show) {
  const root = element("ul", { className: "tree" });
  const items = []; // the last one of each depth
  for (const row of rows) {
    items.length = row.depth;
    const above = items.at(-1);
    let list = above?.querySelector(":scope > ul") ?? (above ? null : root);
    if (!list) above.append(list = element("ul"));
    items.push(element("li", {}, ...show(row)));
    list.append(items.at(-1));
  }
  return root;
}

/** Return a text with a button that copies it. */
export function copyable(title, text) {
  const button = element("button", { type: "button", "aria-label": `Copy the ${title}` }, "Copy");
  button.addEventListener("click", () => copy(text, button));
  const code = element("code", { tabIndex: 0, "aria-label": title, role: "group" }, text);
  return element("div", { className: "copyable" }, code, button);
}

/** Copy a text, and say so on the button for a moment. */
export async function copy(text, button) {
  const before = button.dataset.label ?? button.textContent;
  button.dataset.label = before;
  button.textContent = (await write(text)) ? "Copied" : "Not allowed";
  setTimeout(() => { button.textContent = before; }, 1500);
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // not over plain HTTP, but for this machine
    const area = element("textarea", { value: text, className: "away" });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
