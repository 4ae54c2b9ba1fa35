"""What a change gives and takes: what two projects answer of one role, table and command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from rlslint import NamedTuple
from rlslint.access import (
    ASSUMED_ROLE,
    certainly,
    certainly_of,
    is_superuser,
    settable_roles,
)
from rlslint.access.causes import Answered, causes
from rlslint.access.circumstances import (
    Circumstance,
    Side,
    around_conditions,
    around_tables,
    begins_as,
)
from rlslint.access.depending import Asked, dependencies, new_statements, what_changed
from rlslint.access.differences import (
    NO_CHANGE,
    YES,
    RowsChange,
    Sides,
    change_of,
    perhaps_too,
    unknown_change,
)
from rlslint.access.effective import Extent, Ground, Rows, representative
from rlslint.access.ways import Way
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC
from rlslint.project.matrix import AskedRole, Matrix, likeness
from rlslint.sql.expressions import Expr
from rlslint.text import Statement

NO_TABLE = Rows(Extent.none, Ground.no_privilege)
"""What anybody gets of a table, or as a role, that is not there."""


class Change(NamedTuple):
    """What became of the rows of `table` that roles get at by some commands.

    `was` and `now` are the table in either project, None where it is not there; `through` names the
    view, partition or function by which they get at them, "" for the table itself. `statements` are
    those behind it, as far as the later project shows them.
    """

    roles: tuple[str, ...]
    commands: tuple[str, ...]
    table: str
    was: Relation | None
    now: Relation | None
    before: Rows
    after: Rows
    change: RowsChange
    statements: tuple[Statement, ...]
    through: str = ""


class Comparison(NamedTuple):
    """The changes between two projects, and how much was compared.

    `open_roles` are those that need no password. `unknown` are the answers that are unknown on both
    sides for one reason: what became of them, nobody knows.
    """

    changes: tuple[Change, ...]
    roles: int
    tables: int
    open_roles: frozenset[str]
    unknown: int


def compare(before: Matrix, after: Matrix) -> Comparison:
    """Return what roles gain and lose between two projects, by table, role and command."""
    roles = _roles(before, after)
    pairs = _pairs(before.tables, after.tables)
    found = _Comparing(before, after)
    changes = tuple(
        chain.from_iterable(found.of_table(was, now, tuple(roles)) for was, now in pairs)
    )
    open_roles = frozenset(name for name, role in roles.items() if role.needs_no_password)
    return Comparison(changes, len(roles), len(pairs), open_roles, found.unknown)


def _roles(before: Matrix, after: Matrix) -> Mapping[str, AskedRole]:
    """Return the roles to compare: one that is only assumed, where both sides assume it."""
    later = {role.name: role for role in after.roles}
    renamed = set(_renamed(before, after).values()) if later else set()
    earlier = {role.name: role for role in before.roles if role.name not in renamed}
    found = {**earlier, **later}
    if _is_of_server(before) is not _is_of_server(after):
        # A history knows none of the superusers of a server, who get every row there.
        for matrix, others in ((before, after), (after, before)):
            catalog, known = matrix.project.catalog, others.project.catalog.roles
            found = {
                name: role
                for name, role in found.items()
                if name in known or not certainly(is_superuser, catalog, name)
            }
    if not (ASSUMED_ROLE in earlier and ASSUMED_ROLE in later):
        found.pop(ASSUMED_ROLE, None)
    return found


def _renamed(before: Matrix, after: Matrix) -> Mapping[str, str]:
    """Return what roles were called that have another name now, by the statement that made them."""
    sides = before.project.catalog.roles, after.project.catalog.roles
    made: list[dict[str, list[str]]] = []
    for roles, others in (sides, sides[::-1]):
        names: dict[str, list[str]] = {}
        for name, role in roles.items():
            if name not in others and role.created is not None:
                names.setdefault(role.created.sql, []).append(name)
        made.append(names)
    return _migrating(before, after) | {
        now[0]: was[0]
        for sql, now in made[1].items()
        if len(now) == 1 and len(was := made[0].get(sql, [])) == 1
    }


def _is_of_server(matrix: Matrix) -> bool:
    """Tell whether a catalog was read from a server, which has roles that no history makes."""
    role = matrix.project.catalog.roles.get("pg_database_owner")
    return role is not None and role.created is not None


def _migrating(before: Matrix, after: Matrix) -> dict[str, str]:
    """Return what the role of the migrations is called on a server, and what it was called before.

    There what it makes has one owner.
    """
    if _is_of_server(before) is _is_of_server(after):
        return {}
    history, server = (after, before) if _is_of_server(before) else (before, after)
    made, there = (matrix.project.catalog.relations.known() for matrix in (history, server))
    owners = {str(one): one.owner for one in there if one.knows("owner")}
    names = {
        owners[str(one)]
        for one in made
        if one.knows("owner") and one.owner == MIGRATION_ROLE and str(one) in owners
    }
    if len(names) != 1:
        return {}
    (name,) = names
    return {name: MIGRATION_ROLE} if history is before else {MIGRATION_ROLE: name}


def _pairs(
    before: tuple[Relation, ...], after: tuple[Relation, ...]
) -> list[tuple[Relation | None, Relation | None]]:
    """Return each table beside what it is now: by its name, else by the statement that made it."""
    earlier, later = {str(t): t for t in before}, {str(t): t for t in after}
    made = {t.created.sql: t for name, t in later.items() if name not in earlier and t.created}
    found: list[tuple[Relation | None, Relation | None]] = []
    taken = set()
    for name, table in earlier.items():
        now = later.get(name)
        if now is None and table.created is not None:
            now = made.get(table.created.sql)
        if now is not None:
            taken.add(str(now))
        found.append((table, now))
    found += [(None, table) for name, table in later.items() if name not in taken]
    return sorted(found, key=lambda pair: str(pair[1] or pair[0]))


class _Comparing:
    """Compares answers, each pair of them once."""

    def __init__(self, before: Matrix, after: Matrix) -> None:
        self._before = before
        self._after = after
        self._names = _renamed(before, after)
        self._is_mixed = _is_of_server(before) is not _is_of_server(after)
        self._known: dict[object, RowsChange] = {}
        self._new: dict[object, tuple[Statement, ...]] = {}
        self._conditions: dict[object, tuple[Circumstance, ...]] = {}
        self.unknown = 0

    def _was(self, role: str) -> str:
        """Return what a role was called before."""
        return self._names.get(role, role)

    def of_table(
        self, was: Relation | None, now: Relation | None, roles: tuple[str, ...]
    ) -> Iterator[Change]:
        """Yield what became of one table, equal changes together."""
        found: dict[object, Change] = {}
        for role in roles:
            by_answer: dict[object, Change] = {}
            for command in self._after.commands:
                direct = self._of_command(was, now, role, command)
                through = (
                    *self._of_ways(was, now, role, command),
                    *self._of_becoming(was, now, role, command),
                )
                for changed in (*((direct,) if direct is not None else ()), *through):
                    key = (likeness(changed.before), likeness(changed.after), changed.through)
                    known = by_answer.get(key)
                    commands = (*(known.commands if known else ()), command)
                    by_answer[key] = changed._replace(
                        commands=commands,
                        statements=_joined(known.statements if known else (), changed.statements),
                    )
            for answers, changed in by_answer.items():
                whole = (answers, changed.commands, changed.statements)
                known = found.get(whole)
                named = (*(known.roles if known else ()), role)
                found[whole] = changed._replace(roles=named)
        yield from found.values()

    def _of_command(
        self, was: Relation | None, now: Relation | None, role: str, command: str
    ) -> Change | None:
        before = _answer(self._before, self._was(role), was, command)
        after = _answer(self._after, role, now, command)
        if self._is_mixed:
            # A server tells what a history takes for granted.
            before, after = before._replace(doubts=()), after._replace(doubts=())
        change = self._change(was, now, role, command, before, after)
        around: tuple[Circumstance, ...] = ()
        if was is not None and now is not None:
            around = self._around(was, now, role, command, (before, after))
            for one in around:
                change = perhaps_too(change, one.because)
        if change.is_none:
            self.unknown += before.extent is after.extent is Extent.unknown
            return None
        statements: tuple[Statement, ...] = ()
        if now is not None:
            catalog = self._before.project.catalog
            name = self._was(role)
            earlier = Answered(catalog, name, was, command, before) if was is not None else None
            later = Answered(self._after.project.catalog, role, now, command, after)
            statements = causes(earlier, later)
            if was is not None:
                asked = self._new.get(self._key(was, now, role, command), ())
                news = chain.from_iterable(one.statements for one in around)
                statements = _joined(statements, (*asked, *news))
        table = str(now or was)
        return Change((role,), (command,), table, was, now, before, after, change, statements)

    def _around(
        self, was: Relation, now: Relation, role: str, command: str, rows: tuple[Rows, Rows]
    ) -> tuple[Circumstance, ...]:
        """Return what has changed beside the answers that decides what a command does."""
        found: list[Circumstance] = []
        sides = self._of_conditions(was, now, role, command, rows)
        if any(one.extent is not Extent.none for one in rows):
            found += around_tables(*sides)
            key = self._key(was, now, role, command)
            if key not in self._conditions:
                self._conditions[key] = tuple(around_conditions(*sides))
            found += self._conditions[key]
        names = [begins_as(side.catalog, side.role) for side in sides]
        if names != [side.role for side in sides] and names[0] != self._was(names[1]):
            begun = (
                _answer(self._before, names[0], was, command),
                _answer(self._after, names[1], now, command),
            )
            if not change_of(*begun, Sides(was, now, sides[1].catalog, self._names)).is_none:
                words = f"sessions of {role} begin as {names[1]}"
                said = sides[1].catalog.roles[role].statements.get("setting role")
                found.append(Circumstance(words, (said,) if said is not None else ()))
        return tuple(found)

    def _of_conditions(
        self, was: Relation, now: Relation, role: str, command: str, rows: tuple[Rows, Rows]
    ) -> tuple[Side, Side]:
        conditions = [
            (*_expressions(one, inlined=True), *_expressions(one, inlined=False)) for one in rows
        ]
        return (
            Side(self._before.project.catalog, self._was(role), was, command, conditions[0]),
            Side(self._after.project.catalog, role, now, command, conditions[1]),
        )

    def _sides(
        self, was: Relation | None, now: Relation | None, role: str
    ) -> tuple[tuple[Matrix, str, Relation | None], ...]:
        return (self._before, self._was(role), was), (self._after, role, now)

    def _of_becoming(
        self, was: Relation | None, now: Relation | None, role: str, command: str
    ) -> Iterator[Change]:
        """Yield what a role gets at by becoming another, which it could not or cannot any more."""
        sides = self._sides(was, now, role)
        becoming = [_becoming(matrix, name) for matrix, name, _ in sides]
        for at, change in (
            (0, RowsChange(NO_CHANGE.gained, YES)),
            (1, RowsChange(YES, NO_CHANGE.lost)),
        ):
            matrix, name, table = sides[at]
            for other in sorted(becoming[at].keys() - becoming[1 - at].keys()):
                if other in self._names or other in self._names.values():
                    continue
                rows, own = (_answer(matrix, one, table, command) for one in (other, name))
                if rows.extent is Extent.none or own.extent is Extent.every:
                    continue
                if (rows.extent, rows.condition) == (own.extent, own.condition):
                    continue
                answers = (rows, NO_TABLE) if at == 0 else (NO_TABLE, rows)
                statements = becoming[at][other] if at == 1 else ()
                yield Change((role,), (command,), str(now or was), was, now, *answers,
                             change, statements, f"SET ROLE {other}")  # fmt: skip

    def _of_ways(
        self, was: Relation | None, now: Relation | None, role: str, command: str
    ) -> Iterator[Change]:
        """Yield what became of the rows that a role gets at by something else than the table."""
        earlier, later = (
            _ways(matrix, name, table, command)
            for matrix, name, table in self._sides(was, now, role)
        )
        catalog = self._after.project.catalog
        sides = (
            Sides(was, now, catalog, self._names) if was is not None and now is not None else None
        )
        for key in dict.fromkeys((*later, *earlier)):
            before, after = earlier.get(key), later.get(key)
            rows = [NO_TABLE if way is None else way.rows for way in (before, after)]
            if self._is_mixed:
                rows = [one._replace(doubts=()) for one in rows]
            # Who gets every row of the table itself needs no other way.
            direct = [
                _answer(matrix, name, table, command)
                for matrix, name, table in self._sides(was, now, role)
            ]
            if any(one.extent is Extent.every for one in direct):
                continue
            change = change_of(rows[0], rows[1], sides)
            news: tuple[Statement, ...] = ()
            if before is not None and after is not None and now is not None:
                because, news = self._of_the_way(role, before, after, now)
                change = perhaps_too(change, because)
            if None in (before, after) and _is_uncertain(before or after):
                change = unknown_change(f"what {key} gives is not known")
                none = NO_CHANGE.lost
                change = RowsChange(
                    change.gained if after else none, change.lost if before else none
                )
            if not change.is_none:
                made = tuple(_behind(after, before, role)) if after is not None else ()
                statements = _joined(made, news)
                yield Change((role,), (command,), str(now or was), was, now, rows[0], rows[1],
                             change, statements, key)  # fmt: skip

    def _change(
        self,
        was: Relation | None,
        now: Relation | None,
        role: str,
        command: str,
        before: Rows,
        after: Rows,
    ) -> RowsChange:
        if was is None or now is None:
            table = now if now is not None else was
            is_owners = table is not None and table.knows("owner") and table.owner == role
            return NO_CHANGE if is_owners else change_of(before, after, None)
        later = self._after.project.catalog
        key = self._key(was, now, role, command)
        found = self._known.get(key)
        if found is None:
            # What a condition looks up may lead back to the table itself.
            self._known[key] = NO_CHANGE
            found = change_of(before, after, Sides(was, now, later, self._names))
            because, self._new[key] = self._of_what_is_asked(role, (before, after), now)
            self._known[key] = found = perhaps_too(found, because)
        return found

    def _key(
        self, was: Relation, now: Relation, role: str, command: str
    ) -> tuple[Relation, Relation, str, str]:
        earlier, later = self._before.project.catalog, self._after.project.catalog
        return representative(earlier, was), representative(later, now), role, command

    def _of_what_is_asked(
        self, role: str, rows: tuple[Rows, Rows], table: Relation
    ) -> tuple[str, tuple[Statement, ...]]:
        """Tell what changed in the functions, views and tables that conditions ask, "" for none."""
        if any(one.extent in (Extent.none, Extent.every) and one.leaves is None for one in rows):
            return "", ()
        # Whoever calls a function has to be allowed to, though its body be known.
        asked = [_expressions(one, inlined=True) for one in rows]
        called = [_expressions(one, inlined=False) for one in rows]
        return (
            self._between(role, asked, table)
            or self._between(role, called, table, True)
            or ("", ())
        )

    def _of_the_way(
        self, role: str, before: Way, after: Way, table: Relation
    ) -> tuple[str, tuple[Statement, ...]]:
        """Tell what changed in what leads to a table, "" for nothing."""
        roots: list[tuple[Expr | Asked, ...]] = [
            (Asked(way.via[0], name),) for way, name in ((before, self._was(role)), (after, role))
        ]
        return self._between(role, roots, table) or ("", ())

    def _between(
        self,
        role: str,
        roots: Sequence[Sequence[Expr | Asked]],
        table: Relation,
        rights_only: bool = False,
    ) -> tuple[str, tuple[Statement, ...]] | None:
        before, after = self._before.project.catalog, self._after.project.catalog
        earlier, later = (
            dependencies(catalog, name, some)
            for catalog, name, some in zip(
                (before, after), (self._was(role), role), roots, strict=True
            )
        )
        for key, now in later.items():
            was = earlier.get((key[0], self._was(key[1])))
            if was is None or now.subject is table:
                continue
            told = what_changed(was, now, (before, after), self._names)
            if told and not (rights_only and "gives" in told):
                return told, tuple(new_statements(was, now))
            if isinstance(was.subject, Relation) and isinstance(now.subject, Relation):
                if not (now.subject.knows("kind") and now.subject.is_table):
                    continue
                answers = (
                    self._before.rows(was.reader, was.subject, "select"),
                    self._after.rows(now.reader, now.subject, "select"),
                )
                if not self._change(
                    was.subject, now.subject, now.reader, "select", *answers
                ).is_none:
                    return f"what it looks up in {now.subject} has changed", ()
        return None


def _expressions(rows: Rows, inlined: bool) -> tuple[Expr, ...]:
    """Return the conditions of an answer, the bodies of what they call in their place or not."""
    found: list[Expr] = []
    for one in (rows, *([rows.leaves] if rows.leaves is not None else [])):
        if inlined and one.condition is not None:
            found.append(one.condition)
        if not inlined:
            found += [clause.expression for clause in (*one.permissive, *one.restrictive)]
    return tuple(found)


def _joined(known: tuple[Statement, ...], more: tuple[Statement, ...]) -> tuple[Statement, ...]:
    return tuple({one.sql: one for one in (*known, *more)}.values())


def _answer(matrix: Matrix, role: str, table: Relation | None, command: str) -> Rows:
    if table is None or not _is_there(matrix, role):
        return NO_TABLE
    return matrix.rows(role, table, command)


def _ways(matrix: Matrix, role: str, table: Relation | None, command: str) -> Mapping[str, Way]:
    """Return what else than a table gives a role its rows, by the names of what leads there."""
    if table is None or not _is_there(matrix, role):
        return {}
    found = matrix.ways(role, table, command)
    return {" and ".join(map(str, way.via)): way for way in found}


def _is_uncertain(way: Way | None) -> bool:
    """Tell whether nobody knows if any row comes through."""
    return way is not None and (way.kind == "function" or way.rows.extent is Extent.unknown)


def _becoming(matrix: Matrix, role: str) -> Mapping[str, tuple[Statement, ...]]:
    """Return the roles that another can become with SET ROLE, and what made it their member."""
    if not _is_there(matrix, role):
        return {}
    catalog = matrix.project.catalog
    found = {}
    for name in certainly_of(settable_roles, catalog, role) - {role}:
        chain = certainly_of(settable_roles, catalog, role)
        memberships = [
            membership.statement
            for member in chain
            if (known := catalog.roles.get(member)) is not None
            for membership in known.memberships.known()
            if membership.role.name == name
        ]
        found[name] = tuple(one for one in memberships if one is not None)
    return found


def _behind(way: Way, before: Way | None, role: str) -> Iterator[Statement]:
    """Yield the statements that made a way, or let a role use it, and were not there before."""
    known = set(_made(before, role)) if before is not None else set()
    earlier = {statement.sql for statement in known}
    yield from (one for one in _made(way, role) if one.sql not in earlier)


def _made(way: Way, role: str) -> Iterator[Statement]:
    for through in way.via:
        if through.created is not None:
            yield through.created
        for grant in through.grants.known():
            if grant.statement is not None and grant.grantee in (role, PUBLIC):
                yield grant.statement


def _is_there(matrix: Matrix, role: str) -> bool:
    return role in matrix.project.catalog.roles or any(one.name == role for one in matrix.roles)
