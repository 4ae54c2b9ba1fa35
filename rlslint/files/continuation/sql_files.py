"""Files of SQL that continue a history.

What a tool wants is data: the lines above the way up and the way down, how a file says that it runs
outside of a transaction, what stands around a statement.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime

from rlslint import NamedTuple
from rlslint.files import disk
from rlslint.files.continuation import Change, Continuation, NewFile, NotWritten, Step
from rlslint.files.continuation.names import next_stem, parts_of, styled, unused
from rlslint.files.layouts import History, Migration, reversals


class Tool(NamedTuple):
    """How a tool wants a file of SQL.

    `head` stands above all, `up` and `down` above either way, `end` at the end of a way. `alone`
    takes the place of `up` in a file that runs outside of a transaction, and `alone_down` that of
    `down`; it is None where a file cannot say so. `lone` tells that such a file may hold one
    statement only, for all of it is sent at once, and several are a transaction to PostgreSQL then.
    `around` stands around a statement with a semicolon in it, `between` between any two. `note` is
    to be said of what was written.
    """

    head: str = ""
    up: str = ""
    down: str = ""
    end: str = ""
    alone: str | None = None
    alone_down: str = ""
    lone: bool = False
    around: tuple[str, str] = ("", "")
    between: str = ""
    note: str = ""


_TOOLS = {
    "atlas": Tool(
        alone="-- atlas:txmode none\n", note="Run `atlas migrate hash`, which atlas.sum waits for."
    ),
    "configured": Tool(),
    "dbmate": Tool(
        up="-- migrate:up",
        down="-- migrate:down",
        alone="-- migrate:up transaction:false",
        alone_down="-- migrate:down transaction:false",
        lone=True,
    ),
    "diesel": Tool(alone="", lone=True),
    "drizzle": Tool(between="--> statement-breakpoint"),
    "flyway": Tool(alone=""),
    "golang-migrate": Tool(alone="", lone=True),
    "goose": Tool(
        up="-- +goose Up",
        down="-- +goose Down",
        alone="-- +goose NO TRANSACTION\n-- +goose Up",
        alone_down="-- +goose Down",
        around=("-- +goose StatementBegin", "-- +goose StatementEnd"),
    ),
    "hasura": Tool(),
    "liquibase": Tool(head="--liquibase formatted sql\n", alone="", lone=True),
    "micrate": Tool(
        up="-- +micrate Up",
        down="-- +micrate Down",
        around=("-- +micrate StatementBegin", "-- +micrate StatementEnd"),
    ),
    "mybatis": Tool(head="-- // {words}", down="-- //@UNDO"),
    "node-pg-migrate": Tool(up="-- Up Migration", down="-- Down Migration"),
    "numbered": Tool(),
    "play": Tool(up="# --- !Ups", down="# --- !Downs"),
    "prisma": Tool(alone="", lone=True),
    "rambler": Tool(up="-- rambler up", down="-- rambler down"),
    "sql-migrate": Tool(
        up="-- +migrate Up",
        down="-- +migrate Down",
        alone="-- +migrate Up notransaction",
        alone_down="-- +migrate Down notransaction",
        around=("-- +migrate StatementBegin", "-- +migrate StatementEnd"),
    ),
    "sqitch": Tool(up="BEGIN;", end="COMMIT;", alone=""),
    "supabase": Tool(),
    "tern": Tool(
        down="---- create above / drop below ----",
        alone="---- tern: disable-tx ----",
        alone_down="---- create above / drop below ----",
    ),
}
"""The tools whose migrations are SQL, by the layout that has their files.

