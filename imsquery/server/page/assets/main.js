// The page: a text, and what the service answers about it while it is typed.

import { ask, endpoint, Unanswered, useToken } from "./backend.js";
import { createEditor, replaceText, showAnswer } from "./editor.js";
import { copy, element } from "./elements.js";
import { count, showFindings } from "./findings.js";
import { Images, showWhy } from "./images.js";
import { latest, settled } from "./latest.js";
import { showPlan, showRequest, showStatement } from "./request.js";

const PAUSE = 120; // milliseconds without typing, before images are looked for

const at = (id) => document.getElementById(id);
const state = { query: "", image: "", dialect: "duckdb", ...fromFragment() };
const view = createEditor(at("editor"), state.query, (text) => {
  state.query = text;
  refresh();
}, () => examined);
const images = new Images(at("images"), at("images-count"), choose);
const troubles = new Map(); // work that was not answered -> why
let current = {}; // the last answer about the filter
let hasAnswers = false; // whether any filter had none
let examined; // settles once it is there
let isAnswered = true; // whether it has no errors, so that there is more to answer

const examine = answered(async () => {
  const { query } = state;
  const answer = await ask("filter", { query, endpoint: at("endpoint").value, dialect: state.dialect });
  if (query !== state.query) return; // another is on its way
  current = answer;
  showAnswer(view, query, answer);
  showFindings(at("findings"), view, query, answer.findings);
  at("verdict").textContent = query.trim() ? count(answer.findings) : "No filter: all images";
  at("verdict").className = answer.findings.some((each) => each.severity === "error") ? "error" : "";
  at("fix-all").hidden = answer.mended === null;
  at("format").disabled = answer.formatted === null || answer.formatted === query;
  isAnswered = answer.plan !== null;
  hasAnswers ||= isAnswered;
  at("stale").hidden = isAnswered;
  at("stale").textContent = hasAnswers
    ? "Below is what the last filter without errors finds." : "Mend the filter to see what it finds, and how.";
  at("answers").hidden = !hasAnswers;
  at("answers").inert = !isAnswered;
  if (!isAnswered) return;
  showRequest(at("request"), answer.request);
  showPlan(at("picture"), at("plan"), answer.plan);
  showStatement(at("sql"), answer.sql);
});

const begin = answered(async () => {
  const { examples } = await ask("examples", {});
  const buttons = examples.map((each) => {
    const button = element("button", { type: "button", className: "example" }, each);
    button.addEventListener("click", () => {
      replaceText(view, each);
      view.focus();
    });
    return button;
  });
  at("examples").replaceChildren(...(examples.length ? ["Examples:"] : []), ...buttons);
});

const find = answered(async () => {
  const { query } = state;
  if (!isAnswered) return;
  const answer = await ask("images", { query });
  if (query === state.query) images.show(answer);
});

const explain = answered(async () => {
  const { query, image } = state;
  if (!isAnswered) return;
  if (!image) {
    at("why").replaceChildren(element("p", { className: "problem" }, "Choose an image to see which conditions it meets."));
    return;
  }
  const answer = await ask("why", { query, image });
  if (query === state.query && image === state.image) showWhy(at("why"), name(image), answer);
});

const findSoon = settled(async () => {
  toFragmentSoon();
  await examined;
  await find();
  await explain(); // which names the image as the table does
}, PAUSE);

function refresh() {
  examined = examine();
  findSoon();
}

function choose(image) {
  state.image = image;
  at("image").value = image;
  images.choose(image);
  explain();
  toFragment();
}

function name(image) {
  const row = [...at("images").querySelectorAll("tbody tr")].find((each) => each.dataset.id === image);
  return row?.querySelector("button").textContent ?? image;
}

/** Return work that follows the latest state, and says so while it is not answered. */
function answered(work) {
  return latest(async () => {
    try {
      await work();
      troubles.delete(work);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      troubles.set(work, error);
    }
    const [trouble] = troubles.values();
    at("trouble").hidden = !trouble;
    at("trouble").textContent = trouble?.message ?? "";
    at("token-form").hidden = !trouble?.needsToken;
  });
}

function fromFragment() {
  const { query, image, dialect } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const isKnown = [...at("dialect").options].some((each) => each.value === dialect);
  return { query: query ?? "", image: image ?? "", dialect: isKnown ? dialect : "duckdb" };
}

function link() {
  const url = new URL(location.href);
  const { query, image, dialect } = state;
  url.hash = new URLSearchParams({
    ...(query && { query }), ...(image && { image }), ...(dialect !== "duckdb" && { dialect }),
  });
  return url.href;
}

function toFragment() {
  history.replaceState(null, "", link());
}

const toFragmentSoon = settled(toFragment, 4 * PAUSE); // browsers refuse to do it often

function showState() {
  at("image").value = state.image;
  at("dialect").value = state.dialect;
  images.choose(state.image);
}

at("endpoint").value = endpoint;
at("endpoint").addEventListener("input", () => examine());
at("dialect").addEventListener("change", (event) => {
  state.dialect = event.target.value;
  examine();
  toFragment();
});
at("image").addEventListener("change", (event) => choose(event.target.value.trim()));
at("format").addEventListener("click", () => replaceText(view, current.formatted));
at("fix-all").addEventListener("click", () => {
  replaceText(view, current.mended);
  view.focus();
});
at("share").addEventListener("click", (event) => copy(link(), event.target));
at("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  useToken(at("token").value);
  at("token-form").hidden = true;
  begin();
  refresh();
});
addEventListener("hashchange", () => {
  Object.assign(state, fromFragment());
  showState();
  replaceText(view, state.query);
});
addEventListener("resize", settled(() => showPlan(at("picture"), at("plan"), current.plan), PAUSE));
showState();
begin();
refresh();
view.focus();
