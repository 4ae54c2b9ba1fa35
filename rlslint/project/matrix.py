"""Who gets at what: the roles that matter, the tables, and which rows each command gives.

The answers themselves are worked out in `access.effective`, when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from enum import Enum
from fnmatch import fnmatchcase

from rlslint import NamedTuple
from rlslint.access import (
    ASSUMED_ROLE,
    can_log_in,
    certainly,
    has_bypassrls,
    is_superuser,
    perhaps,
)
from rlslint.access.effective import COMMANDS, Rows, representative, rows_of
from rlslint.access.reach import reads_behind
from rlslint.access.runtime_roles import Reason
from rlslint.access.ways import Way, has_ways, ways_of
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Kind, Relation
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC
from rlslint.config.platforms import EXTENSION_SCHEMAS
from rlslint.project.project import Project
from rlslint.project.questions import anonymous_roles
from rlslint.text import Span
from rlslint.text.sentences import listed


class Part(Enum):
    """Why a role matters, the gravest first; see AskedRole."""

    anonymous = "serves callers without an account"
    runtime = "serves requests"
    public = "every role of the database"
    migrating = "runs the migrations"
    owner = "owns tables"
    superuser = "is a superuser"
    bypassing = "bypasses row security"
    login = "can log in"
    group = "is granted privileges"
    perhaps = "perhaps can log in"


class AskedRole(NamedTuple):
    """A role that matters. `because` and `spans` say what tells so, where anything does."""

    name: str
    parts: tuple[Part, ...]
    because: str
    spans: tuple[Span, ...]

    @property
    def needs_no_password(self) -> bool:
        """Whether anybody gets what the role has: without an account, or with any other role."""
        return Part.anonymous in self.parts or Part.public in self.parts


class Asked(NamedTuple):
    """Which part of the answers is wanted. Patterns are those of file names, None for all.

    A table's pattern is for its name, or with a dot for schema and name.
    """

    roles: tuple[str, ...] | None = None
    tables: tuple[str, ...] | None = None
    commands: tuple[str, ...] | None = None
    public: bool = False


EVERYTHING = Asked()


class Matrix(NamedTuple):
    """The roles, the tables and the commands of a project whose answers are wanted."""

    project: Project
    roles: tuple[AskedRole, ...]
    tables: tuple[Relation, ...]
    commands: tuple[str, ...]

    def rows(self, role: str, table: Relation, command: str) -> Rows:
        """Return which rows of a table a role gets at by a command that names the table."""
        project = self.project
        return rows_of(
            project.catalog, project.runtime, role, table, command, project.context_functions
        )

    def ways(self, role: str, table: Relation, command: str) -> tuple[Way, ...]:
        """Return what else gives a role rows of a table by a command."""
        project = self.project
        return ways_of(
            project.catalog, project.runtime, role, table, command, project.context_functions
        )


class Answer(NamedTuple):
    """Commands by which the same rows of a table are reached, by its name and by other `ways`."""

    commands: tuple[str, ...]
    rows: Rows
    ways: tuple[Way, ...] = ()


class AlikeRoles(NamedTuple):
    """Roles that get at the same rows of a table by each command."""

    roles: tuple[str, ...]
    answers: tuple[Answer, ...]


def alike_roles(matrix: Matrix, table: Relation) -> tuple[AlikeRoles, ...]:
    """Return what each role gets of a table, roles and commands of equal answers together."""
    catalog = matrix.project.catalog
    stands = table if has_ways(catalog, table) else representative(catalog, table)
    return matrix.project.ask(_alike_roles, matrix.roles, stands, matrix.commands)


def _alike_roles(
    project: Project, roles: tuple[AskedRole, ...], table: Relation, commands: tuple[str, ...]
) -> tuple[AlikeRoles, ...]:
    matrix = Matrix(project, roles, (), commands)
    groups: dict[tuple[object, ...], list[str]] = {}
    found: dict[tuple[object, ...], tuple[Answer, ...]] = {}
    for role in roles:
        by_answer: dict[tuple[object, ...], tuple[list[str], Answer]] = {}
        for command in commands:
            rows = matrix.rows(role.name, table, command)
            ways = matrix.ways(role.name, table, command)
            told = likeness(rows), tuple(map(_likeness_of_way, ways))
            by_answer.setdefault(told, ([], Answer((), rows, ways)))[0].append(command)
        key = tuple((one, *named) for one, (named, _) in by_answer.items())
        groups.setdefault(key, []).append(role.name)
        if key not in found:
            answers = (one._replace(commands=tuple(named)) for named, one in by_answer.values())
            found[key] = tuple(answers)
    return tuple(AlikeRoles(tuple(names), found[key]) for key, names in groups.items())


def likeness(rows: Rows | None) -> tuple[object, ...]:
    """Return what equal answers have in common."""
    if rows is None:
        return ()
    gap = rows.gap and (type(rows.gap), str(rows.gap))
    said = rows.columns, rows.doubts, gap, rows.because, rows.lack
    beside = likeness(rows.leaves), likeness(rows.reads)
    return rows.extent, rows.ground, rows.permissive, rows.restrictive, *said, *beside


def _likeness_of_way(way: Way) -> tuple[object, ...]:
    # As whom a role reads a parent or a partition is itself.
    reader = way.reader if way.kind in ("view", "materialized view", "function") else ""
    return way.kind, tuple(map(id, way.via)), reader, likeness(way.rows), way.is_part


def matrix_of(project: Project, asked: Asked = EVERYTHING) -> Matrix:
    """Return the roles, tables and commands of a project for which answers are wanted."""
    roles = [
        role
        for role in project.ask(asked_roles)
        if (asked.roles is None or matches_any((role.name,), asked.roles))
        and (role.needs_no_password or not asked.public)
    ]
    tables = [
        table
        for table in project.ask(asked_tables)
        if asked.tables is None or matches_any((table.name, str(table)), asked.tables)
    ]
    commands = [c for c in COMMANDS if asked.commands is None or c in asked.commands]
    return Matrix(project, tuple(roles), tuple(tables), tuple(commands))


def matches_any(names: Iterable[str], patterns: Iterable[str]) -> bool:
    """Tell whether one of some names has the form of one of some patterns."""
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def asked_tables(project: Project) -> tuple[Relation, ...]:
    """Return what holds rows, by name: tables, materialized views and foreign tables.

    What a platform or an extension keeps for itself is left out.
    """
    catalog = project.catalog
    found = []
    for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
        if relation.schema in EXTENSION_SCHEMAS:
            continue
        if relation.is_beyond_history:
            if relation.statements or not relation.knows("rls_enabled"):
                found.append(relation)
        elif relation.is_table or relation.is_materialized_view or relation.is_foreign_table:
            found.append(relation)
    return tuple(sorted(found, key=str))


def asked_roles(project: Project) -> tuple[AskedRole, ...]:
    """Return the roles that matter, the most exposed first, with what tells that they do."""
    catalog, runtime = project.catalog, project.runtime
    parts: dict[str, dict[Part, None]] = {}
    reasons: dict[str, Reason] = {}

    def add(role: str, part: Part) -> None:
        parts.setdefault(role, {}).setdefault(part)

    for role in project.ask(anonymous_roles):
        add(role, Part.anonymous)
    for role in runtime.names:
        add(role, Part.runtime)
        reasons[role] = runtime.reason(role)
    with suppress(UnknownFact):
        # Who becomes whom may not be known: then the others tell which roles matter.
        for role in project.api_roles:
            add(role, Part.runtime)
    add(PUBLIC, Part.public)
    for role in sorted(runtime.migrating):
        add(role, Part.migrating)
    for relation in project.ask(asked_tables):
        if relation.knows("owner"):
            add(relation.owner, _part_of_owner(relation.owner))
    granted = frozenset(_grantees(project))
    for name in sorted(runtime.bypassing & (granted | catalog.roles.keys())):
        add(name, Part.bypassing)
    for name, known in catalog.roles.items():
        if certainly(is_superuser, catalog, name):
            add(name, Part.superuser)
        if certainly(has_bypassrls, catalog, name):
            add(name, Part.bypassing)
        if name.startswith("pg_"):
            continue
        if known.declared and perhaps(can_log_in, catalog, name):
            add(name, Part.login if certainly(can_log_in, catalog, name) else Part.perhaps)
    for name in sorted(granted - parts.keys()):
        add(name, Part.group)
    order = list(Part)
    found = []
    for name, own in parts.items():
        reason = reasons.get(name)
        because, spans = (reason.because, reason.spans) if reason is not None else ("", ())
        sorted_parts = tuple(sorted(own, key=order.index))
        found.append(AskedRole(name, sorted_parts, because, spans))
    return tuple(sorted(found, key=lambda role: (order.index(role.parts[0]), role.name)))


def _part_of_owner(owner: str) -> Part:
    return Part.migrating if owner == MIGRATION_ROLE else Part.owner


def _grantees(project: Project) -> Iterator[str]:
    for relation in project.ask(asked_tables):
        for grant in relation.grants.known():
            yield grant.grantee


class NoSuch(Exception):
    """A role or a table does not exist; the message says so, with what was perhaps meant."""


def role_named(project: Project, name: str) -> AskedRole:
    """Return the role that a name stands for. Raises NoSuch."""
    known = project.ask(asked_roles)
    by_name = {role.name: role for role in known}
    if name in by_name:
        return by_name[name]
    if name in project.catalog.roles:
        return AskedRole(name, (Part.group,), "", ())
    meanings = {"public": PUBLIC, "migrations": MIGRATION_ROLE, "application": ASSUMED_ROLE}
    meant = meanings.get(name.lower().strip("()").removesuffix(" role"), "")
    if meant in by_name:
        return by_name[meant]
    raise NoSuch(_not_there("role", name, [*by_name, *project.catalog.roles]))


def _not_there(kind: str, name: str, known: Sequence[str]) -> str:
    from rlslint.config import did_you_mean, with_hint

    return with_hint(f'There is no {kind} "{name}"', did_you_mean(name, tuple(known)))


def table_named(project: Project, written: str) -> Relation:
    """Return the table that a name stands for as SQL reads it. Raises NoSuch.

    Without a schema it is looked for in the schema `public`, then in all others, where it has to be
    the only one of its name.
    """
    schema, name = _parts_of(written)
    relations = (
        *project.catalog.relations.known(),
        *project.catalog.unknown_relations.values(),
    )
    alike = [one for one in relations if one.name == name and schema in ("", one.schema)]
    alike = [one for one in alike if one.schema == PUBLIC] or alike
    if len(alike) == 1:
        return _with_rows(alike[0])
    if alike:
        names = " and ".join(sorted(str(one) for one in alike))
        raise NoSuch(f'"{written}" may mean {names}')
    known = [str(one) for one in relations] if schema else [one.name for one in relations]
    raise NoSuch(_not_there("table", f"{schema}.{name}" if schema else name, known))


def _with_rows(relation: Relation) -> Relation:
    """Return a relation that holds rows itself. Raises NoSuch for any other."""
    if not relation.knows("kind") or not (relation.is_view or relation.kind is Kind.sequence):
        return relation
    if relation.kind is Kind.sequence:
        raise NoSuch(f"{relation} is a sequence, which has no rows that policies could bind")
    try:
        behind = sorted({str(read.table) for read in reads_behind(relation, "")})
    except UnknownFact:
        behind = []
    told = f" {listed(behind)}" if behind else "s that it reads"
    raise NoSuch(f"{relation} is a view: ask about the table{'s' * (len(behind) > 1)}{told}")


def _parts_of(written: str) -> tuple[str, str]:
    """Return schema and name of what is written as SQL writes a table, "" for no schema."""
    from rlslint.sql.expressions import Column
    from rlslint.sql.nodes import expression
    from rlslint.sql.parser import SyntaxProblem, parse_expression

    try:
        read = expression(parse_expression(written))
    except SyntaxProblem:
        return "", written
    match read:
        case Column((schema, name)) | Column((_, schema, name)):
            return schema, name
        case Column((name,)):
            return "", name
        case _:
            return "", written