Where none says how, a tool has no way to run a file of SQL outside of a transaction, or nothing
tells which tool it is.
"""

_SQLX = b"-- no-transaction"


def tool_of(history: History, last: Migration) -> Tool | None:
    """Return how a history wants its files, None where that is not known."""
    layout = history.layout
    content = _content(last.path)
    if layout in ("numbered", "configured", "program"):
        layout = reversals.tool(content) or "numbered"
    tool = _TOOLS.get(layout)
    if tool is None or layout != "numbered":
        return tool
    sections = reversals.plain_marks(content)
    if sections is not None:
        tool = tool._replace(up=sections[0], down=sections[1])
    if any(_content(one.path).startswith(_SQLX) for one in history.migrations):
        tool = tool._replace(alone=_SQLX.decode(), lone=True)
    return tool


def next_files(
    history: History, last: Migration, tool: Tool | None, changes: Sequence[Change], now: datetime
) -> Continuation:
    """Return the files that make changes behind the last migration. Raises NotWritten."""
    match history.layout:
        case "liquibase":
            return _of_liquibase(history, last, _TOOLS["liquibase"], changes, now)
        case "sqitch":
            return _of_sqitch(history, last, changes, now)
        case "drizzle" if os.path.basename(last.path) == "migration.sql":
            raise NotWritten(
                "Make a migration with `drizzle-kit generate --custom`, which writes its snapshot, "
                "and put the statements into it."
            )
        case _ if tool is None:
            raise NotWritten(_why_not(history))
    continuation = _in_files(history, last, tool, changes, now)
    if history.layout == "drizzle":
        files = (*continuation.files, _journal(last, continuation.files, now))
        return continuation._replace(files=files)
    return continuation


def _why_not(history: History) -> str:
    first = history.migrations[-1].shown
    match history.layout:
        case "graphile-migrate":
            return "Put the statements into current.sql, which `graphile-migrate commit` takes."
        case "rails":
            return f"Rails dumps {first}: let a migration execute the statements."
        case "script" | "pg_dump":
            return f"{first} is no migration of a history: put the statements in, or run them."
        case layout:
            return f"Nobody knows how {layout} wants a migration beside {first}: write one."


def _in_files(
    history: History, last: Migration, tool: Tool, changes: Sequence[Change], now: datetime
) -> Continuation:
    folder, name = os.path.split(last.path)
    in_folders = name in ("migration.sql", "up.sql")
    if in_folders:
        folder, stem, ending = os.path.dirname(folder), os.path.basename(folder), os.sep + name
    else:
        stem, ending = _stem(name)
    beside = os.path.dirname(os.path.dirname(last.path)) if in_folders else folder
    earlier = [
        os.path.basename(os.path.dirname(one.path)) if in_folders else _stem(_named(one))[0]
        for one in history.migrations
        if os.path.dirname(os.path.dirname(one.path) if in_folders else one.path) == beside
    ]
    earlier = [*(one for one in earlier if parts_of(one) and one != stem), stem]
    files: list[NewFile] = []
    for change in changes:
        found = next_stem(earlier, change.words, now)
        if found is None:
            raise NotWritten(
                f"The name of {last.shown} has no number that a next one could follow: name a "
                "migration so that it runs last."
            )
        earlier.append(found)
        path = os.path.join(folder, found + ending)
        undoing = _undoing(history, path)
        files.append(NewFile(path, _sql(tool, change, undoing is None, last)))
        if undoing is not None:
            files.append(NewFile(undoing, _sql_back(tool, change, last)))
        if history.layout == "diesel" and change.alone:
            metadata = os.path.join(os.path.dirname(path), "metadata.toml")
            files.append(NewFile(metadata, b"run_in_transaction = false\n"))
    return Continuation(tuple(files), (tool.note,) if tool.note else ())


def _named(migration: Migration) -> str:
    return os.path.basename(migration.path)


_ENDINGS = (".up.sql", "_up.sql", "-up.sql", ".sql")


def _stem(name: str) -> tuple[str, str]:
    """Return a name without its ending, and the ending, which may tell the way."""
    ending = next((one for one in _ENDINGS if name.lower().endswith(one)), None)
    return (name[: -len(ending)], name[-len(ending) :]) if ending else os.path.splitext(name)


def _undoing(history: History, path: str) -> str | None:
    """Return the path of the file that is to undo a new one, None where there is none of its own.

    There is one where a file undoes another of the history, and in the same form.
    """
    folder, name = os.path.split(path)
    if name == "up.sql":
        return os.path.join(folder, "down.sql")
    stem, ending = _stem(name)
    if ending != ".sql":
        return os.path.join(folder, stem + ending.lower().replace("up.sql", "down.sql"))
    undone = [found for one in history.migrations if (found := reversals.undoing(one.path))]
    if not undone:
        return None
    if os.path.basename(undone[-1])[:1] == "U":
        return os.path.join(os.path.dirname(undone[-1]), f"U{name[1:]}")
    return os.path.join(folder, f"{stem}.down.sql")


def _sql(tool: Tool, change: Change, with_way_back: bool, like: Migration) -> bytes:
    """Return the content of a file; its lines end as those of another one do."""
    alone = change.alone and tool.alone is not None
    up, down = (tool.alone or "", tool.alone_down) if alone else (tool.up, tool.down)
    head = tool.head.replace("{words}", " ".join(change.words).capitalize())
    has_way_back = not with_way_back or bool(tool.down)
    steps = change.repeatable if has_way_back else change.steps
    parts = [head, up, *_body(tool, steps), *_end(tool, alone)]
    if with_way_back and tool.down:
        parts += ["", down, *_body(tool, change.back)]
    return _lines(parts, like)


def _sql_back(tool: Tool, change: Change, like: Migration) -> bytes:
    """Return the content of a file that takes a change back."""
    alone = change.alone and tool.alone is not None
    parts = [tool.head, "" if alone else tool.up, *_body(tool, change.back), *_end(tool, alone)]
    return _lines(parts, like)


def _end(tool: Tool, alone: bool) -> tuple[str, ...]:
    return () if alone or not tool.end else (tool.end,)


def _lines(parts: Sequence[str], like: Migration) -> bytes:
    text = "\n".join(parts).strip("\n") + "\n"
    if b"\r\n" in _content(like.path):
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return text.encode()


def _body(tool: Tool, steps: Sequence[Step]) -> list[str]:
    """Return the lines of steps: an empty one stands between them, or what a tool wants there."""
    lines: list[str] = []
    before, after = tool.around
    for step in steps:
        if lines:
            lines.append(tool.between)
        lines += (f"-- {comment}" for comment in step.comments)
        for number, one in enumerate(step.statements):
            statement = one.sql
            if number and tool.between:
                lines.append(tool.between)
            is_wrapped = before and ";" in statement.rstrip().rstrip(";")
            lines += (before, statement, after) if is_wrapped else (statement,)
    return lines


def _journal(last: Migration, files: Sequence[NewFile], now: datetime) -> NewFile:
    """Return Drizzle's list of its migrations with the new ones at its end."""
    import json

    path = os.path.join(os.path.dirname(last.path), "meta", "_journal.json")
    try:
        source = disk.read(path).decode()
        journal = json.loads(source)
        entries = journal["entries"]
        latest = max(entries, key=lambda entry: entry["idx"])
        when = max(entry["when"] for entry in entries)
        current = int(now.replace(tzinfo=UTC).timestamp() * 1000)
        for number, file in enumerate(files, 1):
            entries.append(
                {
                    **latest,
                    "idx": latest["idx"] + number,
                    "when": max(current, when) + number,
                    "tag": os.path.basename(file.path).removesuffix(".sql"),
                }
            )
    except (OSError, ValueError, LookupError, TypeError):
        raise NotWritten(
            "meta/_journal.json, in which Drizzle lists its migrations, cannot be read."
        ) from None
    indent = "\t" if "\n\t" in source else 2
    text = json.dumps(journal, indent=indent, ensure_ascii=False)
    return NewFile(path, (text + source[len(source.rstrip()) :]).encode(), kept=True)


