"""read-predicate-grants-write: what a policy for ALL lets others read it lets them write."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.exposure import certainty, filled_columns, is_guarded, served_roles
from rlslint.findings import Finding, Related
from rlslint.meaning.bounds import UnboundedBranch, bounds_of, unbounded_branches
from rlslint.meaning.context import own_columns
from rlslint.meaning.intents import is_open_to_strangers
from rlslint.meaning.missing_context import null_context_branches
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.tautologies import tautologies
from rlslint.new_rows import spoken
from rlslint.project import Project
from rlslint.registry import rule
from rlslint.sql.quoting import quoted_identifier

_VERBS = {"insert": "insert such rows for anyone", "update": "change", "delete": "delete"}


@rule
def read_predicate_grants_write(policy: Policy, project: Project) -> Iterator[Finding]:
    using = policy.using
    if using is None or not policy.permissive or policy.command != "all":
        return
    branch = _reading_branch(policy, using, project)
    if branch is None or not policy.relation.rls_enabled:
        return
    found = [
        (command, role)
        for command in ("update", "delete", "insert")
        if command != "insert" or policy.check is None
        for role in project.reachable_by(policy.relation, command)
        if role in served_roles(policy, project)
        and not is_guarded(policy.relation, command, role, project)
    ]
    if found:
        commands, roles = (tuple(dict.fromkeys(words)) for words in zip(*found, strict=True))
        yield _finding(policy, using, branch, commands, roles, project)


def _reading_branch(policy: Policy, using: Clause, project: Project) -> UnboundedBranch | None:
    """Return the branch that admits rows of others beside one that binds them."""
    predicate, functions = project.predicate(using), project.context_functions
    filled = filled_columns(policy.relation)
    if not predicate.ask(bounds_of, functions) or predicate.ask(tautologies, filled, functions):
        return None
    if predicate.ask(null_context_branches, filled, functions):
        return None
    everyone = frozenset(project.runtime.names)
    found = predicate.ask(unbounded_branches, filled, functions)
    for branch in found:
        asks_row = any(map(own_columns, branch.conjuncts))
        if asks_row and is_open_to_strangers(branch, everyone, functions):
            return branch
    if any(branch.kind == "opaque" for branch in found):
        raise UnknownFact(policy, "what it admits", policy.because("using"))
    return None


def _finding(
    policy: Policy,
    using: Clause,
    branch: UnboundedBranch,
    commands: tuple[str, ...],
    roles: tuple[str, ...],
    project: Project,
) -> Finding:
    table, created = policy.relation, policy.relation.created
    verbs = [_VERBS[command] for command in commands if command != "insert"]
    effect = " and ".join(verbs)
    place = conjunction(branch.conjuncts, -1)
    span = using.span(place)
    shown = f" that meet {' '.join(span.sql.split())}" if span and _is_short(span.sql) else ""
    rows = f"can {effect} rows of others in {table}{shown}" if effect else ""
    if "insert" in commands:
        rows = (
            f"{rows}, and insert such rows"
            if rows
            else f"can insert rows for anyone into {table}{shown}"
        )
    name = quoted_identifier(policy.name)
    target = f"{quoted_identifier(table.schema)}.{quoted_identifier(table.name)}"
    return Finding(
        object=str(policy),
        message=f"{spoken(roles)} {rows}: policy {policy.name} is for ALL commands, and this "
        "branch of its condition does not ask whose the row is",
        span=span,
        label="admits writers too",
        help=f"-- keep this branch in a policy FOR SELECT, and bind the rest:\n"
        f"ALTER POLICY {name} ON {target} USING (…);",
        related=(Related(created.span, "the table is created here"),) if created else (),
        confidence=certainty(project),
    )


def _is_short(sql: str) -> bool:
    return len(sql) <= 60
