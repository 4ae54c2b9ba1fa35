"""Who gets at what a finding is about, by which a finding is told from an older one of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from rlslint import NamedTuple
from rlslint.access import (
    ASSUMED_ROLE,
    certainly,
    certainly_of,
    inherited_roles,
    is_probably_superuser,
    is_superuser,
    settable_roles,
)
from rlslint.access.privileges import (
    can_execute,
    can_use_schema,
    has_any_column_privilege,
    has_privilege,
)
from rlslint.access.ways import shown_by_views
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import DATA_PRIVILEGES, MIGRATION_ROLE, PUBLIC, Role
from rlslint.project import Finding, Standing
from rlslint.project.fingerprints import statement_print
from rlslint.project.project import Project
from rlslint.text import Span, Statement

MADE = "made"
"""The statement of findings on a table that stand where it was made."""

_PRIVILEGES = (*DATA_PRIVILEGES, "truncate")
_Object = Relation | Function | Policy | Role


def standing(finding: Finding, told: frozenset[Span] = frozenset()) -> Standing:
    """Return what a finding is known by, but for who reaches its object.

    `told` are the statements that need no telling apart.
    """
    span = finding.span
    others = frozenset(_print(one.span) for one in finding.related if one.span not in told)
    if span in told:
        return Standing(frozenset(), MADE, others)
    if finding.statement is not None and finding.statement.sql:
        return Standing(frozenset(), statement_print(finding.statement.sql), others)
    return Standing(frozenset(), _print(span), others)


def _print(span: Span | None) -> str:
    return "" if span is None else statement_print(span.sql)


class _Reach(NamedTuple):
    """Who gets at an object, and the statements that say no more than that."""

    roles: frozenset[tuple[str, str]]
    told: frozenset[Span]


class Reaching:
    """Tells which roles reach the objects of a project, superusers left aside.

    What is not known of privileges adds nobody: the rules that need it are silent.
    """

    def __init__(self, project: Project) -> None:
        self._catalog = catalog = project.catalog
        self._reached: dict[str, _Reach] = {}
        self._objects: dict[str, list[_Object]] = {}
        relations = (*catalog.unknown_relations.values(), *catalog.relations.known())
        policies = (policy for relation in relations for policy in relation.policies.known())
        functions = catalog.functions.known()
        objects: tuple[_Object, ...] = (
            *catalog.roles.values(), *functions, *relations, *policies
        )  # fmt: skip
        for one in objects:
            self._objects.setdefault(str(one), []).append(one)
        self._roles = tuple(
            role
            for role in dict.fromkeys((PUBLIC, *catalog.roles, *project.runtime.names))
            if role not in (MIGRATION_ROLE, ASSUMED_ROLE)
            and not certainly(is_superuser, catalog, role)
            and not is_probably_superuser(catalog, role)
        )

    def standing(self, finding: Finding) -> Standing:
        """Return what a finding is known by."""
        reached = self._at(finding.object)
        return standing(finding, reached.told)._replace(reach=reached.roles)

    def _at(self, name: str) -> _Reach:
        """Return who reaches an object, or the one that it is a part of."""
        if name not in self._reached:
            objects = self._named(name)
            found = {held for one in objects for held in self._of(one)}
            public = {what for role, what in found if role == PUBLIC}
            own = {(role, what) for role, what in found if role == PUBLIC or what not in public}
            told = {statement.span for one in objects for statement in _telling(one)}
            self._reached[name] = _Reach(frozenset(own), frozenset(told))
        return self._reached[name]

    def _named(self, name: str) -> list[_Object]:
        while name not in self._objects and "." in name:
            name = name.rpartition(".")[0]
        return self._objects.get(name, [])

    def _of(self, one: _Object) -> Iterator[tuple[str, str]]:
        match one:
            case Relation():
                yield from self._on(one, self._granted(one.grants.known()))
                yield from self._through_views(one)
            case Policy():
                relation, admitted = one.relation, frozenset(one.known_roles)
                roles = self._granted(relation.grants.known())
                if PUBLIC not in admitted:
                    roles = (r for r in roles if not admitted.isdisjoint(self._acting_as(r)))
                yield from self._on(relation, roles)
            case Function():
                for role in self._granted(one.grants.known()):
                    if self._holds(role, lambda acting: can_execute(self._catalog, acting, one)):
                        yield role, "EXECUTE"
            case Role():
                for role in self._roles:
                    if role != one.name and one.name in self._acting_as(role):
                        yield role, "SET ROLE"

    def _through_views(self, relation: Relation) -> Iterator[tuple[str, str]]:
        """Yield who gets through a view at a table without row security.

        Where there is row security, that is another finding.
        """
        if not (relation.knows("kind") and relation.is_table and relation.knows("rls_enabled")):
            return
        if relation.rls_enabled:
            return
        for role in self._roles:
            for command in DATA_PRIVILEGES:
                if self._holds(role, partial(self._is_shown, relation, command)):
                    yield role, command.upper()

    def _is_shown(self, relation: Relation, command: str, acting: str) -> bool:
        return shown_by_views(self._catalog, acting, relation, command)

    def _granted(self, grants: Iterable[object]) -> Iterable[str]:
        grantees = (str(getattr(grant, "grantee", PUBLIC)) for grant in grants)
        return dict.fromkeys((*self._roles, *(g for g in grantees if g != MIGRATION_ROLE)))

    def _on(self, relation: Relation, roles: Iterable[str]) -> Iterator[tuple[str, str]]:
        columns = sorted({grant.column for grant in relation.grants.known() if grant.column})
        for role in roles:
            for privilege in _PRIVILEGES:
                yield from self._on_columns(relation, role, privilege, columns)

    def _on_columns(
        self, relation: Relation, role: str, privilege: str, columns: list[str]
    ) -> Iterator[tuple[str, str]]:
        catalog = self._catalog

        def enters(acting: str) -> bool:
            return can_use_schema(catalog, acting, relation.schema)

        def has(column: str | None) -> bool:
            return self._holds(
                role,
                lambda acting: (
                    has_privilege(catalog, acting, relation, privilege, column) and enters(acting)
                ),
            )

        def has_any(acting: str) -> bool:
            return has_any_column_privilege(catalog, acting, relation, privilege)

        if not self._holds(role, has_any):
            return
        words = privilege.upper()
        if has(None):
            yield role, words
        else:
            yield from ((role, f"{words} ({column})") for column in columns if has(column))

    def _holds(self, role: str, question: Callable[[str], bool]) -> bool:
        for acting in self._acting_as(role):
            try:
                if question(acting):
                    return True
            except UnknownFact:
                continue
        return False

    def _acting_as(self, role: str) -> frozenset[str]:
        """Return the roles whose rights a role has, or can take."""
        catalog = self._catalog
        own = certainly_of(inherited_roles, catalog, role)
        return own | certainly_of(settable_roles, catalog, role)


def _telling(one: _Object) -> Iterator[Statement]:
    """Yield the statements that say of an object no more than that it is there, and for whom."""
    relation = one.relation if isinstance(one, Policy) else one
    if isinstance(relation, Relation) and relation.knows("kind") and relation.is_table:
        yield from filter(None, (relation.created,))
    if isinstance(relation, Relation | Function):
        yield from filter(None, (grant.statement for grant in relation.grants.known()))
