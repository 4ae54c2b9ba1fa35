"""What a client sees: each test speaks with a server in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types as lsp
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

from tests.command_line import rlslint_process

TABLE = "CREATE TABLE docs (id int, tenant_id int);\nALTER TABLE docs ENABLE ROW LEVEL SECURITY;\n"
OPEN = "-- 𝄞\n/* 𝄞 */ CREATE POLICY p ON docs USING (true);\n"
BOUND = "CREATE POLICY p ON docs USING (tenant_id = current_setting('app.id')::int);\n"
COMMAND = [sys.executable, "-m", "rlslint", "server", "--stdio"]
LIMIT = 60

pytestmark = pytest.mark.asyncio


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0001_docs.sql").write_text(TABLE, "utf-8")
    return tmp_path


@pytest_asyncio.fixture
async def client(project: Path) -> AsyncIterator[LanguageClient]:
    client = make_test_lsp_client()
    await client.start_io(*COMMAND, cwd=str(project))
    parameters = lsp.InitializeParams(
        client_capabilities("neovim"), process_id=os.getpid(), root_uri=project.as_uri()
    )
    await asyncio.wait_for(client.initialize_session(parameters), LIMIT)
    yield client
    await asyncio.wait_for(client.shutdown_session(), LIMIT)
    await client.stop()  # type: ignore[no-untyped-call]


def _open(client: LanguageClient, path: Path, text: str) -> str:
    item = lsp.TextDocumentItem(path.as_uri(), "sql", 1, text)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    return path.as_uri()


def _change(client: LanguageClient, uri: str, version: int, text: str) -> None:
    change = lsp.TextDocumentContentChangeWholeDocument(text)
    document = lsp.VersionedTextDocumentIdentifier(version, uri)
    client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))


async def _codes(client: LanguageClient, uri: str, wanted: str, *, there: bool = True) -> None:
    """Wait until the diagnostics of a file have a code, or have it no more."""

    async def wait() -> None:
        while (wanted in {one.code for one in client.diagnostics.get(uri, ())}) is not there:
            await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)

    await asyncio.wait_for(wait(), LIMIT)


async def _shown(client: LanguageClient, uri: str, some: bool) -> None:
    """Wait until some diagnostics of a file are shown, or none any more."""

    async def wait() -> None:
        while bool(client.diagnostics.get(uri)) is not some:
            await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)

    await asyncio.wait_for(wait(), LIMIT)


async def _log(client: LanguageClient, words: str) -> None:
    async def wait() -> None:
        while not any(words in one.message for one in client.log_messages):
            await client.wait_for_notification(lsp.WINDOW_LOG_MESSAGE)

    await asyncio.wait_for(wait(), LIMIT)


async def test_diagnostics_follow_what_is_typed(client: LanguageClient, project: Path) -> None:
    uri = _open(client, project / "migrations/0002_policy.sql", OPEN)
    await _codes(client, uri, "RLS101")
    (found,) = (one for one in client.diagnostics[uri] if one.code == "RLS101")
    assert found.range.start == lsp.Position(1, 42), "in the units of UTF-8, as agreed"
    assert found.source == "rlslint"
    _change(client, uri, 2, BOUND)
    await _codes(client, uri, "RLS101", there=False)
    # A fault that one buffer brings to what another one makes, and its mend in a third.
    grant = _open(client, project / "migrations/0003_more.sql", OPEN.replace(" p ", " q "))
    await _codes(client, grant, "RLS101")
    (project / "rlslint.toml").write_text('ignore = ["RLS101"]\n', "utf-8")
    changes = [lsp.FileEvent((project / "rlslint.toml").as_uri(), lsp.FileChangeType.Created)]
    client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams(changes))
    await _codes(client, grant, "RLS101", there=False)
    config = _open(client, project / "rlslint.toml", "ignore = [5]\n")
    await _log(client, "rlslint.toml:1")
    await _shown(client, config, some=True)
    assert client.diagnostics[config][0].severity is lsp.DiagnosticSeverity.Error
    _change(client, config, 2, "ignore = []\n")
    await _codes(client, grant, "RLS101")
    await _shown(client, config, some=False)


async def test_it_is_said_that_more_follows_what_is_told_at_once(
    client: LanguageClient, project: Path
) -> None:
    uri = _open(client, project / "migrations/0002_policies.sql", BOUND)
    await _shown(client, uri, some=True)
    _change(client, uri, 2, OPEN)

    async def finished() -> lsp.WorkDoneProgressBegin:
        while True:
            for steps in client.progress_reports.values():
                if steps and isinstance(steps[-1], lsp.WorkDoneProgressEnd):
                    assert isinstance(steps[0], lsp.WorkDoneProgressBegin)
                    return steps[0]
            await asyncio.sleep(0.01)

    begun = await asyncio.wait_for(finished(), LIMIT)
    assert begun.title == "rlslint: judging what follows"
    assert "RLS101" in {one.code for one in client.diagnostics[uri]}


async def test_nonsense_costs_a_sentence(client: LanguageClient, project: Path) -> None:
    _change(client, (project / "never_opened.sql").as_uri(), 7, "SELECT 1;")
    await _log(client, "was not understood")
    _open(client, Path("/nowhere/at/all.sql"), "SELECT 1;")
    item = lsp.TextDocumentItem("untitled:Untitled-1", "sql", 1, OPEN)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    large = _open(client, project / "migrations/0002_large.sql", "SELECT 1;\n" * 100_000)
    _change(client, large, 2, f"{'(' * 1_000_000}")
    _change(client, large, 3, f"-- \ud800 \0\n{BOUND}")
    uri = _open(client, project / "migrations/0003_policy.sql", OPEN)
    await _codes(client, uri, "RLS101")
    assert client.protocol.writer is not None


async def test_a_client_that_dies_takes_its_server_along(project: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, cwd=project, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(b"Content-Length: 99999\r\n\r\n{")
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), LIMIT) in (0, 1)


async def test_without_the_extra_one_sentence_says_how_to_get_it(project: Path) -> None:
    (project / "sitecustomize.py").write_text(
        "import importlib.util as u\nf = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'pygls' else f(name, *rest)\n"
    )
    run = rlslint_process("server", cwd=project, PYTHONPATH=str(project))
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.splitlines() == [
        "Error: The language server needs pygls: pip install 'rlslint[lsp]'"
    ]


async def test_a_client_asks_about_places(client: LanguageClient, project: Path) -> None:
    uri = _open(client, project / "migrations/0002_policy.sql", OPEN)
    document, position = lsp.TextDocumentIdentifier(uri), lsp.Position(1, 30)
    hover = await client.text_document_hover_async(lsp.HoverParams(document, position))
    assert hover is not None
    assert isinstance(hover.contents, lsp.MarkupContent)
    assert "every row" in hover.contents.value
    made = await client.text_document_definition_async(lsp.DefinitionParams(document, position))
    assert _addresses(made) == [(project / "migrations/0001_docs.sql").as_uri()]
    used = await client.text_document_references_async(
        lsp.ReferenceParams(lsp.ReferenceContext(True), document, position)
    )
    assert uri in _addresses(used)
    symbols = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document))
    assert symbols is not None
    assert [one.name for one in symbols] == ["p"]
    found = [one for one in client.diagnostics[uri] if one.code == "RLS101"]
    actions = await client.text_document_code_action_async(
        lsp.CodeActionParams(document, found[0].range, lsp.CodeActionContext(found))
    )
    assert actions is not None
    assert [one.title.split()[0] for one in actions] == ["Let", "Show"]
    shown = lsp.ExecuteCommandParams("rlslint.showCard", ["policy-using-true"])
    await client.workspace_execute_command_async(shown)
    assert client.shown_documents or client.messages


def _addresses(found: object) -> list[str]:
    assert isinstance(found, Sequence)
    return [one.uri for one in found if isinstance(one, lsp.Location)]
