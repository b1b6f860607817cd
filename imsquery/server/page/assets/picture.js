// The plan as a picture: requests to the server, what the client does with each, and then with all.

import { drawn } from "./elements.js";

const CHARACTER = 7.3; // width in pixels at the size of the text
const LINE = 16;
const PADDING = 8;
const GAP = 18;
const BUS = 22; // room for the line on the right
const MOST_LINES = 4;
const MOST_REQUESTS = 12;

/** Return the picture of the rows of a plan, so wide. */
export function drawPlan(rows, width) {
  const [root, ...others] = rows;
  const { requests, steps } = sorted(others);
  const room = Math.max(width, 240) - BUS;
  const isWide = room >= 520;
  const shapes = [];
  let top = 2;
  const exits = [];
  for (const { server, client } of requests.slice(0, MOST_REQUESTS)) {
    const half = isWide ? (room - GAP * 1.5) / 2 : room;
    const one = box(2, top, half, server, "server");
    const other = isWide
      ? box(2 + half + GAP * 1.5, top, half, client, "client")
      : box(2, top + one.height + GAP, half, client, "client");
    const height = isWide ? Math.max(one.height, other.height) : 0;
    if (isWide) {
      shapes.push(arrow(`M${2 + half} ${top + LINE}H${2 + half + GAP * 1.5 - 2}`));
    } else {
      shapes.push(arrow(`M${half / 2} ${top + one.height}v${GAP - 2}`));
    }
    shapes.push(one.shape, other.shape);
    exits.push((isWide ? top : top + one.height + GAP) + LINE);
    top += (isWide ? height : one.height + GAP + other.height) + GAP;
  }
  const left = requests.length - MOST_REQUESTS;
  const texts = [...(left > 0 ? [`and ${left} more requests`] : []), ...steps, "images"];
  const bus = room + BUS - 6;
  texts.forEach((text, index) => {
    const kind = index === texts.length - 1 ? "result" : /^(server|client)/.exec(text)?.[0] ?? "client";
    const each = box(2, top, room, text, kind);
    if (index === 0 && exits.length) {
      for (const exit of exits) shapes.push(drawn("path", { class: "arrow", d: `M${room} ${exit}H${bus}` }));
      shapes.push(arrow(`M${bus} ${exits[0]}V${top + LINE}H${room + 4}`));
    } else if (index > 0) {
      shapes.push(arrow(`M${room / 2} ${top - GAP}v${GAP - 2}`));
    }
    shapes.push(each.shape);
    top += each.height + GAP;
  });
  return drawn(
    "svg",
    { width: room + BUS, height: top - GAP + 4, role: "img", "aria-label": `Picture: ${root.text}; the list below says the same` },
    drawn("defs", {}, drawn(
      "marker", { id: "head", markerWidth: 7, markerHeight: 7, refX: 5, refY: 3, orient: "auto" },
      drawn("path", { class: "head", d: "M0 0L6 3L0 6Z" }),
    )),
    ...shapes,
  );
}

/** Return requests, with what the client does, and the steps after them. */
function sorted(rows) {
  const requests = [];
  const steps = [];
  rows.forEach(({ depth, text }, index) => {
    const hasParts = rows[index + 1]?.depth > depth;
    if (depth === 1 && hasParts) requests.push({ server: text, client: "" });
    else if (depth === 1) steps.push(text);
    else if (depth === 2 && /client filter/.test(text)) requests.at(-1).client = text;
  });
  return { requests, steps };
}

function box(x, y, width, text, kind) {
  const lines = wrapped(text, Math.floor((width - 2 * PADDING) / CHARACTER));
  const height = lines.length * LINE + 2 * PADDING;
  const spans = lines.map((line, index) =>
    drawn("tspan", { x: x + PADDING, y: y + PADDING + 12 + index * LINE }, line));
  const shape = drawn(
    "g", { class: `box ${kind}` },
    drawn("rect", { x, y, width, height, rx: 5 }),
    drawn("text", {}, ...spans),
  );
  return { shape, height };
}

/** Return a text in lines of so many characters, broken at spaces and `&` where that is possible. */
function wrapped(text, most) {
  const lines = [""];
  for (const piece of text.split(/(?<=[ &?])/u)) {
    let rest = piece;
    if (lines.at(-1) && lines.at(-1).length + rest.trimEnd().length > most) lines.push("");
    while (rest.length > most) {
      lines[lines.length - 1] += rest.slice(0, most);
      rest = rest.slice(most);
      lines.push("");
    }
    lines[lines.length - 1] += rest;
  }
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES - 1), `${lines[MOST_LINES - 1].slice(0, most - 1)}…`];
}

function arrow(path) {
  return drawn("path", { class: "arrow", d: path, "marker-end": "url(#head)" });
}