def _of_sqitch(
    history: History, last: Migration, changes: Sequence[Change], now: datetime
) -> Continuation:
    """Plan changes, with a script each for the way there, the way back, and for looking."""
    root = last.path.rpartition(f"{os.sep}deploy{os.sep}")[0]
    plan = os.path.join(root, "sqitch.plan")
    try:
        planned = disk.read(plan).decode()
    except (OSError, UnicodeDecodeError):
        raise NotWritten(f"{plan} cannot be read.") from None
    project = next((line[9:] for line in planned.splitlines() if line[:9] == "%project="), "")
    people = [line for line in planned.splitlines() if "<" in line and line[:1] not in "%#@"]
    planner = people[-1].rpartition("Z ")[2].partition(" #")[0].strip() if people else ""
    if not planner.endswith(">"):
        planner = "rlslint <rlslint@localhost>"
    taken = [_named(one).removesuffix(".sql") for one in history.migrations]
    files: list[NewFile] = []
    lines: list[str] = []
    tool = _TOOLS["sqitch"]
    for change in changes:
        name = unused(styled(change.words, taken), taken)
        taken.append(name)
        time = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        lines.append(f"{name} {time} {planner} # {' '.join(change.words).capitalize()}")
        deploy = tool._replace(head=f"-- Deploy {project}:{name} to pg\n")
        revert = tool._replace(head=f"-- Revert {project}:{name} from pg\n")
        for folder, content in (
            ("deploy", _sql(deploy, change, False, last)),
            ("revert", _sql_back(revert, change, last)),
        ):
            files.append(NewFile(os.path.join(root, folder, f"{name}.sql"), content))
        verify = f"-- Verify {project}:{name} on pg\n\nBEGIN;\nROLLBACK;\n"
        files.append(NewFile(os.path.join(root, "verify", f"{name}.sql"), verify.encode()))
    end = "" if planned.endswith("\n") or not planned else "\n"
    grown = planned + end + "".join(f"{line}\n" for line in lines)
    return Continuation((*files, NewFile(plan, grown.encode(), kept=True)))


def _of_liquibase(
    history: History, last: Migration, tool: Tool, changes: Sequence[Change], now: datetime
) -> Continuation:
    """Write formatted SQL: a changeset for each change, with its comment of a way back."""
    files = []
    continuation = _in_files(history, last, tool, changes, now)
    for file, change in zip(continuation.files, changes, strict=True):
        name = os.path.basename(file.path).removesuffix(".sql")
        options = "splitStatements:false" + (" runInTransaction:false" if change.alone else "")
        parts = [tool.head, f"--changeset rlslint:{name} {options}", *_body(tool, change.steps)]
        back = [one.sql for step in change.back for one in step.statements]
        if not any("\n" in one for one in back):
            parts += ["", *(f"--rollback {statement}" for statement in back)]
        files.append(NewFile(file.path, _lines(parts, last)))
    note = "Where a changelog includes files one by one, include what was written at its end."
    return Continuation(tuple(files), (note,))


def _content(path: str) -> bytes:
    try:
        return disk.read(path)
    except OSError:
        return b""
