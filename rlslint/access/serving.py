"""Whether a role that would not be filtered serves requests, and which tables that concerns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from rlslint import NamedTuple
from rlslint.access import ASSUMED_ROLE, can_log_in, inherited_roles, is_declared
from rlslint.access.data_roles import escapes_row_security, is_administrative
from rlslint.access.ownership import Answer
from rlslint.access.runtime_roles import Evidence, RuntimeRoles
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import DATA_PRIVILEGES, PUBLIC
from rlslint.text import CatalogText, Span
from rlslint.text.sentences import words_of

_COPYING = frozenset(
    """backup backups barman dump dumper pgbackrest repl replica replication replicator
    """.split()  # noqa: SIM905
)


class Serving(NamedTuple):
    """Whether a role serves requests; `because` is a clause for messages, `spans` its places."""

    answer: Answer
    because: str = ""
    spans: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        raise TypeError("a Serving may be yes, no or maybe: compare its answer")


def serves(catalog: Catalog, runtime: RuntimeRoles, role: str) -> Serving:
    """Tell whether requests are served by `role`.

    Maybe where it can log in, as far as is known, and is granted rows of a table with row
    security, though the runtime roles are others, and where it gets past all policies and is
    connected, but perhaps for administration. A role that is called after administration does
    not, unless more than grants and policies says so.
    """
    if role in runtime.names:
        if runtime.is_inferred(role) and len(runtime.names) > 1 and is_administrative(role):
            return Serving(Answer.no)
        reason = runtime.reason(role)
        doubtful = reason.doubtful and escapes_row_security(catalog, role)
        return Serving(Answer.maybe if doubtful else Answer.yes, reason.because, reason.spans)
    if runtime.evidence in (Evidence.configuration, Evidence.platform):
        return Serving(Answer.no)
    aside = runtime.bypassing | runtime.migrating
    # What a role that is made elsewhere may do is not known.
    logs_in = can_log_in(catalog, role) or not is_declared(catalog, role)
    if role in aside or not logs_in or is_administrative(role):
        return Serving(Answer.no)
    spans = tuple(dict.fromkeys(_granting(catalog, role)))
    if not spans:
        return Serving(Answer.no)
    shown = any(isinstance(span.text, CatalogText) for span in spans)
    because = "it is granted privileges" if shown else "the migrations grant it privileges"
    return Serving(Answer.maybe, because, spans)


def makes_copies(catalog: Catalog, role: str) -> bool:
    """Tell whether a role is there for backups or replication: it has to see all rows."""
    known = catalog.roles.get(role)
    replicates = known is not None and known.replication
    return replicates or not _COPYING.isdisjoint(words_of(role))


@remembered
def protected_tables(catalog: Catalog) -> tuple[Relation, ...]:
    """Return the tables with row security, by name, what a platform made without policies aside.

    Raises UnknownFact only where none is certain and one is possible.
    """
    found: list[Relation] = []
    gap: UnknownFact | None = None
    for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
        if not relation.knows("rls_enabled"):
            gap = gap or UnknownFact(relation, "rls_enabled", relation.unknown["rls_enabled"])
        elif relation.rls_enabled and not _is_untouched(relation):
            found.append(relation)
    if gap is not None and not found:
        raise gap
    return tuple(sorted(found, key=str))


def _is_untouched(relation: Relation) -> bool:
    """Tell whether a relation is as a platform made it."""
    return relation.is_beyond_history and not relation.statements and not relation.policies.known()


def in_words(tables: Sequence[Relation]) -> str:
    """Return "public.docs and 3 other tables": the first of some tables, and how many more."""
    others = len(tables) - 1
    if not others:
        return str(tables[0])
    return f"{tables[0]} and {others} other table{'s' if others > 1 else ''}"


def _granting(catalog: Catalog, role: str) -> Iterator[Span]:
    """Yield what grants a role, or one that it inherits from, rows of protected tables."""
    granted = _granted_rows(catalog)
    if not granted:
        return
    grantees = granted if role == ASSUMED_ROLE else {role, *inherited_roles(catalog, role)}
    found = [place for name in grantees for place in granted.get(name, ())]
    for _, span in sorted(found, key=lambda place: place[0]):
        yield span


@remembered
def _granted_rows(catalog: Catalog) -> dict[str, list[tuple[int, Span]]]:
    """Return the places of all grants on protected tables by grantee, numbered in their order."""
    found: dict[str, list[tuple[int, Span]]] = {}
    number = count()
    for table in protected_tables(catalog):
        for privilege in DATA_PRIVILEGES:
            for grant in table.grants.known():
                if grant.privilege != privilege or grant.statement is None:
                    continue
                if grant.grantee != PUBLIC:
                    place = next(number), grant.statement.span
                    found.setdefault(grant.grantee, []).append(place)
    return found
