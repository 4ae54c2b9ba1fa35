"""Files as text, and migrations as statements; what is to be said of a file is kept."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rlslint import Pattern
from rlslint.files import disk
from rlslint.files.contents import RecodedText, Unreadable, read_text, text_of
from rlslint.files.layouts import Migration
from rlslint.files.layouts.reversals import Ranges, down_ranges, undoing, up_ranges
from rlslint.files.walk import folders_above
from rlslint.sql import CONDITION
from rlslint.sql.parser import ParsedStatement
from rlslint.sql.statements import BrokenStatement, read
from rlslint.text import Statement, Text
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.code.sites import SqlSite
    from rlslint.files.ignores import Ignore
    from rlslint.sql.ahead import Kinds, TextsAhead


_ENOUGH = 1 << 15
"""So many bytes are worth a second process."""

_OPENS = Pattern(rb"disable\s+row\s+level\s+security", re.IGNORECASE)


class Reader:
    """Reads files, and keeps what is to be said of them.

    `sites` is the SQL of programs by their path, which was found before. `left_unread` are files
    that are another database's or lie outside of the project, as far as is known. `edited`
    are those that will likely change: then `replayed` replays histories so that it can go on from
    there (see project.going_on).
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.errors: list[str] = []
        self.left_unread: list[str] = []
        self.faults: list[Fault] = []
        self.ignores: list[Ignore] = []
        self.sites: dict[str, tuple[SqlSite, ...]] = {}
        self.replayed: Callable[..., Any] | None = None
        self.edited: tuple[str, ...] = ()
        self._ahead: dict[str, bytes] = {}

    def text(self, path: str, shown: str) -> Text | None:
        """Return the text of a file; where there is none, the reason is kept."""
        ahead = self._ahead.pop(path, None)
        try:
            text = text_of(ahead, shown) if ahead is not None else read_text(path, shown)
        except Exception as error:
            self.faults.append(Fault("read", "file", shown, error))
            return None
        if isinstance(text, Unreadable):
            self.unreadable(text)
            return None
        if isinstance(text, RecodedText) and text.note.message not in self.notes:
            self.notes.append(text.note.message)
        return text

    def content(self, path: str) -> bytes:
        """Return the bytes of a file to search, none where it cannot be read."""
        try:
            return disk.read(path)
        except OSError:
            return b""

    def ahead(self, path: str) -> bytes:
        """Return the bytes of a file whose text is asked for later, and need not be read again."""
        data = self._ahead.get(path) or self.content(path)
        if data:
            self._ahead[path] = data
        return data

    def keep_ignores(self, text: Text, found: Callable[[], Iterable[Ignore]]) -> None:
        """Keep the ignore comments that are found in a file."""
        try:
            self.ignores += found()
        except Exception as error:
            self.faults.append(Fault("searched for ignore comments", "file", text.path, error))

    def unreadable(self, problem: Unreadable) -> None:
        """Keep why a file is not read."""
        if problem.is_error:
            self.errors.append(problem.message)
        else:
            self.notes.append(problem.message)
            self.left_unread.append(problem.path)


Items = Iterator[ParsedStatement | BrokenStatement | None]


def _ignores_in(text: Text) -> Iterable[Ignore]:
    if b"rlslint" not in text.data:
        return ()
    from rlslint.files.ignores import ignores_in_sql

    return ignores_in_sql(text)


