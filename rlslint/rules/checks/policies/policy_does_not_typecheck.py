"""policy-does-not-typecheck: PostgreSQL refuses the policy, and the table goes without it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import platform_spoken_of
from rlslint.catalog.model import Policy
from rlslint.config.platforms import SUPABASE
from rlslint.meaning.mistyped import mistyped_parts
from rlslint.project.findings import Finding, also_shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def policy_does_not_typecheck(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    if not table.knows("columns"):
        return
    for clause in policy.known_clauses:
        on_platform = project.ask(_is_on_supabase)
        found = next(mistyped_parts(clause.expression, table, on_platform), None)
        if found is not None:
            yield Finding(
                object=str(policy),
                message=f"policy {policy.name} on {table} cannot be made: {found.because}",
                span=clause.span(found.part),
                label="is refused",
                help="cast one side to the type of the other",
                related=also_shown((table.created, "the table is created here")),
            )
            return


def _is_on_supabase(project: Project) -> bool:
    return (project.catalog.platform or platform_spoken_of(project.catalog)) is SUPABASE
