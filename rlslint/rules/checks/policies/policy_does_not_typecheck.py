"""policy-does-not-typecheck: PostgreSQL refuses the policy, and the table goes without it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.runtime_roles import platform_spoken_of
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.config.platforms import SUPABASE
from rlslint.meaning.mistyped import Mistyped, mistyped_parts
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def policy_does_not_typecheck(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    if not table.knows("columns"):
        return
    for clause in policy.known_clauses:
        found = _first_refused(clause, table, project)
        if found is not None:
            yield Finding(
                object=str(policy),
                message=f"policy {policy.spoken} on {table} cannot be made: {found.because}",
                span=clause.span(found.part),
                label="is refused",
                help="cast one side to the type of the other",
                related=also_shown((table.created, "the table is created here")),
            )
            return


def _first_refused(clause: Clause, table: Relation, project: Project) -> Mistyped | None:
    """Return what PostgreSQL refuses first; clauses over columns of the same types share it."""
    told = project.ask(_told)
    if clause.predicate not in told:
        on_platform = project.ask(_is_on_supabase)
        told[clause.predicate] = next(mistyped_parts(clause.expression, table, on_platform), None)
    return told[clause.predicate]


def _told(project: Project) -> dict[Predicate, Mistyped | None]:
    """Return what is refused of predicates, which is filled in as they are met."""
    del project
    return {}


def _is_on_supabase(project: Project) -> bool:
    return (project.catalog.platform or platform_spoken_of(project.catalog)) is SUPABASE
