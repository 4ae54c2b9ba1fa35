"""Permissive policies that stand beside one another: PostgreSQL joins them with OR."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access.reach import applicable_policies
from rlslint.access.runtime_roles import Evidence
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import quoted_roles
from rlslint.meaning.admitting import is_tautology
from rlslint.meaning.bounds import bounds_of, is_bounded, unbounded_branches
from rlslint.meaning.context import own_columns
from rlslint.meaning.intents import (
    asks_for_no_owner,
    is_open_to_strangers,
    leaves_rows_out,
    publishes,
    scopes_of,
)
from rlslint.meaning.openings import openings
from rlslint.meaning.tautologies import tautologies
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.conditions import narrowed, unsaid
from rlslint.project.questions.exposure import COMMANDS, VERBS, is_guarded
from rlslint.project.questions.rewording import altered
from rlslint.project.terms import Condition
from rlslint.sql import quoted_identifier
from rlslint.text.sentences import listed, words_of

_SHARING = frozenset(
    ("anon", "anyone", "everybody", "everyone", "global", "public", "publicly", "shared")
)

_SIGNED_IN = tuple(
    frozenset(needed.split())
    for needed in ("signed in", "signedin", "logged in", "loggedin", "authenticated users",
                   "authenticated user", "all authenticated", "any authenticated")
)  # fmt: skip

_SOME_OF_THEM = frozenset(
    [
        "admin",
        "admins",
        "member",
        "members",
        "manager",
        "managers",
        "my",
        "own",
        "owner",
        "owners",
        "staff",
        "their",
    ]
)

_KEEPING_APART = frozenset(("isolate", "isolated", "isolates", "isolation"))


class Neighbour(NamedTuple):
    """A permissive policy that applies beside another, for which commands and runtime roles."""

    policy: Policy
    commands: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def verbs(self) -> str:
        """What the roles can do to rows that are there, as a sentence lists it."""
        return listed(VERBS[command] for command in self.commands)


def has_company(policy: Policy) -> bool:
    """Tell whether a permissive policy is not the only one of its table."""
    return policy.permissive and any(
        other is not policy and other.permissive for other in policy.relation.policies.values()
    )


def neighbours(policy: Policy, project: Project) -> tuple[Neighbour, ...]:
    """Return the other permissive policies that apply to rows that a runtime role gets at.

    Only where row security is enabled, the role may use the command, and no restrictive policy
    binds the rows.
    """
    relation = policy.relation
    if not has_company(policy) or policy.using is None or not relation.rls_enabled:
        return ()
    served = served_roles(policy, project)
    found: dict[str, list[tuple[Policy, str, str]]] = {}
    for command in ("select", "update", "delete"):
        if not policy.covers(command):
            continue
        for role in project.reachable_by(relation, command):
            if role not in served or is_guarded(relation, command, role, project):
                continue
            permissive, _ = applicable_policies(project.catalog, relation, role, command)
            for other in permissive:
                if other is not policy and other.using is not None:
                    found.setdefault(other.name, []).append((other, command, role))
    return tuple(
        Neighbour(
            applied[0][0],
            tuple(dict.fromkeys(command for _, command, _ in applied)),
            tuple(dict.fromkeys(role for _, _, role in applied)),
        )
        for applied in found.values()
    )


def binding(found: tuple[Neighbour, ...], project: Project) -> Neighbour | None:
    """Return one whose USING ties every row that it admits to the caller.

    Raises UnknownFact only where none certainly does and one may.
    """
    gap: UnknownFact | None = None
    for one in found:
        try:
            if _binds(one.policy, project):
                return one
        except UnknownFact as unknown:
            gap = unknown
    if gap is not None:
        raise gap
    return None


def bound_neighbour(policy: Policy, project: Project) -> Neighbour | None:
    """Return the first neighbour whose USING ties every row that it admits to the caller.

    Raises UnknownFact only where none certainly does and one may.
    """
    relation = policy.relation
    if not has_company(policy) or policy.using is None or not relation.rls_enabled:
        return None
    served = served_roles(policy, project)
    asked = [
        (command, role)
        for command in ("select", "update", "delete")
        if policy.covers(command)
        for role in project.reachable_by(relation, command)
        if role in served and not is_guarded(relation, command, role, project)
    ]
    gap: UnknownFact | None = None
    for command, role in asked:
        for other, unknown in _binders(project, relation, command, role).items():
            if other is policy:
                continue
            if unknown is not None:
                gap = unknown
                continue
            joint = [pair for pair in asked if other in _binders(project, relation, *pair)]
            return Neighbour(
                other,
                tuple(dict.fromkeys(command for command, _ in joint)),
                tuple(dict.fromkeys(role for _, role in joint)),
            )
    if gap is not None:
        raise gap
    return None


@remembered
def _binders(
    project: Project, relation: Relation, command: str, role: str
) -> dict[Policy, UnknownFact | None]:
    """Return the permissive policies that bind rows to the caller, with why that is not certain."""
    found: dict[Policy, UnknownFact | None] = {}
    for policy in applicable_policies(project.catalog, relation, role, command)[0]:
        try:
            if _binds(policy, project):
                found[policy] = None
        except UnknownFact as unknown:
            found[policy] = unknown
    return found


def _binds(policy: Policy, project: Project) -> bool:
    if policy.using is None:
        return False
    using = project.condition(policy.using, policy.relation)
    return using.ask(is_bounded, using.filled, project.context_functions)


def lets_all_rows_pass(policy: Policy, project: Project) -> bool:
    """Tell whether USING of a policy is true for every row."""
    if policy.using is None:
        return False
    using = project.condition(policy.using, policy.relation)
    return using.ask(is_tautology, using.filled)


def binds_no_row(using: Condition, project: Project) -> bool:
    """Tell whether a condition does not ask whose a row is, and no other rule speaks of that.

    Other rules speak of those that are always true, and of those that open without a context.
    """
    functions = project.context_functions
    if using.ask(bounds_of, functions):
        return False
    if using.ask(tautologies, using.filled, functions):
        return False
    return not using.ask(openings, using.filled, functions)


def admits_by_row_alone(policy: Policy, project: Project) -> bool:
    """Tell whether a policy that binds no row chooses them by what they are.

    One that asks the session only does not. Raises UnknownFact where that cannot be told.
    """
    using, functions = project.terms(policy).using, project.context_functions
    if using is None:
        return False
    everyone = frozenset(project.runtime.names)
    found = using.ask(unbounded_branches, using.filled, functions)
    if any(
        any(map(own_columns, branch.conjuncts))
        and is_open_to_strangers(branch, everyone, functions)
        for branch in found
    ):
        return True
    if any(branch.kind == "opaque" for branch in found):
        raise UnknownFact(policy, "what it admits", policy.because("using"))
    return False


def is_meant_for_everyone(policy: Policy, project: Project) -> bool:
    """Tell whether a policy FOR SELECT publishes rows: by its role, its columns or its name."""
    if policy.command != "select" or policy.using is None:
        return False
    runtime = project.runtime
    if runtime.evidence is Evidence.platform and "anon" in policy.roles:
        return True
    using = project.condition(policy.using, policy.relation)
    found = using.ask(unbounded_branches, using.filled, project.context_functions)
    owners = _owner_columns(policy, project)
    if found and all(
        publishes(branch.conjuncts) or asks_for_no_owner(branch.conjuncts, owners)
        for branch in found
    ):
        return True
    return is_called_shared(policy)


def is_called_shared(policy: Policy) -> bool:
    """Tell whether the name of a policy says that its rows are for everyone.

    The name of the table in it, by which generated names begin (`public_docs_select`), does not.
    """
    name, table = policy.name.lower(), policy.relation
    for separator in "_.- ":
        name = name.replace(f"{table.schema}{separator}{table.name}".lower(), "")
    words = words_of(name)
    return not words.isdisjoint(_SHARING) and words.isdisjoint(_KEEPING_APART)


def is_called_for_signed_in(policy: Policy) -> bool:
    """Tell whether the name of a policy says that all who are signed in may do what it allows."""
    words = words_of(policy.name.lower())
    if not words.isdisjoint(_SOME_OF_THEM):
        return False
    return any(words.issuperset(needed) for needed in _SIGNED_IN)


def keeps_rows_out(policy: Policy, project: Project) -> bool:
    """Tell whether USING says which rows to leave out, and nothing of whose they are."""
    if policy.using is None:
        return False
    predicate, functions = project.predicate(policy.using), project.context_functions
    chosen = predicate.ask(scopes_of, functions)
    if not (_owner_columns(policy, project) - chosen).isdisjoint(predicate.ask(own_columns)):
        return False
    return predicate.ask(leaves_rows_out, functions)


def _owner_columns(policy: Policy, project: Project) -> frozenset[int]:
    if not policy.relation.knows("columns"):
        return frozenset()
    return frozenset(column.number for column in project.tenant_columns(policy.relation))


def as_restrictive(policy: Policy, project: Project) -> str:
    """Return SQL that makes a policy again, restrictive this time, or advice.

    ALTER POLICY cannot change that (manual: ALTER POLICY). Where no other permissive policy admits
    rows for one of its commands, it stays, and what binds the rows is added to it.
    """
    conditions = [(clause, clause.sql) for clause in policy.clauses]
    if not all(sql for _, sql in conditions):
        return "make the policy again AS RESTRICTIVE, so that it keeps rows out"
    if not _stands_beside(policy, project):
        return bounded(policy, project)
    table, name = policy.relation.sql_name, quoted_identifier(policy.name)
    clauses = [
        f" {'USING' if clause is policy.using else 'WITH CHECK'} ({sql})"
        for clause, sql in conditions
    ]
    return (
        f"DROP POLICY {name} ON {table};\n"
        f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {policy.command.upper()} "
        f"TO {quoted_roles(policy.roles)}{''.join(clauses)};"
    )


def bounded(policy: Policy, project: Project) -> str:
    """Return SQL that adds to a policy what binds the rows of its table elsewhere, or advice."""
    bound = {clause: narrowed(policy, clause, project) for clause in policy.clauses}
    return altered(policy, bound) or unsaid(policy.relation, "the policy")


def _stands_beside(policy: Policy, project: Project) -> bool:
    """Tell whether other permissive policies admit rows for all that a policy is for."""
    return all(
        any(
            other is not policy
            for other in applicable_policies(project.catalog, policy.relation, role, command)[0]
        )
        for role in served_roles(policy, project)
        for command in COMMANDS
        if policy.covers(command) and role in project.reachable_by(policy.relation, command)
    )
