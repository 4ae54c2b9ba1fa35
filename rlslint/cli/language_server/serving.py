"""The server: what the client tells, when its projects are looked at, and what it is told."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import FeatureRequestError
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import TextDocument

from rlslint import __version__
from rlslint.cli.language_server.actions import SHOW_CARD, File, actions_for
from rlslint.cli.language_server.diagnostics import Shown, by_path, of_configuration
from rlslint.cli.language_server.navigating import (
    Asked,
    definitions_at,
    hover_at,
    references_at,
    symbols_in,
)
from rlslint.cli.language_server.projects import Analysis, Analyst, Busy, Place, place_of
from rlslint.cli.language_server.working import Worker
from rlslint.reports import RULE_PAGE
from rlslint.rules import card, rule_names
from rlslint.text.display import printable
from rlslint.text.faults import ISSUES, described
from rlslint.text.secrets import masked

A = TypeVar("A")

PATIENCE_SECONDS = 0.1
"""How long a client may go on typing before its project is looked at."""

_WATCH_SECONDS = 5.0
_ANSWER_SECONDS = 1.0
_MOMENT_SECONDS = 0.05
_REMEMBERED = 20
_ELSEWHERE = (
    lsp.TEXT_DOCUMENT_DID_CLOSE,
    lsp.TEXT_DOCUMENT_DID_SAVE,
    lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
    lsp.WORKSPACE_DID_CHANGE_CONFIGURATION,
    lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
)
_WATCHED = (
    "**/*.{sql,psql,ddl,pgsql,plan,prisma,toml,ini,env,yml,yaml,json,properties,tf,service}",
    "**/*.{py,cjs,cs,cts,ex,exs,go,java,js,jsx,kt,kts,mjs,mts,php,rake,rb,rs,ts,tsx}",
    "**/{.env,.env.*,Dockerfile,Procfile,.gitignore}",
)


class Told(Enum):
    """How much of what is found in a project the client was told."""

    not_yet = "nothing: another question goes before"
    in_part = "what the last edits are near to"
    all = "all"


class Documents(dict[str, TextDocument]):
    """The documents that a client has opened and that are files, by path."""

    def versions(self) -> dict[str, int | None]:
        return {path: document.version for path, document in self.items()}


class Server(LanguageServer):
    """Looks at the projects of the open documents whenever something changes."""

    def __init__(self) -> None:
        super().__init__(
            "rlslint", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full
        )
        self.worker = Worker()
        self._pending: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._analyst = Analyst()
        self._has_changed = self._is_due = self._is_new = False
        self._answering = self._unfinished = 0
        self._has_looked = asyncio.Event()
        self._published: dict[Place, set[str]] = {}
        self._analyses: dict[Place, Analysis] = {}
        self._said: dict[str, None] = {}

    @property
    def documents(self) -> Documents:
        """The open documents that are files."""
        found = Documents()
        for uri, document in self.workspace.text_documents.items():
            path = _path_of(uri)
            if path is not None:
                found[path] = document
        return found

    @property
    def folders(self) -> list[str]:
        """The folders of the workspace."""
        named = [folder.uri for folder in self.workspace.folders.values()]
        paths = map(_path_of, named or filter(None, [self.workspace.root_uri]))
        return [path for path in paths if path is not None]

    @property
    def shown(self) -> Shown:
        """How the client wants diagnostics."""
        known = {path: document.uri for path, document in self.documents.items()}
        capabilities = self.client_capabilities.text_document
        wanted = capabilities.publish_diagnostics if capabilities is not None else None
        return Shown(
            self.workspace.position_encoding or lsp.PositionEncodingKind.Utf16,
            bool(wanted is not None and wanted.related_information),
            lambda path: known.get(path) or from_fs_path(path) or path,
        )

    def look_soon(self, after: float = PATIENCE_SECONDS, is_new: bool = False) -> None:
        """Look at the projects of all open documents, when nothing has changed for a moment.

        `is_new` tells that more may have changed than the documents.
        """
        if self._pending is not None:
            self._pending.cancel()
        self._has_changed, self._is_new = True, self._is_new or is_new
        self._has_looked.clear()
        self._pending = asyncio.get_running_loop().call_later(after, self._look)

    def _look(self) -> None:
        self._is_due = True
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_on())

    async def _look_on(self) -> None:
        """Look once more as long as something has changed meanwhile."""
        while self._is_due:
            self._is_due = self._has_changed = False
            await self._look_at_all()

    async def analysis_around(self, path: str) -> tuple[Place, Analysis]:
        """Return what is known of a file's project, with all that was typed so far."""
        self._answering += 1
        try:
            if self._has_changed:
                self._look()
            if self._looking is not None:
                await self._has_looked.wait()
        finally:
            self._answering -= 1
        place = place_of(path, self.folders)
        return place, self._analyses.get(place, Analysis())

    async def ask(
        self,
        document: lsp.TextDocumentIdentifier,
        position: lsp.Position,
        question: Callable[[Asked, Analysis], A],
    ) -> A | None:
        """Return what a question about a place of a file gives."""
        path = _path_of(document.uri)
        if path is None:
            return None
        place, analysis = await self.analysis_around(path)
        source = self.workspace.get_text_document(document.uri).source
        asked = Asked(path, source, position, place.folder, self.shown)
        self._answering += 1
        try:
            asking = partial(self._analyst.ask, place, partial(question, asked, analysis))
            return await self.worker.do(asking)
        finally:
            self._answering -= 1

    async def _look_at_all(self) -> None:
        documents = self.documents
        versions, folders = documents.versions(), self.folders
        buffers = {path: _content(document) for path, document in documents.items()}
        opened: dict[Place, dict[str, int | None]] = {}
        for path, version in versions.items():
            opened.setdefault(place_of(path, folders), {})[path] = version
        for place in self._published.keys() - opened.keys():
            self._publish(place, {}, {}, self.shown)
        for place in self._analyses.keys() - opened.keys():
            del self._analyses[place]
        is_new, self._is_new = self._is_new, False
        unfinished = []
        for place, own in opened.items():
            look = partial(self._analyst.look, place, buffers, is_new)
            if await self._is_told(place, own, look) is Told.in_part:
                unfinished.append(place)
        if not self._has_changed:
            self._has_looked.set()
        if not unfinished:
            return
        async with self._saying_that_more_follows():
            for place in unfinished:
                finish = partial(self._analyst.finish, place, buffers, self._give_way)
                while not self._has_changed:
                    if await self._is_told(place, opened[place], finish) is not Told.not_yet:
                        break
                    await asyncio.sleep(_MOMENT_SECONDS)

    @asynccontextmanager
    async def _saying_that_more_follows(self) -> AsyncIterator[None]:
        """Let the editor show that what is told may not be all yet, if it can."""
        window = self.client_capabilities.window
        if window is None or not window.work_done_progress:
            yield
            return
        progress, self._unfinished = self.work_done_progress, self._unfinished + 1
        token = f"rlslint-{self._unfinished}"
        try:
            await asyncio.wait_for(progress.create_async(token), _ANSWER_SECONDS)
        except Exception:
            yield
            return
        progress.begin(token, lsp.WorkDoneProgressBegin("rlslint: judging what follows"))
        try:
            yield
        finally:
            progress.end(token, lsp.WorkDoneProgressEnd())
            progress.tokens.pop(token, None)

    async def _is_told(
        self, place: Place, opened: Mapping[str, int | None], look: Callable[[], Analysis]
    ) -> Told:
        """Tell the client what a look of the other thread finds, and return how much that is."""
        try:
            analysis = await self.worker.do(look)
        except Busy:
            return Told.not_yet
        except Exception as error:
            self.say(f"rlslint has a fault of its own: {described(error)}. ({ISSUES})")
            return Told.all
        self._tell(place, opened, analysis)
        return Told.all if analysis.is_whole else Told.in_part

    def _give_way(self) -> None:
        """End what another thread does for nobody in particular, where somebody asks."""
        if self._has_changed or self._answering:
            raise Busy

    def _tell(self, place: Place, opened: Mapping[str, int | None], analysis: Analysis) -> None:
        """Tell the client what was found, but for documents that have changed meanwhile."""
        for sentence in (*analysis.failures, *filter(None, [analysis.problem])):
            self.say(sentence)
        shown = self.shown
        if analysis.problem:
            # What was found before the configuration broke stays.
            if analysis.place is not None:
                path = os.path.join(place.folder, analysis.place.path)
                self._show(path, [of_configuration(analysis.problem, analysis.place, shown)], shown)
                self._published.setdefault(place, set()).add(path)
            return
        self._analyses[place] = analysis
        found = by_path(analysis.findings, place.folder, opened, shown)
        self._publish(place, found, opened, shown)

    def _publish(
        self,
        place: Place,
        found: Mapping[str, list[lsp.Diagnostic]],
        opened: Mapping[str, int | None],
        shown: Shown,
    ) -> None:
        before = self._published.pop(place, set())
        now = self.documents.versions()
        for path in sorted({*before, *found, *opened}):
            if path in opened and now.get(path) != opened[path]:
                continue
            self._show(path, found.get(path, []), shown)
        if found:
            self._published[place] = set(found)

    def _show(self, path: str, diagnostics: list[lsp.Diagnostic], shown: Shown) -> None:
        document = self.documents.get(path)
        version = document.version if document is not None else None
        self.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(shown.address_of(path), diagnostics, version)
        )

    def watch_client(self, process: int) -> None:
        """End when the client does, though it closes no stream of ours."""
        self._watching = asyncio.get_running_loop().create_task(_end_with(process))

    def say(self, sentence: str) -> None:
        """Write a sentence to the client's log, once until something else is to be said."""
        if sentence in self._said:
            return
        self._said = dict.fromkeys((*list(self._said)[-_REMEMBERED:], sentence))
        self.window_log_message(
            lsp.LogMessageParams(lsp.MessageType.Warning, printable(masked(sentence)))
        )

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Say in the log what the client sent that is not understood."""
        if source is not FeatureRequestError:
            reason = getattr(error, "message", "") or str(error)
            self.say(f"A message of the client was not understood: {reason}.")


def serve_client() -> None:
    """Speak with the client on standard input and output until it ends."""
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)
    made_server().start_io()


def made_server() -> Server:
    """Return a server that answers what the protocol asks."""
    server = Server()

    @server.feature(lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        watched = server.client_capabilities.workspace
        files = watched.did_change_watched_files if watched is not None else None
        if files is not None and files.dynamic_registration:
            server.client_register_capability(_watching())
        if server.process_id is not None:
            server.watch_client(server.process_id)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.look_soon(0)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        server.look_soon()

    for method in _ELSEWHERE:

        @server.feature(method)
        async def changed_elsewhere(params: Any) -> None:
            server.look_soon(is_new=True)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        return await server.ask(params.text_document, params.position, hover_at)

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: lsp.DefinitionParams) -> list[lsp.Location] | None:
        return await server.ask(params.text_document, params.position, definitions_at)

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    async def uses(params: lsp.ReferenceParams) -> list[lsp.Location] | None:
        return await server.ask(params.text_document, params.position, references_at)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        path = _path_of(params.text_document.uri)
        source = server.workspace.get_text_document(params.text_document.uri).source
        if path is None:
            return []
        return await server.worker.do(lambda: symbols_in(path, source, server.shown))

    kinds = lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix])

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, kinds)
    async def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        path = _path_of(params.text_document.uri)
        document = server.documents.get(path) if path is not None else None
        if path is None or document is None:
            return []
        place, analysis = await server.analysis_around(path)
        file = File(path, params.text_document.uri, document.version, document.source)
        told = params.context.diagnostics
        return actions_for(told, analysis.findings, file, place.folder, server.shown)

    @server.command(SHOW_CARD)
    async def show_card(name: str) -> None:
        await _show_card(server, name)

    return server


async def _show_card(server: Server, name: str) -> None:
    """Show a rule's card: its page, or where the client opens none its first sentence."""
    if name not in rule_names():
        return
    window = server.client_capabilities.window
    shows = window.show_document if window is not None else None
    address = RULE_PAGE.format(name)
    if shows is not None and shows.support:
        await server.window_show_document_async(lsp.ShowDocumentParams(address, external=True))
        return
    words = f"{card(name).summary}.\nrlslint rule {name}\n{address}"
    server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, words))


def _watching() -> lsp.RegistrationParams:
    watchers = [lsp.FileSystemWatcher(pattern) for pattern in _WATCHED]
    options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
    kind = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
    return lsp.RegistrationParams([lsp.Registration("rlslint-files", kind, options)])


async def _end_with(process: int) -> None:
    while _lives(process):
        await asyncio.sleep(_WATCH_SECONDS)
    os._exit(1)


def _lives(process: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _path_of(uri: str) -> str | None:
    """Return the path of a file, None for what is none (an unsaved buffer without a name)."""
    if not uri.startswith("file:"):
        return None
    try:
        path = to_fs_path(uri)
    except ValueError:
        return None
    return os.path.abspath(path) if path and "\0" not in path else None


def _content(document: TextDocument) -> bytes:
    return document.source.encode("utf-8", "replace")
