// The request, the plan and the statement of a filter.

import { copyable, element, nested, prose } from "./elements.js";
import { drawPlan } from "./picture.js";

const problem = (text) => element("p", { className: "problem" }, ...prose(text));
const waiting = () => problem("Mend the filter to see it.");

/** Show the request, or why there is no single one. */
export function showRequest(place, request) {
  if (!request) place.replaceChildren(waiting());
  else if (request.problem) place.replaceChildren(problem(`Not a single request: ${request.problem}`));
  else {
    place.replaceChildren(
      copyable("query string", request.query_string || "(empty: all images)"),
      copyable("URL", request.url),
    );
  }
}

/** Show the plan as a picture and as a tree. */
export function showPlan(picture, tree, plan) {
  if (!plan?.rows) {
    picture.replaceChildren();
    tree.replaceChildren(plan ? problem(plan.problem) : waiting());
    return;
  }
  picture.replaceChildren(...(plan.rows.length > 1 ? [drawPlan(plan.rows, picture.clientWidth)] : []));
  tree.replaceChildren(nested(plan.rows, (row) => prose(row.text)));
}

/** Show the statement and its parameters. */
export function showStatement(place, made) {
  if (!made) place.replaceChildren(waiting());
  else if (made.problem) place.replaceChildren(problem(made.problem));
  else {
    const values = made.params.map((each) => element("li", {}, JSON.stringify(each)));
    place.replaceChildren(
      copyable("statement", made.sql),
      ...(values.length ? [element("p", { className: "note" }, "Parameters:"), element("ol", { className: "values" }, ...values)] : []),
    );
  }
}
