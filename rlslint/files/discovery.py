"""Which files there are to read, and which of them the user asked about.

Paths are strings here, for a walk over a large repository would mostly make Path objects."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice

from rlslint import NamedTuple, Pattern
from rlslint.config.options import Config, excluded
from rlslint.files import disk
from rlslint.files.contents import Unreadable
from rlslint.files.walk import (
    HISTORY_FOLDERS,
    Excluded,
    Walk,
    folders_above,
    kind,
    shown_path,
)
from rlslint.text.faults import Fault

_PLAIN = ("", ".dump", ".txt")
_MOST_LINKS = 3
_CONFIGURATIONS = ("rlslint.toml", ".rlslint.toml")


class SourceFile(NamedTuple):
    """A file to read: where it is, what messages call it, its folder and its name."""

    path: str
    shown: str
    folder: str
    name: str


class Found(NamedTuple):
    """The files of a project, each kind sorted by path.

    Everything here is read, for a history means something only as a whole: around a file, or a
    directory without migrations of its own, that is the project. `reported` holds the `shown`
    names of what the user named, directly or by a directory: a finding counts when it stands there.
    `problems` are named paths that lead to no file, and directories that could not be read;
    `faults` are rlslint's own. `tests` are the `shown` names of files that test the program: they
    are no part of it unless the user named them. `others` are the files that are not read, but
    could tell of row security (see `unread.signs`); so could `programs`, which are read where they
    say something about sessions. `part_of` are directories of projects that were
    not read, for what is named in them has a history of its own. Out of `roots` nothing is read.
    `reported_others` are those of `others` that the user named, as they are shown. `ignored` are
    the folders, SQL and Python files that a `.gitignore` leaves out (see `unread.left_out`).
    """

    root: str
    sql: tuple[SourceFile, ...]
    python: tuple[SourceFile, ...]
    programs: tuple[SourceFile, ...]
    settings: tuple[SourceFile, ...]
    plans: tuple[SourceFile, ...]
    schemas: tuple[SourceFile, ...]
    reported: frozenset[str]
    problems: tuple[Unreadable, ...]
    tests: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    others: frozenset[str] = frozenset()
    roots: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    reported_others: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()

    @property
    def of_program(self) -> Found:
        """The files that no test brings along."""

        def of_program(files: tuple[SourceFile, ...]) -> tuple[SourceFile, ...]:
            return tuple(file for file in files if file.shown not in self.tests)

        if not self.tests:
            return self
        return self._replace(
            sql=of_program(self.sql),
            python=of_program(self.python),
            programs=of_program(self.programs),
            settings=of_program(self.settings),
            plans=of_program(self.plans),
            schemas=of_program(self.schemas),
        )


def found_at(
    paths: Iterable[str | os.PathLike[str]], config: Config, standard_input: str | None = None
) -> Found:
    """Find what `paths` name as the options want it; see discover.

    `standard_input` is the name of the file that the path `-` stands for.
    """
    found = discover(
        [path for path in paths if standard_input is None or str(path) != "-"],
        around=(standard_input,) if standard_input and standard_input != "-" else (),
        root=os.getcwd(),
        exclude=excluded(config),
        force_exclude=config.force_exclude,
    )
    return with_file(found, standard_input) if standard_input is not None else found


def discover(
    paths: Iterable[str | os.PathLike[str]],
    *,
    around: Iterable[str] = (),
    root: str | os.PathLike[str],
    exclude: tuple[str, ...] = (),
    force_exclude: bool = False,
) -> Found:
    """Find what `paths` name, and the project around it that gives it its meaning.

    `around` are files whose content comes from elsewhere; they need not exist.
    `root` is the directory that relative paths, `exclude` patterns and shown names start from. A
    pattern matches a name, a path from `root` or an absolute path. As with ruff, a file that is
    named itself is read although a pattern excludes it, unless `force_exclude` is set.
    """
    base = os.path.abspath(root)
    excluded = Excluded(exclude, base)
    named, problems = _named(paths, base)
    if force_exclude:
        named = [full for full in named if not excluded.covers_any_part(full)]
    standing = [_existing_folder(os.path.abspath(os.path.join(base, path))) for path in around]
    folders = tuple(
        dict.fromkeys(
            [
                *(full if disk.is_folder(full) else os.path.dirname(full) for full in named),
                *standing,
            ]
        )
    )
    larger: list[str] = []
    roots = tuple(dict.fromkeys(root_of(folder, base) for folder in folders))
    walk = Walk(excluded, roots)
    with disk.Confined(roots):
        _walk(walk, named)
        reported = frozenset(shown_path(full, base) for full in walk.files)
        reported_others = frozenset(shown_path(full, base) for full in walk.others)
        for folder in folders:
            if not (folder in named and _has_history(folder, walk.files)):
                _walk_surroundings(walk, folder)
            elif (project := project_directory(folder)) is not None and project != folder:
                larger.append(project)
    problems += _problems_of(walk, base)
    kinds = _by_kind(walk.files, base)
    tests = Tests((*named, *standing))
    return Found(
        base,
        kinds["sql"],
        kinds["python"],
        kinds["programs"],
        kinds["settings"],
        kinds["plans"],
        kinds["schemas"],
        reported,
        tuple(problems),
        frozenset(
            shown_path(full, base) for full in (*walk.files, *walk.others) if tests.has(full)
        ),
        tuple(walk.faults),
        frozenset(walk.others),
        roots,
        tuple(project for project in dict.fromkeys(larger) if not walk.has_entered(project)),
        reported_others,
        tuple(sorted(walk.ignored)),
    )


def root_of(folder: str, working: str) -> str:
    """Return the directory out of which nothing is read for the sake of what stands in `folder`.

    That is the repository, or the project that configures rlslint, whichever is larger; without a
    repository the `working` directory where it is around the folder, but not all of a user's files.
    """
    real = disk.real(folder)
    repository = next(
        (f for f in folders_above(real) if disk.exists(os.path.join(f, ".git"))), None
    )
    project = project_directory(real) or _outermost_history_folder(real) or real
    around = disk.real(working)
    if repository is None and disk.is_below(real, (around,)) and not _holds_everything(around):
        repository = around
    return min((repository or project, project), key=len)


def read_in_project(path: str, folder: str) -> bytes:
    """Return the content of a file for the sake of what stands in `folder`. Raises OSError."""
    with disk.Confined(root_of(inside, os.getcwd()) for inside in (folder,)):
        return disk.read(path)


def _holds_everything(folder: str) -> bool:
    return disk.is_below(disk.real(os.path.expanduser("~")), (folder,))


def _walk(walk: Walk, named: Iterable[str]) -> None:
    for full in named:
        if disk.is_folder(full):
            walk.tree(full)
        else:
            walk.files.add(full)


def _problems_of(walk: Walk, base: str) -> Iterator[Unreadable]:
    for full, reason in walk.closed.items():
        shown = shown_path(full, base)
        name = shown if full.endswith(".gitignore") else f"The directory {shown}"
        yield Unreadable(shown, f"{name} cannot be read: {reason}.", is_error=True)
    outside = [shown_path(full, base) for full in sorted(set(walk.outside))]
    if outside:
        links = "A link leads" if len(outside) == 1 else f"{len(outside)} links lead"
        were = "was" if len(outside) == 1 else "were"
        names = ", ".join([*outside[:_MOST_LINKS], *(["…"] if outside[_MOST_LINKS:] else [])])
        message = f"{links} out of the project and {were} not followed: {names}."
        yield Unreadable(outside[0], message, is_error=False)


def _existing_folder(path: str) -> str:
    return next(folder for folder in folders_above(os.path.dirname(path)) if disk.is_folder(folder))


def _named(
    paths: Iterable[str | os.PathLike[str]], base: str
) -> tuple[list[str], list[Unreadable]]:
    """Return the absolute paths of what there is, and what is wrong with the others."""
    named = []
    problems = []
    for path in (os.fspath(path) for path in paths):
        full = os.path.abspath(os.path.join(base, path))
        there = disk.kind(full)
        if there == "nothing":
            problems.append(Unreadable(path, f"{path} does not exist.", is_error=True))
        elif there == "broken link":
            problems.append(Unreadable(path, f"{path} is a broken link.", is_error=True))
        elif _leads_out(full, base):
            message = f"{path} leads out of the project, so it was not read."
            problems.append(Unreadable(path, message, is_error=True))
        elif there != "folder" and _kind_of_named(os.path.basename(full)) is None:
            message = f"{path} is not a kind of file that rlslint reads; it was passed over."
            problems.append(Unreadable(path, message, is_error=False))
        else:
            named.append(full)
    return named, problems


def _leads_out(full: str, base: str) -> bool:
    """Tell whether a link that the user named stands in a project and leads out of it."""
    folder, name = os.path.split(full)
    real, target = disk.real(folder), disk.real(full)
    if target == os.path.join(real, name) or not name:
        return False
    is_project = any(disk.exists(os.path.join(f, ".git")) for f in folders_above(real))
    if not is_project and project_directory(real) is None:
        return False
    return not disk.is_below(target, (root_of(folder, base),))


def _kind_of_named(name: str) -> str | None:
    """Take a file for SQL, when the user names it, if its name says nothing else."""
    return kind(name) or ("sql" if os.path.splitext(name)[1] in _PLAIN else None)


def _by_kind(files: Iterable[str], base: str) -> dict[str, tuple[SourceFile, ...]]:
    kinds: dict[str, list[SourceFile]] = {
        "sql": [], "python": [], "programs": [], "settings": [], "plans": [],
        "schemas": [],
    }  # fmt: skip
    for full in sorted(files, key=lambda full: full.split(os.sep)):
        folder, name = os.path.split(full)
        file = SourceFile(full, shown_path(full, base), folder, name)
        kinds[_kind_of_named(name) or "sql"].append(file)
    return {name: tuple(inside) for name, inside in kinds.items()}


def project_directory(path: str) -> str | None:
    """Return the nearest ancestor of `path` that is a project, `path` itself included.

    A directory that configures rlslint wins over the repository it lies in, and the repository over
    a Python package inside it: migrations and application are often packages of their own.
    """
    above = list(folders_above(path))
    for folder in above:
        if any(disk.is_file(os.path.join(folder, name)) for name in _CONFIGURATIONS):
            return folder
        if _configures_rlslint(os.path.join(folder, "pyproject.toml")):
            return folder
    for marker in (".git", "pyproject.toml"):
        for folder in above:
            if disk.exists(os.path.join(folder, marker)):
                return folder
    return None


def _configures_rlslint(path: str) -> bool:
    try:
        return b"[tool.rlslint" in disk.read(path)
    except OSError:
        return False


def _walk_surroundings(walk: Walk, folder: str) -> None:
    """Add the project of a named path, or what may be its history where no project is seen."""
    project = project_directory(folder) or _outermost_history_folder(folder)
    if project is not None:
        walk.tree(project)
    else:
        walk.folder(folder)


def _has_history(folder: str, files: Iterable[str]) -> bool:
    """Tell whether a directory has migrations below it, and is not a directory of them itself.

    Then it is one project of several in a repository; else its history is elsewhere.
    """
    if _outermost_history_folder(folder) is not None:
        return False
    inside = folder + os.sep
    return any(
        kind(name) in ("sql", "plans")
        or (name.endswith(".py") and os.path.basename(parent) in HISTORY_FOLDERS)
        for full in files
        if full.startswith(inside)
        for parent, name in (os.path.split(full),)
    )


def _outermost_history_folder(folder: str) -> str | None:
    """Look a few levels up only: further away the name means something else."""
    found = None
    for ancestor in islice(folders_above(folder), 4):
        if os.path.basename(ancestor) in HISTORY_FOLDERS:
            found = ancestor
    return found


def with_file(found: Found, shown: str) -> Found:
    """Return what was found with one more SQL file or program, which need not be on disk."""
    path = os.path.abspath(shown)
    shown = shown_path(path, found.root)
    found = found._replace(others=found.others - {path})
    if any(file.shown == shown for file in (*found.sql, *found.python, *found.programs)):
        return found._replace(reported=found.reported | {shown}, tests=found.tests - {shown})
    file = SourceFile(path, shown, *os.path.split(path))
    reported = found.reported | {shown}
    found = found._replace(tests=found.tests - {shown})
    if path.endswith(".py"):
        return found._replace(python=(*found.python, file), reported=reported)
    if kind(path) == "programs":
        return found._replace(programs=(*found.programs, file), reported=reported)
    return found._replace(sql=(*found.sql, file), reported=reported)


_FOLDER = Pattern(
    r"_*(?:corpus|e2e|fixtures?|regress(?:ion)?|specs?|tests?"
    r"|tests?[-_]?(?:cases?|data|files?|fixtures?|helpers?|resources?|sql|suites?|support|utils?)"
    r"|(?:.+[-_])?(?:acceptance|functional|integration|regress(?:ion)?|smoke|unit)"
    r"[-_]?(?:specs?|tests?|suites?)|.+[-_](?:regress|testdata))_*"
)
_NAME = Pattern(
    r"(?:.*[._-])?tests?\.sql|test_.*\.py|.*_tests?\.py|tests?\.py|conftest\.py"
    r"|.*[._-](?:test|spec)\.[cm]?[jt]sx?|.*_test\.(?:go|dart|exs?)|.*_(?:spec|test)\.rb"
    r"|.+(?:Tests?|Spec|IT)\.(?:java|kt|scala|groovy|cs|fs|php|swift)"
)

_ALWAYS_TESTS = Pattern(r".*_test\.go|.*\.(?:test|spec)\.[cm]?[jt]sx?")
"""Names that are tests also among migrations: Go builds no program of them."""
_MIGRATION = Pattern(
    r"(?i:[vur]?\d.*|(?:.+[-_])?(?:migrat\w*|versions?|changelogs?|changesets?|deploy))"
)
"""Names of migrations and of their folders: `0012_add_ab_test.sql` tests nothing."""


class Tests:
    """Tells the files of tests, by their folders, from those of the program.

    `named` are the paths that the user named. Whoever names a file of a test, or something in a
    folder of tests, asks about it: only folders below what is named are taken for such.
    """

    def __init__(self, named: Iterable[str]) -> None:
        self._asked = {folder for path in named for folder in folders_above(path)}
        self._known: dict[str, bool] = {}

    def has(self, full: str) -> bool:
        """Tell whether an absolute path leads to a file of a test."""
        if full in self._asked:
            return False
        folder, name = os.path.split(full)
        if self._is_inside(folder):
            return True
        if _ALWAYS_TESTS().fullmatch(name) is not None:
            return True
        is_migration = any(map(_MIGRATION().fullmatch, (name, os.path.basename(folder))))
        return not is_migration and _NAME().fullmatch(name) is not None

    def _is_inside(self, folder: str) -> bool:
        if folder not in self._known:
            parent, name = os.path.split(folder)
            self._known[folder] = folder not in self._asked and (
                _FOLDER().fullmatch(name.lower()) is not None
                or (parent != folder and self._is_inside(parent))
            )
        return self._known[folder]