class MigrationReader:
    """Reads the migrations of one history, first to last.

    Statements come as None of other kinds than `kinds_in` gives for a script, first of all and then
    where row security was forced, as `has_forced` tells. `files` counts those that could be read.
    """

    def __init__(
        self,
        kinds_in: Callable[[bytes], Kinds],
        has_forced: Callable[[], bool],
        reader: Reader,
        migrations: Sequence[Migration],
    ) -> None:
        self._both_kinds_in = kinds_in
        self._has_forced = has_forced
        self.reader = reader
        self._text: Text | None = None
        self.files = 0
        self._ahead = self._begun(migrations)

    def _begun(self, migrations: Sequence[Migration]) -> TextsAhead | None:
        """Let another process read ahead, where there are two and enough to read."""
        paths = [one.path for one in migrations if not one.is_program]
        size = 0
        for path in paths:
            size += len(self.reader.ahead(path))
            if size > _ENOUGH:
                break
        else:
            return None
        from rlslint.text import second_process

        if not second_process.is_at_hand():
            return None
        from rlslint.sql.ahead import TextsAhead

        return TextsAhead(paths, self._counting, self._both_kinds_in)

    def _counting(self, path: str) -> tuple[bytes, Ranges]:
        data = self.reader.ahead(path)
        return data, up_ranges(data)

    def end(self) -> None:
        """Read no more."""
        if self._ahead is not None:
            self._ahead.end()

    def statements(self, migration: Migration) -> Items:
        """Yield the statements of a migration's way up, none where it cannot be read."""
        text = self.begin(migration)
        if text is None:
            return
        if migration.is_program:
            yield from self._unless_at_fault(text, self._statements_of_program(migration))
        else:
            yield from self._unless_at_fault(text, self._read(migration, text))

    def begin(self, migration: Migration) -> Text | None:
        """Return the text of a migration that is read now, None where it cannot be read."""
        self._text = text = self.reader.text(migration.path, migration.shown)
        if text is not None:
            self.files += 1
            if not migration.is_program:
                self.reader.keep_ignores(text, lambda: _ignores_in(text))
        return text

    def kinds_in(self, text: Text) -> frozenset[str] | None:
        """Return the kinds of statements that come of a script, None where not all of it counts."""
        if up_ranges(text.data) != ((0, len(text.data)),):
            return None
        return self._kinds_in(text.data)

    def statements_from(self, text: Text, start: int, kinds: frozenset[str]) -> Items:
        """Yield the statements of a script from where one starts."""
        return self._unless_at_fault(text, read(text, kinds, ((start, len(text.data)),)))

    @property
    def text(self) -> Text | None:
        """The text of the migration that was read last."""
        return self._text

    def way_back(self, migration: Migration) -> Items:
        """Yield the statements that undo the migration that was read last, if they open a table."""
        if self._text is None or not migration.path.endswith(".sql"):
            return
        path = undoing(migration.path)
        if path is None:
            text = self._text
            ranges = down_ranges(text.data) if b"disable" in text.data.lower() else ()
        else:
            shown = os.path.join(
                os.path.dirname(migration.shown),
                os.path.relpath(path, os.path.dirname(migration.path)),
            )
            found = read_text(path, os.path.normpath(shown))
            if not isinstance(found, Text):
                return
            self.reader.keep_ignores(found, lambda: _ignores_in(found))
            text, ranges = found, ((0, len(found.data)),)
        if any(_OPENS().search(text.data, *one) for one in ranges):
            yield from self._unless_at_fault(text, read(text, self._kinds_in(text.data), ranges))

    def included(self, migration: Migration, name: str) -> Migration | None:
        """Return a file of the project that a migration runs, None if there is none.

        Where psql is started is not known: any directory from that of the migration upward.
        """
        beside = os.path.dirname(migration.path)
        for folder in folders_above(beside):
            path = os.path.normpath(os.path.join(folder, name))
            if not disk.may_be_read(os.path.dirname(path)):
                return None
            if disk.is_file(path):
                below = os.path.relpath(path, beside)
                shown = os.path.join(os.path.dirname(migration.shown), below)
                return Migration(path, os.path.normpath(shown), migration.layout)
        return None

    def statements_of(self, included: Migration) -> Items | None:
        """Return the statements of a file that a migration runs, None where it cannot be read."""
        text = self.reader.text(included.path, included.shown)
        if text is None:
            return None
        self.reader.keep_ignores(text, lambda: _ignores_in(text))
        whole = ((0, len(text.data)),)
        return self._unless_at_fault(text, read(text, self._kinds_in(text.data), whole))

    def _unless_at_fault(self, text: Text, found: Items) -> Items:
        """Yield statements; where reading on goes wrong, the rest of the text as a broken one."""
        position = 0
        try:
            for item in found:
                if item is not None and item.statement.text is text:
                    position = item.statement.end
                yield item
        except Exception as error:
            self.reader.faults.append(Fault("read to its end", "file", text.path, error))
            rest = Statement(text, position, len(text.data), "")
            yield BrokenStatement(rest, "it could not be read", position, False)

    def _statements_of_program(self, migration: Migration) -> Items:
        from rlslint.code.sites import Runs

        for site in self.reader.sites.get(migration.shown, ()):
            items = read(site.text, self._kinds_in(site.text.data), application=True)
            yield from items if site.runs is Runs.yes else _perhaps(site.text, items)

    def _read(self, migration: Migration, text: Text) -> Items:
        ranges = up_ranges(text.data)
        ahead = self._ahead
        known = ahead.find(migration.path, text.data) if ahead is not None else None
        if known is None:
            return read(text, self._kinds_in(text.data), ranges)
        kinds, pieces = known
        return read(text, kinds[self._has_forced()], ranges, ahead=pieces)

    def _kinds_in(self, data: bytes) -> frozenset[str]:
        return self._both_kinds_in(data)[self._has_forced()]


def _perhaps(text: Text, items: Items) -> Items:
    """Yield statements of which only a run tells whether they are run."""
    yield _condition(text, 0, "if")
    yield from items
    yield _condition(text, len(text.data), "endif")


def _condition(text: Text, place: int, word: str) -> ParsedStatement:
    statement = Statement(text, place, place, CONDITION)
    return ParsedStatement(statement, {"word": word, "value": None}, 0)
