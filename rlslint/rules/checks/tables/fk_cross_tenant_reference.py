"""fk-cross-tenant-reference: a row may refer to a row of another tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import relations_looked_up, restricts
from rlslint.access.wording import spoken
from rlslint.catalog.model import Column, Constraint, Relation, Table
from rlslint.config.scales import Confidence
from rlslint.project.findings import Finding, also_shown, shown
from rlslint.project.project import Project, is_called_tenant
from rlslint.rules.registry import rule
from rlslint.text.sentences import words_of

_PERSONS = frozenset(("author", "creator", "member", "owner", "profile", "user"))
"""Words of columns that hold a person: others may refer to what is theirs."""


@rule
def fk_cross_tenant_reference(table: Table, project: Project) -> Iterator[Finding]:
    if not any(one.kind == "foreign" for one in table.constraints.known()):
        return
    if not table.rls_enabled or table.partition_of is not None:
        return
    crossings = [
        found
        for constraint in table.constraints.known()
        if constraint.kind == "foreign" and constraint.referenced is not None
        if (found := _crossing(table, constraint, constraint.referenced, project)) is not None
    ]
    if crossings:
        first, *others = sorted(crossings, key=lambda one: not one.is_guessable)
        yield _finding(table, first, others, project)


class _Crossing(NamedTuple):
    """A foreign key that leaves the column of the tenant out, and who may write such rows."""

    constraint: Constraint
    referenced: Relation
    column: Column
    writers: tuple[str, ...]

    @property
    def is_guessable(self) -> bool:
        """Whether somebody may guess keys of rows that they cannot see: they are no UUIDs."""
        keys = map(self.referenced.column, self.constraint.referenced_columns)
        return not any(key is not None and key.type == "uuid" for key in keys)


def _crossing(
    table: Table, constraint: Constraint, referenced: Relation, project: Project
) -> _Crossing | None:
    if not referenced.knows("rls_enabled") or not referenced.rls_enabled:
        return None
    if _is_looked_up(table, referenced, project):
        return None
    theirs = {column.name: column for column in project.tenant_columns(referenced)}
    for column in project.tenant_columns(table):
        other = theirs.get(column.name)
        if other is None or not _is_of_tenant(column, project):
            continue
        if column.number in constraint.columns or other.number in constraint.referenced_columns:
            continue
        writers = tuple(
            role
            for role in project.reachable_by(table, "insert", "update")
            if restricts(project.catalog, role, referenced, "select")
        )
        if writers:
            return _Crossing(constraint, referenced, column, writers)
    return None


def _is_of_tenant(column: Column, project: Project) -> bool:
    if is_called_tenant(column.name):
        return True
    read = project.bound_values.get(column.name)
    return (
        read is not None and read.kind == "setting" and _PERSONS.isdisjoint(words_of(column.name))
    )


def _is_looked_up(table: Table, referenced: Relation, project: Project) -> bool:
    """Tell whether the policies of a table look at what its rows refer to."""
    return any(
        referenced in project.predicate(clause).ask(relations_looked_up, project.catalog)
        for policy in table.policies.known()
        for clause in policy.known_clauses
    )


def _finding(
    table: Table, crossing: _Crossing, others: list[_Crossing], project: Project
) -> Finding:
    constraint, referenced, column, writers = crossing
    names = ", ".join(one.name for n in constraint.columns if (one := table.column(n)) is not None)
    more = f" (and {len(others)} more keys)" if others else ""
    return Finding(
        object=str(table),
        message=f"{spoken(writers)} can let rows of {table} refer to any tenant's row of "
        f"{referenced}, and learn which there are: foreign keys pass by policies, and this one "
        f"leaves {column.name} out{more}",
        span=shown(constraint.statement),
        label=f"{names} may be another tenant's",
        help=f"let the key be ({column.name}, {names}), and {referenced} have a unique one like it",
        related=also_shown(
            (referenced.because("rls_enabled"), f"row security of {referenced} is enabled here"),
            *((one.constraint.statement, "so is this key") for one in others),
            beside=constraint.statement,
        ),
        confidence=_confidence(crossing, project),
    )


def _confidence(crossing: _Crossing, project: Project) -> Confidence | None:
    if project.runtime.assumed:
        return Confidence.low
    return None if crossing.is_guessable else Confidence.medium
