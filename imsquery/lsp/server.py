"""The protocol: requests of an editor, answered from :mod:`imsquery.lsp.documents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

try:
    from lsprotocol import types
    from pygls.lsp.server import LanguageServer
except ModuleNotFoundError as _missing:
    _message = "imsquery lsp needs pygls; install imsquery[lsp]"
    raise ModuleNotFoundError(_message, name=_missing.name) from _missing

from imsquery import __version__
from imsquery.diagnostics.failures import reason
from imsquery.lsp.documents import LANGUAGE, Document, kind_of
from imsquery.lsp.lines import Lines
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.specs import find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imsquery.lsp.documents import Edit, Found
    from imsquery.schema.spec import Spec

FIX_ALL = types.CodeActionKind(types.CodeActionKind.SourceFixAll)
_KINDS = {
    "name": types.CompletionItemKind.Field,
    "function": types.CompletionItemKind.Function,
    "operator": types.CompletionItemKind.Operator,
    "value": types.CompletionItemKind.Value,
    "placeholder": types.CompletionItemKind.Variable,
    "keyword": types.CompletionItemKind.Keyword,
    "clause": types.CompletionItemKind.Keyword,
    "punctuation": types.CompletionItemKind.Operator,
}
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
}
_TRIGGERS = [" ", "=", "(", ","]


class FilterServer(LanguageServer):
    """A language server that keeps the files that are open.

    Args:
        spec: the parameters, unless the editor names others.
    """

    def __init__(self, spec: Spec) -> None:
        # A change is the whole text: no one else then counts its lines.
        super().__init__(LANGUAGE, __version__, types.TextDocumentSyncKind.Full)
        self.spec = spec
        self._opened: dict[str, tuple[str, Lines, Document]] = {}

    def opened(self, uri: str) -> tuple[Lines, Document]:
        """Return a file as it is now; one that was never opened is empty."""
        if uri not in self.workspace.text_documents:
            return Lines(""), Document("", "other")
        source = self.workspace.get_text_document(uri)
        text = source.source
        known = self._opened.get(uri)
        if known is None or known[0] != text:
            encoding = types.PositionEncodingKind(self.workspace.position_encoding or "utf-16")
            document = Document(text, kind_of(source.path, source.language_id), self.spec)
            known = self._opened[uri] = text, Lines(text, encoding.value), document
        return known[1:]

    def forget(self, uri: str) -> None:
        """Forget a file that was closed."""
        self._opened.pop(uri, None)

    def publish(self, uri: str, version: int | None) -> None:
        """Send the findings of a file."""
        lines, document = self.opened(uri)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                uri, [_diagnostic(lines, each) for each in document.findings], version
            )
        )


def create_server(spec: Spec = CLOUDIMAGES) -> FilterServer:
    """Return a server that answers what an editor asks.

    Args:
        spec: the parameters, unless the editor names others by its initialization option `spec`.
    """
    server = FilterServer(spec)
    _answer_start(server)
    _answer_changes(server)
    _answer_questions(server)
    return server


def _answer_start(server: FilterServer) -> None:
    wrong: list[str] = []

    @server.feature(types.INITIALIZE)
    def initialize(parameters: types.InitializeParams) -> None:
        options = parameters.initialization_options
        named = options.get("spec") if isinstance(options, dict) else None
        if named is None:
            return
        try:
            server.spec = find(str(named))
        except (OSError, ValueError) as error:
            wrong.append(reason(error))

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        for message in wrong:  # an editor shows none before it is told that all is ready
            shown = types.ShowMessageParams(types.MessageType.Error, message)
            server.window_show_message(shown)


def _answer_changes(server: FilterServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(parameters: types.DidOpenTextDocumentParams) -> None:
        server.publish(parameters.text_document.uri, parameters.text_document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(parameters: types.DidChangeTextDocumentParams) -> None:
        server.publish(parameters.text_document.uri, parameters.text_document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(parameters: types.DidCloseTextDocumentParams) -> None:
        uri = parameters.text_document.uri
        server.forget(uri)
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


def _answer_questions(server: FilterServer) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, FIX_ALL]),
    )
    def code_action(parameters: types.CodeActionParams) -> list[types.CodeAction]:
        uri = parameters.text_document.uri
        lines, document = server.opened(uri)
        wanted = parameters.context.only
        actions = []
        if _is_wanted(types.CodeActionKind.QuickFix, wanted):
            start, end = _offsets(lines, parameters.range)
            touched = (
                each for each in document.findings if each.start <= end and start <= each.end
            )
            actions += [action for each in touched for action in _fixes(uri, lines, each)]
        if _is_wanted(FIX_ALL, wanted) and (edit := document.mended):
            changes = _changes(uri, lines, [edit])
            actions.append(types.CodeAction("Apply all safe fixes", FIX_ALL, edit=changes))
        return actions

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=_TRIGGERS)
    )
    def completion(parameters: types.CompletionParams) -> types.CompletionList:
        lines, document = server.opened(parameters.text_document.uri)
        found = document.completions(_offset(lines, parameters.position))
        items = [
            types.CompletionItem(
                each.text,
                kind=_KINDS[each.kind],
                detail=each.description or None,
                sort_text=f"{number:05}",
                filter_text=each.text.strip("\"'"),
                text_edit=_text_edit(lines, edit),
            )
            for number, (each, edit) in enumerate(found)
        ]
        # What fits depends on all that is written: ask again after each letter.
        return types.CompletionList(is_incomplete=True, items=items)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(parameters: types.HoverParams) -> types.Hover | None:
        lines, document = server.opened(parameters.text_document.uri)
        found = document.hover(_offset(lines, parameters.position))
        if found is None:
            return None
        shown, start, end = found
        content = types.MarkupContent(types.MarkupKind.Markdown, shown)
        return types.Hover(content, _range(lines, start, end))

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def formatting(parameters: types.DocumentFormattingParams) -> list[types.TextEdit]:
        lines, document = server.opened(parameters.text_document.uri)
        formatted = document.formatted()
        if formatted is None or formatted == document.text:
            return []
        return [_text_edit(lines, (0, len(document.text), formatted))]


def _is_wanted(kind: types.CodeActionKind | str, wanted: Iterable[str] | None) -> bool:
    """Return whether an action is of a kind that was asked for, or of a kind within it."""
    name = str(getattr(kind, "value", kind))
    asked = [str(getattr(each, "value", each)) for each in wanted] if wanted else None
    return asked is None or any(name == each or name.startswith(f"{each}.") for each in asked)


def _fixes(uri: str, lines: Lines, found: Found) -> Iterator[types.CodeAction]:
    """Yield an action for each fix of a finding."""
    for fix, edits in found.fixes:
        is_safe = fix.applicability == "safe"
        yield types.CodeAction(
            fix.title if is_safe else f"{fix.title} (suggestion)",
            types.CodeActionKind.QuickFix,
            [_diagnostic(lines, found)],
            is_preferred=is_safe,
            edit=_changes(uri, lines, edits),
        )


def _changes(uri: str, lines: Lines, edits: Iterable[Edit]) -> types.WorkspaceEdit:
    return types.WorkspaceEdit({uri: [_text_edit(lines, each) for each in edits]})


def _diagnostic(lines: Lines, found: Found) -> types.Diagnostic:
    each = found.diagnostic
    return types.Diagnostic(
        _range(lines, found.start, found.end),
        "\n".join([each.message, *each.notes]),
        _SEVERITIES[each.severity],
        each.code,
        source=LANGUAGE,
    )


def _text_edit(lines: Lines, edit: Edit) -> types.TextEdit:
    start, end, text = edit
    return types.TextEdit(_range(lines, start, end), text)


def _range(lines: Lines, start: int, end: int) -> types.Range:
    return types.Range(*(types.Position(*lines.position(place)) for place in (start, end)))


def _offset(lines: Lines, position: types.Position) -> int:
    return lines.offset(position.line, position.character)


def _offsets(lines: Lines, range_: types.Range) -> tuple[int, int]:
    return _offset(lines, range_.start), _offset(lines, range_.end)
