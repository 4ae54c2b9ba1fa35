"""Listing the files of directories: which ones are worth reading, and which are passed by."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fnmatch import translate
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.files import disk
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.files.gitignore import GitIgnore

_SQL = (".sql", ".psql", ".ddl", ".pgsql")
_PYTHON = (".py",)
PROGRAMS = (
    ".cjs", ".cs", ".cts", ".ex", ".exs", ".go", ".java", ".js", ".jsx", ".kt", ".kts", ".mjs",
    ".mts", ".php", ".rake", ".rb", ".rs", ".ts", ".tsx",
)  # fmt: skip
_PLAN = "sqitch.plan"
_SCHEMAS = (".prisma",)
_SETTINGS = Pattern(
    r"\.env(\..+)?|.+\.env|.+\.ya?ml|alembic\.ini|pgbouncer\.ini|application.*\.properties"
    r"|postgrest.*\.conf|.+\.tf(vars)?|(wrangler|fly|railway)(\..+)?\.toml|wrangler\.jsonc?"
    r"|(app|connection)settings(\..+)?\.json|connectionstrings(\..+)?\.json|(app|web)(\..+)?\.config"
    r"|(app|config|default|dev|development|local|prod|production|staging|ormconfig|knexfile|railway"
    r"|database|.*task-?def(inition)?)([._-].+)?\.json"
    r"|(.+[._-])?(cronjob|daemonset|deployment|manifest|patch|pod|statefulset)(e?s)?([._-].+)?\.json"
    r"|(.+[._-])?(k8s|kubernetes|workloads?)([._-].+)?\.json"
    r"|(.+\.)?(dockerfile|containerfile)(\..+)?|procfile(\..+)?|.+\.service",
)

_PROSE = (
    ".adoc", ".asciidoc", ".css", ".csv", ".htm", ".html", ".less", ".log", ".markdown", ".md",
    ".mdc", ".mdx", ".org", ".po", ".pot", ".rst", ".scss", ".tex", ".textile", ".tsv", ".txt",
)  # fmt: skip
_PRODUCTS = (
    ".7z", ".a", ".avif", ".bmp", ".bz2", ".class", ".db", ".dll", ".dylib", ".eot", ".exe", ".gif",
    ".gz", ".icns", ".ico", ".jar", ".jpeg", ".jpg", ".lock", ".map", ".min.js", ".mov", ".mp3",
    ".mp4", ".o", ".otf", ".parquet", ".pdf", ".png", ".pyc", ".rar", ".so", ".sqlite", ".svg",
    ".tar", ".tgz", ".tif", ".tiff", ".ttf", ".wasm", ".wav", ".webm", ".webp", ".whl", ".woff",
    ".woff2", ".xz", ".zip", ".zst",
)  # fmt: skip
_PACKED_SQL = Pattern(
    r"(?:.+)\.(?:sql|psql|dump)\.(?:bz2|gz|lz4|xz|zip|zst)|.+\.(?:pg)?dump|.+\.backup"
)
_SQL_TEMPLATE = Pattern(
    r".+\.(?:sql|psql|pgsql|ddl)\.(?:ejs|erb|go|gotmpl|hbs|in|j2|jinja2?|liquid|m4|mako|mustache"
    r"|njk|template|tera|tmpl|tpl|twig)"
)
_SAYING_NOTHING = frozenset(
    {
        ".rlslint.toml", "authors", "bun.lockb", "changelog", "changes", "contributing", "copying",
        "go.sum", "license", "notice", "npm-shrinkwrap.json", "package-lock.json",
        "packages.lock.json", "pnpm-lock.yaml", "readme", "rlslint-baseline.toml", "rlslint.toml",
        "todo",
    }
)  # fmt: skip
_WILDCARDS = frozenset("*?[")
_SKIPPED_FOLDERS = frozenset(
    {
        ".bzr", ".cache", ".direnv", ".eggs", ".git", ".gradle", ".hg", ".idea", ".mypy_cache",
        ".next", ".nox", ".nuxt", ".pants.d", ".pytest_cache", ".pytype", ".ruff_cache", ".svn",
        ".terraform", ".tox", ".turbo", ".venv", ".vscode", ".yarn", "__pycache__",
        "__pypackages__", "_build", "bower_components", "build", "dist", "node_modules",
        "site-packages", "target", "vendor", "venv",
    }
)  # fmt: skip
HISTORY_FOLDERS = frozenset(
    {"alembic", "db", "deploy", "drizzle", "migrate", "migration", "migrations", "prisma"}
    | {"supabase", "versions"}
)
"""How folders of migrations are called."""


def folders_above(path: str) -> Iterator[str]:
    """Yield the path and the directories above it, the nearest first."""
    while True:
        yield path
        parent = os.path.dirname(path)
        if parent == path:
            return
        path = parent


def kind(name: str) -> str | None:
    """Return which field of what discovery finds a file of this name belongs to, if any."""
    lower = name.lower()
    if lower.endswith(_SQL):
        return "sql"
    if lower.endswith(_PYTHON):
        return "python"
    if lower.endswith(_SCHEMAS):
        return "schemas"
    if lower == _PLAN:
        return "plans"
    if _SETTINGS().fullmatch(lower):
        return "settings"
    return "programs" if lower.endswith(PROGRAMS) and not lower.endswith(_PRODUCTS) else None


def may_tell(name: str) -> bool:
    """Tell whether a file of this name could make row security; prose and products do not."""
    lower = name.lower()
    if is_packed_sql(name):
        return True
    return not (lower.endswith(_PROSE + _PRODUCTS) or lower in _SAYING_NOTHING)


def is_passed_by(folder: str) -> bool:
    """Tell whether a folder of this name is never looked into where it is not named."""
    return folder in _SKIPPED_FOLDERS


def is_packed_sql(name: str) -> bool:
    """Tell whether a file of this name may hold SQL in a form of which no words can be found."""
    return _PACKED_SQL().fullmatch(name.lower()) is not None


def is_sql_template(name: str) -> bool:
    """Tell whether a tool makes SQL of a file of this name."""
    return _SQL_TEMPLATE().fullmatch(name.lower()) is not None


def shown_path(full: str, base: str) -> str:
    """Return the path as messages have it: from `base` where it lies below, else absolute.

    Bytes that are no text are escaped, for a message must be printable.
    """
    prefix = base if base.endswith(os.sep) else base + os.sep
    shown = full.removeprefix(prefix).replace(os.sep, "/")
    return shown if shown.isascii() else shown.encode("utf-8", "backslashreplace").decode()


class Excluded:
    """The patterns of `exclude`, where `*` crosses slashes as it does for ruff."""

    def __init__(self, patterns: tuple[str, ...], base: str) -> None:
        self._base = base
        bare = [pattern.rstrip("/") for pattern in patterns]
        wild = [pattern for pattern in bare if not _WILDCARDS.isdisjoint(pattern)]
        exact = frozenset(bare).difference(wild)
        self._paths = frozenset(pattern for pattern in exact if "/" in pattern)
        self._names = exact - self._paths
        self._match = re.compile("|".join(map(translate, wild))).match if wild else None

    def covers(self, full: str, name: str) -> bool:
        """Tell whether a pattern matches the path or its last part."""
        if name in self._names:
            return True
        match = self._match
        if match is None and not self._paths:
            return False
        forms = (name, shown_path(full, self._base), full)
        return not self._paths.isdisjoint(forms) or (match is not None and any(map(match, forms)))

    def covers_any_part(self, full: str) -> bool:
        """Tell whether a pattern matches the path or a directory above it."""
        return any(self.covers(part, os.path.basename(part)) for part in folders_above(full))


class Walk:
    """The files below some directories, each directory entered once however it is reached.

    `others` are those that are not read but could tell of row security; `closed` are directories
    and `.gitignore` files that could not be read, with the reason. `roots` are directories without
    links out of which no link leads, `outside` the links that would. `ignored` are the folders,
    the SQL and the Python files that a `.gitignore` leaves out.
    """

    def __init__(self, excluded: Excluded, roots: tuple[str, ...]) -> None:
        self.files: set[str] = set()
        self.others: set[str] = set()
        self.closed: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.outside: list[str] = []
        self.ignored: list[str] = []
        self._roots = roots
        self._excluded = excluded
        self._entered: set[str] = set()
        self._linked: list[str] = []

    def tree(self, folder: str) -> None:
        """Add the files below `folder`, whatever its own name is.

        Links to directories come last, so that a file that can be reached without one keeps its
        own name, and a link back to where it stands ends there.
        """
        if disk.real(folder) in self._entered:
            return
        self._enter(folder, self._above(folder), deep=True)
        while self._linked:
            link = self._linked.pop()
            self._enter(link, self._above(link), deep=True)

    def has_entered(self, folder: str) -> bool:
        """Tell whether the files below a directory were added."""
        return disk.real(folder) in self._entered

    def folder(self, folder: str) -> None:
        """Add the files that stand in `folder` itself."""
        self._enter(folder, self._above(folder), deep=False)
        self._linked.clear()

    def _enter(self, folder: str, ignored: GitIgnore | None, *, deep: bool) -> None:
        waiting = [(folder, disk.real(folder), ignored)]
        while waiting:
            folder, real, ignored = waiting.pop()
            if real in self._entered:
                continue
            if deep:
                self._entered.add(real)
            entries = self._entries(folder)
            if any(entry.name == ".gitignore" for entry in entries):
                ignored = self._within(folder, ignored)
            for entry in entries:
                below = self._sort_in(entry, ignored)
                if deep and below is not None:
                    waiting.append((below, os.path.join(real, entry.name), ignored))

    def _sort_in(self, entry: os.DirEntry[str], ignored: GitIgnore | None) -> str | None:
        """Keep the entry if it is a file to read; return it if it is a directory to enter."""
        name, full = entry.name, entry.path
        try:
            is_folder, is_link = entry.is_dir(), entry.is_symlink()
            is_file = not is_folder and entry.is_file()
        except OSError:
            return None
        is_read = is_file and kind(name) is not None
        is_other = is_file and not is_read and not is_link and may_tell(name)
        is_wanted = name not in _SKIPPED_FOLDERS if is_folder else is_read or is_other
        if not is_wanted or self._excluded.covers(full, name):
            return None
        if ignored is not None and ignored.covers(full, is_folder):
            if is_folder or kind(name) in ("sql", "python"):
                self.ignored.append(full)
            return None
        if is_folder and not is_link:
            return full
        if is_link and not disk.is_below(disk.real(full), self._roots):
            self.outside.append(full)
            return None
        (self._linked.append if is_folder else self.files.add if is_read else self.others.add)(full)
        return None

    def _above(self, folder: str) -> GitIgnore | None:
        """Return what the directories above one leave out of it; None where none says anything."""
        above = folders_above(os.path.dirname(folder))
        if not any(disk.exists(os.path.join(one, ".gitignore")) for one in above):
            return None
        from rlslint.files.gitignore import GitIgnore

        return GitIgnore.above(folder, self._within)

    def _within(self, folder: str, ignored: GitIgnore | None) -> GitIgnore:
        """Add a directory's `.gitignore`; of one that cannot be read, nothing is left out."""
        from rlslint.files.gitignore import GitIgnore

        ignored = ignored or GitIgnore()
        try:
            return ignored.within(folder)
        except OSError as error:
            path = os.path.join(folder, ".gitignore")
            self.closed[path] = error.strerror or type(error).__name__
        except Exception as error:
            path = os.path.join(folder, ".gitignore")
            self.faults.append(Fault("taken into account", "file", path, error))
        return ignored

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        """List a directory; one that may not be read, such as a server's data, is kept in mind."""
        try:
            return disk.entries(folder)
        except OSError as error:
            self.closed[folder] = error.strerror or type(error).__name__
            return []
