// The editor: CodeMirror, with colours, findings and completions that the service finds.

import {
  Compartment, Decoration, EditorState, EditorView, StateEffect, StateField, autocompletion,
  defaultKeymap, forEachDiagnostic, history, historyKeymap, keymap, nextDiagnostic, placeholder,
  setDiagnostics, startCompletion,
} from "./codemirror.js";
import { ask } from "./backend.js";

const setTokens = StateEffect.define();
const tokens = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(setTokens)) return effect.value;
    return marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * Return the editor.
 *
 * In a shadow root its styles are adopted sheets, which need no exception from the policy.
 */
export function createEditor(parent, text, onChange, whenAnswered) {
  const root = parent.attachShadow({ mode: "open" });
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        history(),
        tokens,
        placeholder("all images; try platform = CentOS and min_disk <= 60"),
        autocompletion({ override: [complete], icons: false, maxRenderedOptions: 50 }),
        keymap.of([
          { key: "Mod-.", run: () => { whenAnswered().then(() => fixAtCursor(view)); return true; } },
          { key: "F8", run: nextDiagnostic },
          { key: "Ctrl-Space", run: startCompletion },
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorView.lineWrapping,
        EditorView.domEventHandlers({ beforeinput: typeOver }),
        EditorView.contentAttributes.of({
          "aria-label": "Filter", spellcheck: "false", autocapitalize: "off", autocorrect: "off",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
        following(matchMedia("(prefers-color-scheme: dark)"), () => view),
      ],
    }),
  });
  return view;
}

/** Replace the whole text. */
export function replaceText(view, text) {
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    selection: { anchor: text.length },
  });
}

/** Apply the edits of a fix of a text, unless another has been written meanwhile. */
export function applyFix(view, query, fix) {
  if (view.state.doc.toString() !== query) return;
  view.dispatch({ changes: fix.edits.map(({ start, end, text }) => ({ from: start, to: end, insert: text })) });
  view.focus();
}

/** Select a part of the text. */
export function showPart(view, start, end) {
  view.dispatch({ selection: { anchor: start, head: end }, scrollIntoView: true });
  view.focus();
}

/** Show the findings and colours of the text as it is. */
export function showAnswer(view, query, { findings, tokens: found }) {
  const marks = found.map(([start, end, name]) => Decoration.mark({ class: `t-${name}` }).range(start, end));
  const diagnostics = findings.map((each) => ({
    from: each.start,
    to: each.end,
    severity: each.severity,
    message: each.message,
    actions: each.fixes.map((fix) => ({ name: fix.title, apply: () => applyFix(view, query, fix) })),
  }));
  view.dispatch(setDiagnostics(view.state, diagnostics));
  view.dispatch({ effects: setTokens.of(Decoration.set(marks)) });
}

/**
 * Type over a selection.
 *
 * Left to itself, Chromium keeps the style of what was there by an attribute, which the policy refuses.
 */
function typeOver(event, view) {
  const isTyped = event.inputType === "insertText" && event.data && !view.composing;
  if (!isTyped || view.state.selection.main.empty) return false;
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  return true;
}

/** Apply the first fix of the finding at the cursor, or of the next one. */
function fixAtCursor(view) {
  const { head } = view.state.selection.main;
  const found = [];
  forEachDiagnostic(view.state, (each, from, to) => {
    if (each.actions?.length) found.push({ each, distance: head < from ? from - head : Math.max(0, head - to) });
  });
  const nearest = found.sort((one, other) => one.distance - other.distance)[0];
  nearest?.each.actions[0].apply(view);
}

/** Return what can be written at the cursor. */
async function complete(context) {
  const query = context.state.doc.toString();
  let found;
  try {
    ({ completions: found } = await ask("completions", { query, cursor: context.pos }));
  } catch {
    return null; // the rest of the page says so
  }
  const isThere = (each) => query.slice(each.start, each.end) === each.text;
  if (!found.length || (!context.explicit && isThere(found[0]))) return null;
  return {
    from: Math.min(...found.map((each) => each.start)),
    filter: false, // the service did
    options: found.map((each) => ({
      label: each.text,
      type: each.kind,
      detail: each.description,
      apply: (view) => view.dispatch({
        changes: { from: each.start, to: Math.max(each.end, view.state.selection.main.head), insert: each.text },
        selection: { anchor: each.start + each.text.length },
        userEvent: "input.complete",
      }),
    })),
  };
}

/** Follow the colour scheme. */
function following(dark, viewOf) {
  const compartment = new Compartment();
  dark.addEventListener("change", () => {
    viewOf().dispatch({ effects: compartment.reconfigure(theme(dark.matches)) });
  });
  return compartment.of(theme(dark.matches));
}

const wavy = (colour) => ({
  backgroundImage: "none",
  textDecoration: `underline wavy ${colour}`,
  textDecorationSkipInk: "none",
  textUnderlineOffset: "3px",
});

/** Return the colours, which the page names. */
function theme(dark) {
  return EditorView.theme({
    "&": { color: "var(--text)", backgroundColor: "var(--field)", fontSize: "1rem" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", maxHeight: "40vh" },
    ".cm-content": { caretColor: "var(--text)", padding: "10px 4px", minHeight: "3.6em" },
    ".cm-placeholder": { color: "var(--quiet)" },
    ".t-keyword": { color: "var(--keyword)", fontWeight: "600" },
    ".t-string": { color: "var(--string)" },
    ".t-placeholder": { color: "var(--accent)" },
    ".t-operator": { color: "var(--keyword)" },
    ".t-comment": { color: "var(--quiet)", fontStyle: "italic" },
    ".cm-lintRange-error": wavy("var(--error)"),
    ".cm-lintRange-warning": wavy("var(--warning)"),
    ".cm-lintRange-active": { backgroundColor: "var(--selected)" },
    ".cm-lintPoint:after": { borderBottomColor: "var(--error)" },
    ".cm-tooltip": {
      color: "var(--text)", backgroundColor: "var(--field)", border: "1px solid var(--line)",
      borderRadius: "6px", maxWidth: "min(95vw, 40rem)", overflow: "hidden",
    },
    ".cm-diagnostic": { fontFamily: "var(--sans)", fontSize: "0.9rem", padding: "6px 10px" },
    ".cm-diagnostic-error": { borderLeft: "4px solid var(--error)" },
    ".cm-diagnostic-warning": { borderLeft: "4px solid var(--warning)" },
    ".cm-diagnosticAction": {
      color: "var(--on-accent)", backgroundColor: "var(--accent)", borderRadius: "4px", padding: "2px 8px",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": {
      fontFamily: "var(--mono)", maxWidth: "min(94vw, 40rem)", minWidth: "0",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "4px 10px", color: "var(--text)" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": {
      color: "var(--on-accent)", backgroundColor: "var(--accent)",
    },
    ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
    ".cm-completionDetail": {
      fontFamily: "var(--sans)", fontStyle: "normal", color: "var(--quiet)", fontSize: "0.9em",
    },
    "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  }, { dark });
}
