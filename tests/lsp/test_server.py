"""The language server, as an editor sees it over its standard streams."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

URI = "file:///work/one.imsq"
COMMAND = [sys.executable, "-m", "imsquery", "lsp"]


@pytest_lsp.fixture(  # type: ignore[untyped-decorator] # of a package without types
    config=ClientServerConfig(server_command=COMMAND)
)
async def client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    # As an editor that negotiates no encoding, which then is UTF-16.
    capabilities = types.ClientCapabilities()
    await lsp_client.initialize_session(types.InitializeParams(capabilities))
    yield
    await lsp_client.shutdown_session()


async def opened(client: LanguageClient, text: str, uri: str = URI, language: str = "") -> None:
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, text))
    )
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)


def at(line: int, column: int, uri: str = URI) -> dict[str, object]:
    return {
        "text_document": types.TextDocumentIdentifier(uri),
        "position": types.Position(line, column),
    }


@pytest.mark.asyncio
async def test_findings_follow_the_text(client: LanguageClient) -> None:
    await opened(client, "description = '😀' and platfrom = CentOS")

    (found,) = client.diagnostics[URI]

    assert (found.code, found.severity) == ("unknown-name", types.DiagnosticSeverity.Error)
    start = len("description = '..' and ")  # the smiley takes up two units
    assert found.range == types.Range(types.Position(0, start), types.Position(0, start + 8))

    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(2, URI),
            [types.TextDocumentContentChangeWholeDocument("platform = CentOS")],
        )
    )
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    assert client.diagnostics[URI] == ()


@pytest.mark.asyncio
async def test_fixes_are_offered_where_the_cursor_is(client: LanguageClient) -> None:
    await opened(client, "platfrom = CentOS and\nvisibility = gold")

    first = await actions(client, types.Range(types.Position(0, 1), types.Position(0, 1)))
    everything = await actions(
        client, types.Range(types.Position(0, 0), types.Position(1, 17)), [FIX_ALL]
    )

    assert [(each.kind, each.is_preferred) for each in first] == [
        (types.CodeActionKind.QuickFix, True),
        (FIX_ALL, None),
    ]
    assert [each.title for each in everything] == ["Apply all safe fixes"]
    assert new_texts(everything[0]) == ["or"]


FIX_ALL = types.CodeActionKind.SourceFixAll


async def actions(
    client: LanguageClient, range_: types.Range, only: list[types.CodeActionKind] | None = None
) -> list[types.CodeAction]:
    context = types.CodeActionContext([], only)
    found = await client.text_document_code_action_async(
        types.CodeActionParams(types.TextDocumentIdentifier(URI), range_, context)
    )
    return [each for each in found or () if isinstance(each, types.CodeAction)]


def new_texts(action: types.CodeAction) -> list[str]:
    assert action.edit is not None
    assert action.edit.changes is not None
    return [edit.new_text for edit in action.edit.changes[URI]]


@pytest.mark.asyncio
async def test_completion_is_by_the_cursor(client: LanguageClient) -> None:
    await opened(client, "'😀' = description and plat")

    found = await client.text_document_completion_async(
        types.CompletionParams(
            types.TextDocumentIdentifier(URI),
            types.Position(0, len("'..' = description and plat")),
        )
    )

    assert isinstance(found, types.CompletionList)
    assert "platform" in [each.label for each in found.items]


@pytest.mark.asyncio
async def test_hovering_tells_the_request(client: LanguageClient) -> None:
    await opened(client, "platform = CentOS")

    found = await client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(URI), types.Position(0, 3))
    )

    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "`__platform=CentOS`" in found.contents.value


@pytest.mark.asyncio
async def test_a_file_is_formatted(client: LanguageClient) -> None:
    await opened(client, "platform==CentOS  AND protected\n")

    found = await client.text_document_formatting_async(
        types.DocumentFormattingParams(
            types.TextDocumentIdentifier(URI), types.FormattingOptions(4, insert_spaces=True)
        )
    )

    assert found is not None
    assert [each.new_text for each in found] == ["platform = CentOS and protected\n"]


@pytest.mark.asyncio
async def test_python_and_other_files_are_looked_through(client: LanguageClient) -> None:
    program, page = "file:///work/a.py", "file:///work/a.md"
    await opened(client, "import imsquery\nimsquery.plan('platfrom = x')", program, "python")
    await opened(client, "https://x/v2/cloudimages?__platfrom=x", page, "markdown")

    assert [each.code for each in client.diagnostics[program]] == ["unknown-name"]
    assert [each.code for each in client.diagnostics[page]] == ["unknown-parameter"]


def test_an_orderly_end_is_silent() -> None:
    assert answers() == {1: True, 2: False}


POSITION: dict[str, object] = {"position": {"line": 3, "character": 5}}
RANGE: dict[str, object] = {
    "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
}
QUESTIONS: dict[str, dict[str, object]] = {
    "hover": POSITION,
    "completion": POSITION,
    "formatting": {"options": {"tabSize": 4, "insertSpaces": True}},
    "codeAction": {**RANGE, "context": {"diagnostics": []}},
}


@pytest.mark.parametrize("uri", ["file:///no/such.imsq", "untitled:one", "file:///", "x", ""])
def test_a_file_that_was_never_opened_is_empty(uri: str) -> None:
    document = {"textDocument": {"uri": uri}}
    questions = [
        {"id": number, "method": f"textDocument/{name}", "params": {**document, **more}}
        for number, (name, more) in enumerate(QUESTIONS.items(), 3)
    ]

    assert answers(*questions) == {1: True, 2: False, 3: False, 4: True, 5: False, 6: False}


def answers(*questions: dict[str, object]) -> dict[object, bool]:
    """Return for each message whether its answer has something in it; no answer is an error."""
    messages: list[dict[str, object]] = [
        {"id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {"method": "initialized", "params": {}},
        *questions,
        {"id": 2, "method": "shutdown"},
        {"method": "exit"},
    ]
    bodies = [json.dumps({"jsonrpc": "2.0", **message}) for message in messages]
    sent = "".join(f"Content-Length: {len(body)}\r\n\r\n{body}" for body in bodies)

    done = subprocess.run(
        COMMAND, input=sent.encode(), capture_output=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
    found = [
        json.loads(each[each.index(b"{") :]) for each in done.stdout.split(b"Content-Length")[1:]
    ]
    return {each["id"]: bool(each["result"]) for each in found if "id" in each}


OTHER_URI = "file:///work/other.imsq"


@pytest_lsp.fixture(  # type: ignore[untyped-decorator] # of a package without types
    config=ClientServerConfig(server_command=COMMAND)
)
async def other_client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    options = {"spec": "huaweicloudstack"}
    parameters = types.InitializeParams(types.ClientCapabilities(), initialization_options=options)
    await lsp_client.initialize_session(parameters)
    yield
    await lsp_client.shutdown_session()


@pytest.mark.asyncio
async def test_an_editor_names_the_cloud(other_client: LanguageClient) -> None:
    await opened(other_client, "architecture = aarch64", OTHER_URI)

    assert other_client.diagnostics[OTHER_URI] == ()


@pytest_lsp.fixture(  # type: ignore[untyped-decorator] # of a package without types
    config=ClientServerConfig(server_command=[*COMMAND, "--spec", "opentelekomcloud"])
)
async def third_client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    options = {"spec": "nosuch"}
    parameters = types.InitializeParams(types.ClientCapabilities(), initialization_options=options)
    await lsp_client.initialize_session(parameters)
    yield
    await lsp_client.shutdown_session()


@pytest.mark.asyncio
async def test_an_editor_is_told_of_an_unknown_cloud(third_client: LanguageClient) -> None:
    await opened(third_client, "architecture = x86", OTHER_URI)

    assert ["unknown spec 'nosuch'" in each.message for each in third_client.messages] == [True]
    (found,) = third_client.diagnostics[OTHER_URI]
    assert found.code == "unknown-name"
