"""The order in which Alembic and Django run the migrations of a project."""

from __future__ import annotations

import ast
import heapq
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from rlslint import NamedTuple, Pattern

_MODULES = Pattern(rb"(?m)^MIGRATION_MODULES\b[^=\n]*=[^{]{0,40}\{([^{}]*)\}")
_MODULE = Pattern(rb"""["'](\w+)["']\s*:\s*["']([\w.]+)["']""")
_REVISION = Pattern(r"(?m)^()(revision|down_revision|depends_on)\b[^=\n]*=(?!=)")
_DEPENDENCY = Pattern(r"(?m)^([ \t]+)(dependencies|replaces|run_before)\b[^=\n]*=(?!=)")
_MIGRATION = Pattern(r"(?m)^class\s+Migration\b")
_LABEL = Pattern(rb"""(?m)^[ \t]+label\s*(?::\s*str\s*)?=\s*["'](\w+)["']""")


class _Node(NamedTuple):
    path: Path
    name: str
    after: frozenset[str]


def order_alembic(files: list[tuple[Path, str]]) -> list[Path]:
    """Return the revisions in the order of `alembic upgrade heads`.

    Branches that no revision joins run one revision after the other by the names of their files.
    A file without `revision` is no migration and is left out; one whose `revision` cannot be
    read, and revisions whose chain is a circle, come last.
    """
    nodes: list[_Node] = []
    unreadable: list[Path] = []
    for path, text in files:
        name, after = revision_in(text)
        if name is None:
            unreadable.append(path)
        elif name:
            nodes.append(_Node(path, name, after))
    return _ordered(nodes) + sorted(unreadable)


def revision_in(text: str) -> tuple[str | None, frozenset[str]]:
    """Return the revision that a file is, and those that it stands behind.

    It is "" where the file is no migration, None where it cannot be read.
    """
    values = _values(_REVISION(), text)
    names = _strings(values.get("revision"))
    if not names:
        return (None if "revision" in values else ""), frozenset()
    after = _strings(values.get("down_revision")) + _strings(values.get("depends_on"))
    return names[0], frozenset(after)


def dependencies_in(text: str) -> tuple[str, ...]:
    """Return what a migration of Django says that it depends on: apps and migrations, dotted."""
    migration = _MIGRATION().search(text)
    if migration is None:
        return ()
    return tuple(_pairs(_values(_DEPENDENCY(), text, migration.end()).get("dependencies")))


def order_django(
    files: list[tuple[Path, str]], labels: Mapping[Path, str] = MappingProxyType({})
) -> list[Path]:
    """Return the migrations of all apps in an order that fulfils their dependencies.

    `labels` are those of the apps, by their directory or that of their migrations, which do not go
    by the name of the former. A squashed
    migration takes the place of those that it replaces, as on a new database. A file without a
    class `Migration` is left out.
    """
    nodes: list[_Node] = []
    replaced: dict[str, str] = {}
    before: list[tuple[str, str]] = []
    for path, text in files:
        migration = _MIGRATION().search(text)
        if migration is None:
            continue
        values = _values(_DEPENDENCY(), text, migration.end())
        app = path.parent.parent
        label = labels.get(path.parent) or labels.get(app) or app.name
        name = f"{label}.{path.stem}"
        nodes.append(_Node(path, name, frozenset(_pairs(values.get("dependencies")))))
        replaced.update((old, name) for old in _pairs(values.get("replaces")))
        before.extend((later, name) for later in _pairs(values.get("run_before")))
    kept = [node for node in nodes if node.name not in replaced]
    ends = _ends_of_apps(kept)
    return _ordered([_resolved(node, replaced, before, ends) for node in kept])


def moved_in(settings: bytes) -> dict[str, str]:
    """Return the labels of the apps whose migrations Django's settings put into other modules.

    They stand by the ends of the paths of these.
    """
    return {
        module.decode().replace(".", "/"): label.decode()
        for modules in _MODULES().findall(settings)
        for label, module in _MODULE().findall(modules)
    }


def label_in(apps: bytes) -> str:
    """Return the label that the `apps.py` of an app gives it, "" where it goes by its directory."""
    found = _LABEL().search(apps)
    return found[1].decode() if found is not None else ""


def _resolved(
    node: _Node,
    replaced: Mapping[str, str],
    before: Iterable[tuple[str, str]],
    ends: Mapping[str, tuple[str, str]],
) -> _Node:
    after = {earlier for later, earlier in before if later == node.name}
    for name in node.after:
        app, _, migration = name.partition(".")
        if migration == "__first__":
            name = ends.get(app, ("", ""))[0]
        elif migration == "__latest__":
            name = ends.get(app, ("", ""))[1]
        after.add(replaced.get(name, name))
    return node._replace(after=frozenset(after - {node.name}))


def _ends_of_apps(nodes: list[_Node]) -> dict[str, tuple[str, str]]:
    names: dict[str, list[str]] = {}
    for node in nodes:
        names.setdefault(node.name.partition(".")[0], []).append(node.name)
    return {app: (min(members), max(members)) for app, members in names.items()}


def _ordered(nodes: list[_Node]) -> list[Path]:
    known = {node.name for node in nodes}
    waiting = {node.path: set(node.after & known) for node in nodes}
    followers: dict[str, list[_Node]] = {}
    for node in nodes:
        for name in waiting[node.path]:
            followers.setdefault(name, []).append(node)
    names = {node.path: node.name for node in nodes}
    ready = [path for path, after in waiting.items() if not after]
    heapq.heapify(ready)
    ordered: list[Path] = []
    while ready:
        path = heapq.heappop(ready)
        ordered.append(path)
        for follower in followers.get(names[path], ()):
            waiting[follower.path].discard(names[path])
            if not waiting[follower.path]:
                heapq.heappush(ready, follower.path)
    done = set(ordered)
    return ordered + sorted(path for path in waiting if path not in done)


def _values(assigned: re.Pattern[str], text: str, start: int = 0) -> dict[str, ast.expr | None]:
    """Return what names are given, None where that cannot be read.

    The rest of a file may be broken, or as long as it likes.
    """
    values: dict[str, ast.expr | None] = {}
    for found in assigned.finditer(text, start):
        after = re.compile(rf"(?m)^[ \t]{{0,{len(found[1])}}}[\w@\"']").search(text, found.end())
        value = text[found.end() : len(text) if after is None else after.start()].strip()
        try:
            values.setdefault(found[2], ast.parse(value, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            values.setdefault(found[2], None)
    return values


def _strings(node: ast.expr | None) -> list[str]:
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.Tuple(elts=members) | ast.List(elts=members) | ast.Set(elts=members):
            return [text for member in members for text in _strings(member)]
        case _:
            return []


def _pairs(node: ast.expr | None) -> list[str]:
    match node:
        case ast.List(elts=members) | ast.Tuple(elts=members):
            found = [_strings(member) for member in members if isinstance(member, ast.Tuple)]
            return [f"{pair[0]}.{pair[1]}" for pair in found if len(pair) == 2]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _pairs(left) + _pairs(right)
        case _:
            return []
