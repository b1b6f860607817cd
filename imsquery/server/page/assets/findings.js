// What is wrong with the filter, each with its fixes.

import { element, prose } from "./elements.js";
import { applyFix, showPart } from "./editor.js";

/** Show the findings in a list. */
export function showFindings(list, view, query, findings) {
  list.replaceChildren(...findings.map((each) => item(view, query, each)));
}

/** Return how many there are, in words. */
export function count(findings) {
  const errors = findings.filter((each) => each.severity === "error").length;
  const warnings = findings.length - errors;
  const parts = [];
  if (errors) parts.push(errors === 1 ? "1 error" : `${errors} errors`);
  if (warnings) parts.push(warnings === 1 ? "1 warning" : `${warnings} warnings`);
  return parts.join(", ") || "No errors";
}

function item(view, query, finding) {
  const place = element("button", { type: "button", className: "place" }, ...prose(finding.message));
  place.addEventListener("click", () => showPart(view, finding.start, finding.end));
  const fixes = finding.fixes.map((fix) => {
    const button = element(
      "button", { type: "button", className: `fix ${fix.applicability}` },
      fix.applicability === "safe" ? "Fix: " : "Suggestion: ", ...prose(fix.title),
    );
    button.addEventListener("click", () => applyFix(view, query, fix));
    return button;
  });
  const notes = finding.notes.map((note) => element("p", { className: "note" }, ...prose(note)));
  const severity = element("span", { className: "severity" }, finding.severity);
  return element(
    "li", { className: finding.severity },
    element("p", {}, severity, place),
    ...(fixes.length ? [element("p", { className: "fixes" }, ...fixes)] : []),
    ...notes,
  );
}
