"""The migration tools: which files each one runs, in which order, and which it keeps for undoing.

Each module claims what it recognises of the files that are still free, and yields migrations in the
order in which they run, which often is that of names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rlslint import NamedTuple, Pattern
from rlslint.files.contents import Note
from rlslint.files.discovery import SourceFile
from rlslint.text.budget import MOST_DIGITS
from rlslint.text.faults import Fault

Folders = Mapping[str, tuple[SourceFile, ...]]
"""The files that no layout has claimed yet, by the directory that they stand in."""


PROGRAM = "program"
"""The layout of migrations in the languages of programs, and of programs that make policies."""

DECLARATION = "declaration"
"""The layout of files that declare a schema, in no order."""


DJANGO = "django"
"""The layout of Django's migrations."""


class Migration(NamedTuple):
    """One file of a history; `layout` names the tool whose file it is."""

    path: str
    shown: str
    layout: str

    @property
    def is_program(self) -> bool:
        """Whether it is written in the language of a program."""
        return self.layout in (PROGRAM, DECLARATION) or self.path.endswith(".py")

    @property
    def is_declaration(self) -> bool:
        """Whether it declares what there is, together with all others of its history."""
        return self.layout == DECLARATION


class History(NamedTuple):
    """Migrations that run against one database, first to last. `root` is their directory.

    `search_path` is the one that the tool sets before each of them, empty where it sets none.
    """

    root: str
    layout: str
    migrations: tuple[Migration, ...]
    search_path: tuple[str, ...] = ()


class Claim(NamedTuple):
    """What a layout takes: its histories, and the files that are its own but never run forward.

    `superseded` are those that ran once, and nothing runs any more, `unread` those of which it
    cannot be told what runs with them, as they are shown. What went wrong on the way is among the
    `faults`.
    """

    histories: tuple[History, ...] = ()
    left_out: tuple[SourceFile, ...] = ()
    notes: tuple[Note, ...] = ()
    faults: tuple[Fault, ...] = ()
    superseded: tuple[SourceFile, ...] = ()
    unread: tuple[str, ...] = ()


def by_folder(files: Iterable[SourceFile]) -> Folders:
    """Group files by directory, both in the order given."""
    folders: dict[str, list[SourceFile]] = {}
    for file in files:
        folders.setdefault(file.folder, []).append(file)
    return {folder: tuple(inside) for folder, inside in folders.items()}


def history(root: str, layout: str, files: Iterable[SourceFile]) -> History:
    """Make a history of `files`, which are in order and lie below the directory `root`."""
    ordered = tuple(files)
    migrations = tuple(Migration(file.path, file.shown, layout) for file in ordered)
    return History(shown_folder(ordered[0], root), layout, migrations)


def shown_folder(file: SourceFile, folder: str) -> str:
    """Return how messages call `folder`, an ancestor of `file`."""
    below = len(file.folder) + 1 + len(file.name) - len(folder)
    if below > len(file.shown):
        return "." if below == len(file.shown) + 1 else folder
    return file.shown[:-below].rstrip("/") or "/"


_NUMBER = Pattern(r"[vV]?(\d+(?:[._-]\d+)*)(?=[^A-Za-z]|[A-Za-z][._-]|[Tt]\d|$)")
_DIGITS = Pattern(r"(\d+)")

Key = tuple[bool, tuple[int, ...], tuple[str, ...], str]


def number(name: str) -> tuple[int, ...] | None:
    """Return the number, version or date that a name starts with: (1, 2) for `V1_2_users.sql`.

    A name that merely starts with a digit (`2fa.sql`) has none.
    """
    found = _NUMBER().match(_stem(name))
    return numbers(found.group(1)) if found else None


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, whatever separates them."""
    return tuple(int(part[:MOST_DIGITS]) for part in _DIGITS().findall(version))


def natural(name: str) -> Key:
    """Sort by leading number, then by name; digits inside a name count as numbers too."""
    leading = number(name)
    parts = tuple(
        part.zfill(20) if part.isdigit() else part.lower() for part in _DIGITS().split(_stem(name))
    )
    return leading is None, leading or (), parts, name


_DATE_AND_TIME = Pattern(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?=\d)")


def chronological(name: str) -> Key:
    """Sort like `natural`, but a date with a time before the later days of dates without one.

    Tools that compare names run `20240101000000_a.sql` before `20260508_b.sql`, as time does;
    those that compare numbers (Flyway, goose, golang-migrate) run it after.
    """
    unnumbered, leading, parts, name = natural(name)
    dated = _DATE_AND_TIME().match(str(leading[0])) if leading else None
    if dated is not None:
        leading = (int(dated[0]), int(str(leading[0])[dated.end() :]), *leading[1:])
    return unnumbered, leading, parts, name


def natural_path(path: str) -> tuple[Key, ...]:
    """Sort by each part of a path in turn."""
    return tuple(natural(part) for part in path.split("/"))


def _stem(name: str) -> str:
    stem, dot, _ = name.rpartition(".")
    return stem if dot else name
