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
  const { shapes, exits, bottom } = lanes(requests.slice(0, MOST_REQUESTS), room);
  const left = requests.length - MOST_REQUESTS;
  const texts = [...(left > 0 ? [`and ${left} more requests`] : []), ...steps, "images"];
  const rest = chain(texts, bottom, room);
  const label = `Picture: ${root.text}; the list says the same`;
  return drawn(
    "svg", { width: room + BUS, height: rest.bottom - GAP + 4, role: "img", "aria-label": label },
    drawn("defs", {}, drawn(
      "marker", { id: "head", markerWidth: 7, markerHeight: 7, refX: 5, refY: 3, orient: "auto" },
      drawn("path", { class: "head", d: "M0 0L6 3L0 6Z" }),
    )),
    ...shapes, ...joined(exits, bottom, room), ...rest.shapes,
  );
}

/** Draw each request, and beside or below it what the client does with its images. */
function lanes(requests, room) {
  const isWide = room >= 520;
  const width = isWide ? (room - GAP * 1.5) / 2 : room;
  const shapes = [];
  const exits = []; // where the images of each leave
  let top = 2;
  for (const { server, client } of requests) {
    const one = box(2, top, width, server, "server");
    const [x, y] = isWide ? [room - width + 2, top] : [2, top + one.height + GAP];
    const other = box(x, y, width, client, "client");
    shapes.push(one.shape, other.shape);
    shapes.push(arrow(isWide
      ? `M${2 + width} ${top + LINE}H${x - 2}`
      : `M${room / 2} ${top + one.height}V${y - 2}`));
    exits.push(y + LINE);
    top = Math.max(top + one.height, y + other.height) + GAP;
  }
  return { shapes, exits, bottom: top };
}

/** Draw the line on the right that joins the images of all requests. */
function joined(exits, bottom, room) {
  if (!exits.length) return [];
  const bus = room + BUS - 6;
  return [
    ...exits.map((y) => drawn("path", { class: "arrow", d: `M${room + 2} ${y}H${bus}` })),
    arrow(`M${bus} ${exits[0]}V${bottom + LINE}H${room + 4}`),
  ];
}

/** Draw what is done with all images, step by step. */
function chain(texts, start, room) {
  const shapes = [];
  let top = start;
  texts.forEach((text, index) => {
    const isLast = index === texts.length - 1;
    const kind = isLast ? "result" : /^server/.test(text) ? "server" : "client";
    const each = box(2, top, room, text, kind);
    if (index > 0) shapes.push(arrow(`M${room / 2} ${top - GAP}v${GAP - 2}`));
    shapes.push(each.shape);
    top += each.height + GAP;
  });
  return { shapes, bottom: top };
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
