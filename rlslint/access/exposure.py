"""Which runtime roles get at the rows of a table, and by which statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.access.ownership import Answer, owns
from rlslint.access.privileges import (
    Access,
    access_to,
    can_use_schema,
    gives,
    grants_to,
    has_any_column_privilege,
)
from rlslint.access.reach import applicable_policies, not_exempt, row_security_active
from rlslint.access.runtime_roles import RuntimeRoles
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import DATA_PRIVILEGES, Grant
from rlslint.config import Confidence
from rlslint.meaning.deciding import is_always_true
from rlslint.text import Related, Span, Statement, Text

_MOST_SHOWN = 20
"""How many grants of one file a finding points to."""


class Exposure(NamedTuple):
    """That runtime roles can read or write rows of a table.

    `privileges` are those of DATA_PRIVILEGES that any of them holds. `because` tells what makes it
    uncertain, "" where it is certain; then `confidence` is None. `statements` granted the
    privileges; a platform's default privileges have none.
    """

    roles: tuple[str, ...]
    privileges: frozenset[str]
    because: str
    confidence: Confidence | None
    statements: tuple[Statement, ...]

    @property
    def is_granted(self) -> bool:
        """Whether more than an assumption says that the roles get at the table."""
        return self.confidence is None or bool(self.statements)

    @property
    def who(self) -> str:
        """The roles as the subject of a sentence."""
        return spoken(self.roles)

    @property
    def verb(self) -> str:
        return "read" if "select" in self.privileges else "write"

    @property
    def only_reads(self) -> bool:
        return self.privileges == {"select"}

    def related(self, *shown: Span | None) -> tuple[Related, ...]:
        """Return the places of the first grants of each file, without those that are shown."""
        places: dict[Text, list[Span]] = {}
        for span in dict.fromkeys(statement.span for statement in self.statements):
            of_file = places.setdefault(span.text, [])
            if len(of_file) < _MOST_SHOWN and span not in shown:
                of_file.append(span)
        message = f"{self.who} may {self.verb} rows by this privilege"
        return tuple(
            Related(span, message, opens=True) for spans in places.values() for span in spans
        )


def exposure(
    catalog: Catalog,
    runtime: RuntimeRoles,
    relation: Relation,
    originals: Sequence[Relation] = (),
) -> Exposure | None:
    """Return which runtime roles can read or write rows of a relation, None if none can.

    Of row security on the relation itself nothing is asked. Where there are `originals`, only
    what the row security of one of them would keep from a role counts.
    """
    held = {
        privilege: [
            role
            for role in reachable_by(catalog, runtime, relation, (privilege,))
            if not originals or _any_restricts(catalog, role, originals, privilege)
        ]
        for privilege in DATA_PRIVILEGES
    }
    roles = held["select"] or [role for holders in held.values() for role in holders]
    if roles:
        grants = list(_grants(catalog, relation, held))
        because = "nothing says who serves requests" if runtime.assumed else _doubt(grants)
        return Exposure(
            tuple(dict.fromkeys(roles)),
            frozenset(privilege for privilege, holders in held.items() if holders),
            because,
            Confidence.low if because else None,
            tuple(dict.fromkeys(grant.statement for grant in grants if grant.statement)),
        )
    return _of_owner(catalog, runtime, relation, originals)


def restricts(catalog: Catalog, role: str, relation: Relation, privilege: str) -> bool:
    """Tell whether the row security of a relation keeps rows from a role that has the privilege."""
    if not row_security_active(catalog, role, relation):
        return False
    permissive, restrictive = applicable_policies(catalog, relation, role, privilege)
    return bool(restrictive) or not any(_admits_all(policy, privilege) for policy in permissive)


def _any_restricts(
    catalog: Catalog, role: str, relations: Iterable[Relation], privilege: str
) -> bool:
    return any(restricts(catalog, role, relation, privilege) for relation in relations)


def _admits_all(policy: Policy, privilege: str) -> bool:
    clauses = {
        "insert": (policy.effective_check,),
        "update": (policy.using, policy.effective_check),
    }.get(privilege, (policy.using,))
    return all(clause is not None and clause.ask(is_always_true) for clause in clauses)


def _grants(catalog: Catalog, relation: Relation, held: dict[str, list[str]]) -> Iterator[Grant]:
    for privilege, roles in held.items():
        for role in roles:
            yield from grants_to(catalog, role, relation, privilege)


def _doubt(grants: Iterable[Grant]) -> str:
    """Return why perhaps none of the grants was made, "" where one is certain."""
    doubts = {grant.doubt: None for grant in grants}
    return next(iter(doubts), "") if "" not in doubts else ""


def _of_owner(
    catalog: Catalog, runtime: RuntimeRoles, relation: Relation, originals: Sequence[Relation]
) -> Exposure | None:
    """Return the exposure to a role that may own the relation though nothing grants it."""
    if originals and not any(original.rls_forced for original in originals):
        return None
    for role in not_exempt(catalog, runtime, runtime.names):
        ownership = owns(catalog, runtime, role, relation)
        if ownership.answer is Answer.maybe:
            privileges = frozenset(DATA_PRIVILEGES)
            return Exposure((role,), privileges, ownership.because, Confidence.medium, ())
    return None


def reachable_by(
    catalog: Catalog, runtime: RuntimeRoles, relation: Relation, privileges: Iterable[str]
) -> tuple[str, ...]:
    """Return the runtime roles that hold any of the privileges and can use the schema.

    A privilege on one column counts. For those that get past everything see `not_exempt`.
    """
    wanted = tuple(privileges)
    access = access_to(catalog, relation)
    if access is not None:
        return not_exempt(catalog, runtime, roles_admitted(catalog, runtime.names, access, wanted))
    found = tuple(
        role
        for role in runtime.names
        if any(has_any_column_privilege(catalog, role, relation, name) for name in wanted)
        and can_use_schema(catalog, role, relation.schema)
    )
    return not_exempt(catalog, runtime, found)


@remembered
def roles_admitted(
    catalog: Catalog, roles: tuple[str, ...], access: Access, privileges: tuple[str, ...]
) -> tuple[str, ...]:
    """Return which of the roles get at relations of this access; see reachable_by."""
    return tuple(
        role
        for role in roles
        if any(gives(catalog, role, access, name) for name in privileges)
        and can_use_schema(catalog, role, access.schema)
    )
