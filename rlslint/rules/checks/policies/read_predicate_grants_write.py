"""read-predicate-grants-write: what a policy for ALL lets others read it lets them write."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import quoted_roles
from rlslint.meaning.bounds import UnboundedBranch, bounds_of, unbounded_branches
from rlslint.meaning.context import own_columns
from rlslint.meaning.intents import is_open_to_strangers
from rlslint.meaning.openings import openings
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.tautologies import tautologies
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty, served_roles
from rlslint.project.questions.conditions import closed
from rlslint.project.questions.escape_branches import escape_branches
from rlslint.project.questions.exposure import is_guarded
from rlslint.project.questions.ownerless import is_ownerless
from rlslint.project.questions.rewording import altered
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql import free_name, quoted_identifier
from rlslint.sql.plain_spelling import plain
from rlslint.text.sentences import listed

_VERBS = {"update": "change", "delete": "delete", "insert": "insert"}


def _binds_some_rows(terms: Terms, project: Project) -> bool:
    """Tell whether a branch admits rows that others leave to whose they are."""
    using, functions = terms.using, project.context_functions
    if using is None or not terms.permissive or terms.command != "all":
        return False
    if not using.ask(bounds_of, functions) or using.ask(tautologies, using.filled, functions):
        return False
    if using.ask(openings, using.filled, functions):
        return False
    return bool(using.ask(unbounded_branches, using.filled, functions))


@rule(where=_binds_some_rows)
def read_predicate_grants_write(policy: Policy, project: Project) -> Iterator[Finding]:
    using = policy.using
    if using is None:
        return
    branch = _reading_branch(policy, using, project)
    if branch is None or not policy.relation.rls_enabled:
        return
    found = [
        (command, role)
        for command in _VERBS
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
    condition, functions = project.condition(using, policy.relation), project.context_functions
    everyone = frozenset(project.runtime.names)
    escaped = {escape.branch for escape in escape_branches(policy, project)}
    found = condition.ask(unbounded_branches, condition.filled, functions)
    for branch in found:
        asks_row = any(map(own_columns, branch.conjuncts))
        if not asks_row or branch in escaped or is_ownerless(branch, policy.relation, project):
            continue
        if is_open_to_strangers(branch, everyone, functions):
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
    span = using.span(conjunction(branch.conjuncts, -1))
    condition = plain(span) if span is not None else ""
    shown = f" that meet {condition}" if _is_short(condition) else ""
    effect = listed(_VERBS[command] for command in commands)
    return Finding(
        object=str(policy),
        message=f"{spoken(roles)} can {effect} rows of others in {table}{shown}: policy "
        f"{policy.spoken} is for ALL commands, and a branch of its condition does not ask whose "
        "the row is",
        span=span,
        label="admits writers as well as readers",
        help=_help(policy, using, project),
        related=also_shown((created, "the table is created here")),
        confidence=certainty(project),
    )


def _help(policy: Policy, using: Clause, project: Project) -> str:
    """Return SQL that leaves the condition to readers, and to writers what binds the rows."""
    roles = quoted_roles(policy.roles)
    functions = project.context_functions
    bound = closed(
        policy,
        using,
        project,
        lambda one: bool(one.ask(unbounded_branches, one.filled, functions)),
    )
    if using.sql is None or not bound:
        return "leave this policy to SELECT, and give the writing commands one that binds the rows"
    mended = altered(policy, {using: bound})
    name = quoted_identifier(free_name(f"{policy.name}_read", _names(policy)))
    table = policy.relation.sql_name
    reading = f"CREATE POLICY {name} ON {table} FOR SELECT TO {roles} USING ({using.sql});"
    return f"{reading}\n{mended}"


def _names(policy: Policy) -> list[str]:
    return [other.name for other in policy.relation.policies.known()]


def _is_short(sql: str) -> bool:
    return 0 < len(sql) <= 60 and "\n" not in sql
