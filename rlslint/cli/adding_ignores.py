"""Ignore comments that are written above what was found, and tried before they are kept.

A comment is put where it should let its finding stand, the project is linted with it, and it is
kept only where the finding is then gone and nothing else has come.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from rlslint import NamedTuple
from rlslint.cli.streams import Failure, replace_file
from rlslint.code.adapters import comment_mark
from rlslint.code.comments import is_in_string, says_the_same
from rlslint.config.options import Config
from rlslint.files import disk
from rlslint.files.git import ADDED, GitProblem, repository_of, uncommitted
from rlslint.files.ignores import rows_around
from rlslint.files.layouts import History
from rlslint.files.walk import folders_above, kind
from rlslint.project import Finding
from rlslint.project.migrations import histories_at
from rlslint.reports import ReportedFinding, Result
from rlslint.rules.baselines import identity
from rlslint.rules.suppression import Statements
from rlslint.text import CatalogText, Statement

_MARK = b"\xef\xbb\xbf"
_HYGIENE = ("unused-ignore", "unknown-rule-in-ignore", "stale-baseline-entry")
"""Rules about comments and entries, which none lets stand."""

_WITHOUT_COMMENTS = (".json", ".config", ".xml")
_CONTINUED = ("(", "[", "=", "\\")
_BLANK_OR_OPENING = " \t(;"
_SAFE = frozenset(" ,.;()_-/+=!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
"""What means nothing in a string of any language, nor to a driver that looks for placeholders."""


class Comment(NamedTuple):
    """A comment on a line of its own above a row of a file, or behind one."""

    path: str
    row: int
    mark: str
    is_behind: bool = False

    def words(self, rules: Iterable[str], reason: str) -> str:
        """Return the comment itself."""
        said = f"{self.mark} rlslint: ignore[{', '.join(sorted(rules))}] {reason}"
        return f"{said} */" if self.mark == "/*" else said


class _Target:
    """A finding that is to stand, and the places that its comment may have, the best one first."""

    def __init__(self, finding: ReportedFinding, places: tuple[Comment, ...]) -> None:
        self.finding = finding
        self.spot = _spot(finding, {})
        self._places = list(places)

    @property
    def place(self) -> Comment | None:
        """The place that is tried, None where none is left."""
        return self._places[0] if self._places else None

    def move_on(self) -> None:
        """Try the next place."""
        self._places = self._places[1:]

    def give_up(self) -> None:
        self._places = []


_CHECKSUMS = frozenset(("atlas", "flyway", "graphile-migrate", "liquibase", "prisma"))
"""Tools that refuse a migration that is not what it was when it ran."""

_CRATES = (b"sqlx", b"refinery")
"""Libraries of Rust that do so too, whose migrations look like those of others."""


class Checksums(NamedTuple):
    """The migrations, as they are shown, that a tool refuses where a comment is added.

    A commit has or had the `fixed` ones, so that they may have run. The `untold` lie in no
    repository, so that nothing tells whether they have.
    """

    fixed: frozenset[str]
    untold: frozenset[str]


def with_checksum(paths: Iterable[str], config: Config) -> Checksums:
    """Return the migrations whose tools keep a checksum of what has run."""
    found: dict[str, dict[str, str]] = {}
    untold: set[str] = set()
    for history in filter(_keeps_checksums, histories_at(paths, config)[0].histories):
        root = repository_of(history.root)
        if root is None:
            untold.update(one.shown for one in history.migrations)
        else:
            found.setdefault(root, {}).update((one.path, one.shown) for one in history.migrations)
    fixed: set[str] = set()
    for root, files in found.items():
        try:
            states = uncommitted(root, files)
        except GitProblem:
            states = {}
        fixed.update(shown for path, shown in files.items() if states.get(path) != ADDED)
    return Checksums(frozenset(fixed), frozenset(untold))


def _keeps_checksums(history: History) -> bool:
    if history.layout in _CHECKSUMS:
        return True
    crates = (os.path.join(folder, "Cargo.toml") for folder in (*folders_above(history.root),)[:4])
    return history.layout == "numbered" and any(map(_needs_checksums, crates))


def _needs_checksums(crate: str) -> bool:
    try:
        return any(name in disk.read(crate) for name in _CRATES)
    except OSError:
        return False


def with_ignores(
    result: Result, reason: str, lint: Callable[[], Result], checksums: Checksums
) -> Result:
    """Write comments that let findings stand, and return the result with those that are left.

    `lint` finds all there is, without regard to what was there before; nothing is written into
    migrations that have run, as far as that is known.
    """
    reason = reason.strip()
    if not reason or not reason.isprintable() or "*/" in reason:
        raise Failure("--add-ignore needs a reason, in one line of text.")
    statements = Statements()
    targets = [
        _Target(one, tuple(comment_places(one.finding, statements, reason)))
        for one in result.findings
        if one.name not in _HYGIENE
    ]
    for target in targets:
        if target.place is not None and target.place.path in checksums.fixed:
            target.give_up()
    contents: dict[str, bytes] = {}
    if any(one.place for one in targets):
        contents = _fitting(targets, result if result.earlier is None else lint(), reason, lint)
    for path, content in contents.items():
        replace_file(path, content)
    return _told(result, targets, checksums)


_MOST_TURNS = 6


def _fitting(
    targets: list[_Target], before: Result, reason: str, lint: Callable[[], Result]
) -> dict[str, bytes]:
    """Move comments until all let their findings stand and bring no others; return the files."""
    known = Counter(_spot(one, {}) for one in before.findings)
    for _ in range(_MOST_TURNS):
        comments = _comments(targets)
        contents = _contents(comments, reason)
        with disk.Buffers({os.path.abspath(path): data for path, data in contents.items()}):
            result = lint()
        moved = _rows_moved(at for at in comments if at.path in contents)
        now = Counter(_spot(one, moved) for one in result.findings)
        placed = [(one, one.place) for one in targets if one.place is not None]
        useless = [one for one, at in placed if now[one.spot] or at.path not in contents]
        for one in useless:
            one.move_on()
        brought = {spot.path for spot in now - known}
        if not useless and not brought and result.failures == before.failures:
            return contents
        if not useless:
            wrong = brought & contents.keys() or contents.keys()
            for one, at in placed:
                if at.path in wrong:
                    one.give_up()
    for one in targets:
        one.give_up()
    return {}


def _rows_moved(comments: Iterable[Comment]) -> dict[str, list[int]]:
    """Return the rows of each file above which a line is new."""
    found: dict[str, list[int]] = {}
    for at in comments:
        if not at.is_behind:
            found.setdefault(at.path, []).append(at.row)
    return {path: sorted(rows) for path, rows in found.items()}


def _comments(targets: Iterable[_Target]) -> dict[Comment, set[str]]:
    found: dict[Comment, set[str]] = {}
    for one in targets:
        if one.place is not None:
            found.setdefault(one.place, set()).add(one.finding.name)
    return found


class _Spot(NamedTuple):
    """What a finding is about, and the row on which it stands where there are no new lines."""

    rule: str
    object: str
    path: str
    row: int


def _spot(reported: ReportedFinding, moved: dict[str, list[int]]) -> _Spot:
    known = identity(reported.finding, reported.severity)
    span = reported.finding.span
    if span is None:
        return _Spot(known.rule, known.object, "", 0)
    path, row = span.text.path, span.text.location(span.start).row
    for above in moved.get(path, ()):
        row -= row > above
    return _Spot(known.rule, known.object, path, row)


def comment_places(finding: Finding, statements: Statements, reason: str) -> Iterator[Comment]:
    """Yield where a comment could let a finding stand, the best place first."""
    span = finding.span
    if span is None or isinstance(span.text, CatalogText):
        return
    statement = finding.statement or statements.around(span)
    mark = _mark(os.path.basename(statement.span.text.path))
    if not mark:
        return
    is_setting = kind(os.path.basename(span.text.path)) == "settings"
    shown = span if is_setting else statement.span
    text, path = shown.text, shown.text.path
    row, column = text.location(shown.start)
    if text.host is None or is_setting:
        yield Comment(path, row, mark)
        if not is_setting:
            last = text.location(max(shown.start, shown.end - 1)).row
            yield Comment(path, last, mark, is_behind=True)
        return
    before = text.line(row)[: column - 1]
    start = text.character(shown.start) - (column - 1)
    data = text.host.encode("utf-8", "replace")
    in_string = is_in_string(path, data, len(text.host[:start].encode("utf-8", "replace")))
    if in_string and not before.strip(_BLANK_OR_OPENING):
        # Line feeds may be gone when it is sent, and with them the end of other comments.
        if _SAFE.issuperset(reason):
            yield Comment(path, row, "/*")
    elif in_string is False and "<?" not in before:
        opening = _opening(statement, row)
        yield Comment(path, opening, mark)
        if opening != row:
            yield Comment(path, row, mark)


def _opening(statement: Statement, row: int) -> int:
    """Return the row on which the call or the assignment around a string begins."""
    first, _ = rows_around(statement)
    while row > first and statement.text.line(row - 1).rstrip().endswith(_CONTINUED):
        row -= 1
    return row


def _mark(name: str) -> str:
    """Return how a comment begins in a file, "" where there is none that is read."""
    lower = name.lower()
    if lower.endswith(_WITHOUT_COMMENTS):
        return ""
    match kind(name):
        case "settings":
            return "//" if lower.endswith(".jsonc") else "#"
        case "python" | "programs":
            return comment_mark(name)
        case "schemas":
            return "//"
        case "plans":
            return "#"
        case _:
            return "--"


def _contents(comments: dict[Comment, set[str]], reason: str) -> dict[str, bytes]:
    """Return what files hold with comments, those alone that say the same with them."""
    by_path: dict[str, list[tuple[Comment, set[str]]]] = {}
    for place, names in comments.items():
        by_path.setdefault(place.path, []).append((place, names))
    found = {}
    for path, listed in by_path.items():
        try:
            data = disk.read(path)
        except OSError:
            continue
        content = _content(data, listed, reason)
        if content is None:
            continue
        if kind(os.path.basename(path)) in ("programs", "python"):
            is_same = says_the_same(path, data, content)
        else:
            is_same = _meaning(path, data) == _meaning(path, content)
        if is_same:
            found[path] = content
    return found


def _meaning(path: str, data: bytes) -> object:
    """Return what a file says to whoever reads it, None where it cannot be told."""
    lower = path.lower()
    try:
        if lower.endswith((".yaml", ".yml")):
            from yaml import safe_load_all

            return list(safe_load_all(data))
        if lower.endswith(".toml"):
            from tomllib import loads

            return loads(data.decode())
    except Exception:
        return None
    return None


def _content(data: bytes, comments: list[tuple[Comment, set[str]]], reason: str) -> bytes | None:
    head = _MARK if data.startswith(_MARK) else b""
    lines = data[len(head) :].split(b"\n")
    ending = b"\r" if any(line.endswith(b"\r") for line in lines[:-1]) else b""
    try:
        data.decode()
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "latin-1"
    for place, names in sorted(comments, key=lambda one: -one[0].row):
        if not 1 <= place.row <= len(lines):
            return None
        try:
            comment = place.words(names, reason).encode(encoding)
        except UnicodeEncodeError:
            return None
        line = lines[place.row - 1]
        bare = line.removesuffix(b"\r")
        end = line[len(bare) :]
        if place.is_behind:
            lines[place.row - 1] = bare.rstrip() + b" " + comment + end
        else:
            indent = bare[: len(bare) - len(bare.lstrip())]
            lines.insert(place.row - 1, indent + comment + (end or ending))
    return head + b"\n".join(lines)


def _told(result: Result, targets: list[_Target], checksums: Checksums) -> Result:
    """Return a result with the findings that are left, and with what is to be said of them."""
    left = [one for one in targets if one.place is None]
    ids = {id(one.finding) for one in left}
    findings = tuple(one for one in result.findings if id(one) in ids or one.name in _HYGIENE)
    kept = _comments(targets)
    notes = [*result.notes, _added(kept)]
    if untold := sorted({place.path for place in kept} & checksums.untold):
        more = f" and {len(untold) - 1} more" if len(untold) > 1 else ""
        notes.append(
            f"No Git repository tells whether {untold[0]}{more} has run: if so, take the comment "
            "out and use the baseline, for the tool compares checksums."
        )
    for path, alike in _by_file(left).items():
        rules = ", ".join(sorted({one.finding.name for one in alike}))
        where = path or "What stands in no file"
        why = "cannot hold a comment that lets this stand"
        if path in checksums.fixed:
            why = "may have run, and its tool then refuses another comment, so this is left"
        notes.append(f"{where} {why}: {rules}. Use the baseline, or `accept` in the configuration.")
    return result._replace(findings=findings, notes=tuple(notes))


def _added(kept: Iterable[Comment]) -> str:
    paths = [place.path for place in kept]
    if not paths:
        return "Added no comment."
    files = len(set(paths))
    comments = "1 comment" if len(paths) == 1 else f"{len(paths)} comments"
    return f"Added {comments} in {'1 file' if files == 1 else f'{files} files'}."


def _by_file(targets: Iterable[_Target]) -> dict[str, list[_Target]]:
    found: dict[str, list[_Target]] = {}
    for one in targets:
        span = one.finding.finding.span
        found.setdefault(span.text.path if span is not None else "", []).append(one)
    return dict(sorted(found.items()))
