"""What a policy opens, whose rows these are, and whether a restrictive one keeps them apart."""

from __future__ import annotations

from rlslint import NamedTuple, Pattern
from rlslint.access import spoken
from rlslint.access.reach import applicable_policies
from rlslint.access.runtime_roles import Evidence
from rlslint.catalog.model import Column, Policy, Relation, RemovedPolicy
from rlslint.catalog.predicates import Clause
from rlslint.catalog.provided import platform_table
from rlslint.config.platforms import ANONYMOUS
from rlslint.meaning.bounds import bounds_of, is_bounded
from rlslint.meaning.context import ContextRead
from rlslint.meaning.deciding import is_literally_true
from rlslint.meaning.openings import openings
from rlslint.project.project import Project, is_only_key
from rlslint.project.questions import is_refused, served_roles
from rlslint.text.sentences import listed

COMMANDS = ("select", "insert", "update", "delete")
"""The commands that policies are for."""

VERBS = {"select": "read", "update": "change", "delete": "delete"}
"""What the commands do to rows that are there."""


_PRIVATE = Pattern(
    r"(?:.*_)?(?:address(?:es)?|balance|billing\w*|birth\w*|cards?|dob|e?mails?|hash|iban|ip|keys?"
    r"|login\w*|mobile|passwd|passwords?|phones?|salary|secrets?|ssn|stripe\w*|tax\w*|tokens?)"
    r"(?:_.*)?"
)
"""Names of columns that a list of users is not for."""


class Admission(NamedTuple):
    """What a permissive policy lets the runtime roles do, unless its clause binds the rows.

    `commands` are those for which no restrictive policy binds them either.
    """

    roles: tuple[str, ...]
    commands: tuple[str, ...]

    @property
    def who(self) -> str:
        """The roles, as the subject of a sentence."""
        return spoken(self.roles)

    @property
    def what(self) -> str:
        """What the roles can do to rows that are there."""
        verbs = [VERBS[command] for command in self.commands if command in VERBS]
        return listed(verbs or ["insert"])


def admission(policy: Policy, project: Project) -> Admission | None:
    """Return what a permissive policy is about, None where it serves no tenant or is guarded."""
    if not policy.permissive:
        return None
    admitted = {
        command: [
            role
            for role in served_roles(policy, project)
            if not is_refused(policy.relation, command, role, project)
        ]
        for command in COMMANDS
        if policy.covers(command)
    }
    commands = tuple(
        command
        for command, roles in admitted.items()
        if any(
            not is_guarded(policy.relation, command, role, project)
            and not _has_lost_its_guard(policy, command, role, project)
            for role in roles
        )
    )
    roles = dict.fromkeys(role for command in commands for role in admitted[command])
    return Admission(tuple(roles), commands) if commands else None


def _has_lost_its_guard(policy: Policy, command: str, role: str, project: Project) -> bool:
    """Tell whether a restrictive policy made this one harmless until it was dropped.

    Then the fault is what dropped it: drop-restrictive-policy or cascade-drops-policy.
    """
    return any(
        policy in lost.opened
        and command in lost.admission.commands
        and role in lost.admission.roles
        for removed in policy.relation.removed
        if (lost := lost_guard(removed, project)) is not None
    )


class LostGuard(NamedTuple):
    """What a restrictive policy kept from runtime roles that `opened` policies admit now."""

    admission: Admission
    opened: tuple[Policy, ...]


def lost_guard(removed: RemovedPolicy, project: Project) -> LostGuard | None:
    """Return what a restrictive policy that is gone kept back and nothing keeps back now."""
    return project.ask(_lost_guard, removed)


def _lost_guard(project: Project, removed: RemovedPolicy) -> LostGuard | None:
    policy, relation = removed.policy, removed.policy.relation
    if policy.permissive or not relation.rls_enabled:
        return None
    opened: dict[Policy, None] = {}
    found: dict[tuple[str, str], None] = {}
    for command in COMMANDS:
        if not policy.covers(command) or not _guards(policy, command, project, strictly=False):
            continue
        for role in served_roles(policy, project):
            if role not in project.reachable_by(relation, command):
                continue
            if not _relies_on(policy, command, role, project):
                continue
            before = [
                one
                for one in applicable_policies(project.catalog, relation, role, command)[0]
                if _is_older(one, removed) and not _guards(one, command, project, strictly=True)
            ]
            opened |= dict.fromkeys(before)
            if before:
                found[command, role] = None
    if not found:
        return None
    roles = tuple(dict.fromkeys(role for _, role in found))
    return LostGuard(
        Admission(roles, tuple(dict.fromkeys(command for command, _ in found))), tuple(opened)
    )


def _is_older(policy: Policy, removed: RemovedPolicy) -> bool:
    """Tell whether a policy was there when another one was removed."""
    return policy.created is None or policy.created.number < removed.statement.number


def restricted(policy: Policy, project: Project) -> Admission | None:
    """Return what a restrictive policy is about, None where others bind the rows without it."""
    roles = served_roles(policy, project)
    commands = tuple(
        command
        for command in COMMANDS
        if policy.covers(command)
        and any(_relies_on(policy, command, role, project) for role in roles)
    )
    return Admission(roles, commands) if commands else None


def _relies_on(policy: Policy, command: str, role: str, project: Project) -> bool:
    permissive, others = applicable_policies(project.catalog, policy.relation, role, command)
    if any(_guards(p, command, project, strictly=True) for p in others if p is not policy):
        return False
    return any(not _guards(other, command, project, strictly=True) for other in permissive)


def is_guarded(relation: Relation, command: str, role: str, project: Project) -> bool:
    """Tell whether a restrictive policy binds the rows for a command of a role.

    One that fails to do so only for lack of a context counts: that is a fault of its own.
    """
    _, restrictive = applicable_policies(project.catalog, relation, role, command)
    return any(_guards(policy, command, project, strictly=False) for policy in restrictive)


def _guards(policy: Policy, command: str, project: Project, *, strictly: bool) -> bool:
    clause = policy.effective_check if command == "insert" else policy.using
    if clause is None:
        # A permissive policy without the clause in question lets no row pass.
        return policy.permissive
    if opens_without_context(clause, policy.relation, project):
        return not strictly
    condition = project.condition(clause, policy.relation)
    return condition.ask(is_bounded, condition.filled, project.context_functions)


def opens_without_context(clause: Clause, relation: Relation, project: Project) -> bool:
    """Tell whether a clause that binds the rows lets all pass in a session without a context."""
    condition, functions = project.condition(clause, relation), project.context_functions
    return bool(condition.ask(openings, condition.filled, functions))


def belongs_to_nobody(relation: Relation, commands: tuple[str, ...], project: Project) -> bool:
    """Tell whether a table looks shared: nothing says whose its rows are.

    Where no policy of the project binds a row, no column can tell. A table that runtime roles may
    write to is no lookup table then. Raises UnknownFact where the columns are not known.
    """
    if project.is_shared(relation):
        return True
    if project.tenant_columns(relation):
        return False
    writes = tuple(command for command in commands if command != "select")
    if writes and (_has_owned_parent(relation, project) or project.is_divided(relation)):
        return False
    if project.tenant_column_names:
        return True
    if project.runtime.evidence is Evidence.platform:
        return not writes
    return not project.reachable_by(relation, "insert", "update", "delete")


def _has_owned_parent(relation: Relation, project: Project) -> bool:
    return any(
        constraint.kind == "foreign"
        and isinstance(parent := constraint.referenced, Relation)
        and parent is not relation
        and parent.knows("columns")
        and any(
            column.name in project.tenant_column_names for column in project.tenant_columns(parent)
        )
        for constraint in relation.constraints.known()
    )


def is_shared(policy: Policy, exposed: Admission, project: Project) -> bool:
    """Tell whether a policy opens what belongs to nobody: a lookup table.

    What all share is not for callers without an account to change.
    In a project whose policies bind no row at all, one for some of the runtime roles by name says
    nothing either: that role may be the administrator's.
    """
    if may_spoil_what_all_share(policy.relation, exposed, project):
        return False
    if belongs_to_nobody(policy.relation, exposed.commands, project):
        return True
    if platform_table(policy.relation) is not None:
        return False
    return not project.tenant_column_names and len(exposed.roles) < len(project.runtime.names)


def may_spoil_what_all_share(relation: Relation, exposed: Admission, project: Project) -> bool:
    """Tell whether callers without an account may change rows, or add to those that all read."""
    if project.runtime.evidence is not Evidence.platform or project.is_shared(relation):
        return False
    if ANONYMOUS.isdisjoint(exposed.roles):
        return False
    if {"update", "delete"}.intersection(exposed.commands):
        return True
    return "insert" in exposed.commands and any(
        policy.permissive
        and policy.covers("select")
        and policy.using is not None
        and policy.using.ask(is_literally_true)
        for policy in relation.policies.known()
    )


def whose(relation: Relation, project: Project) -> str:
    """Return "whatever its tenant_id", or "" where no column tells whose a row is."""
    columns = project.tenant_columns(relation) if relation.knows("columns") else ()
    names = " and ".join(column.name for column in columns)
    return f", whatever its {names}" if names else ""


def passing_rows(
    relation: Relation, filled: frozenset[int], hides_some: bool, project: Project
) -> str:
    """Return "every row of docs, whatever its tenant_id", or which rows of it pass.

    `filled` are the columns in which a row needs a value; `hides_some` tells that some rows are
    hidden from everybody.
    """
    columns = [relation.column(number) for number in sorted(filled)]
    if names := [column.name for column in columns if column is not None]:
        return f"every row of {relation} that has {listed(names)}"
    rows = "every tenant's rows of" if hides_some else "every row of"
    return f"{rows} {relation}{whose(relation, project) if not hides_some else ''}"


def is_published(policy: Policy, project: Project) -> bool:
    """Tell whether a table may be meant for all to read, though its rows are somebody's.

    So it is where a policy is for SELECT alone, and either names the platform's role for callers
    who are not signed in, or what binds the table's rows elsewhere is who the caller is
    (auth.uid(), current_user) and no tenant, or the table's own key: a list of users or tenants.
    """
    table = policy.relation
    if policy.command != "select":
        return False
    if "anon" in policy.roles and project.runtime.evidence is Evidence.platform:
        return True
    columns = project.tenant_columns(table)
    return bool(columns) and all(
        is_only_key(table, column) or _is_bound_by_identity(table, column, project)
        for column in columns
    )


def is_directory(policy: Policy, project: Project) -> bool:
    """Tell whether a policy shows who there is, and nothing that these would keep to themselves.

    So it is where a policy for SELECT alone shows a table whose rows belong to nobody but what they
    stand for, a user by `id`, and none of its columns is private by its name.
    """
    table = policy.relation
    columns = project.tenant_columns(table)
    return (
        policy.command == "select"
        and bool(columns)
        and all(is_only_key(table, column) for column in columns)
        and not has_private_columns(table)
    )


def has_private_columns(table: Relation) -> bool:
    """Tell whether a column is by its name nothing that the rows' owners would show to all."""
    return any(map(sounds_private, table.columns))


def sounds_private(column: str) -> bool:
    """Tell whether the name of a column is nothing that the rows' owners would show to all."""
    return _PRIVATE().fullmatch(column.lower()) is not None


def is_bound_by_its_own_user(table: Relation, project: Project) -> bool:
    """Tell whether each row of a table stands for a user, and policies go by who that is."""
    columns = project.tenant_columns(table) if table.knows("columns") else ()
    return bool(columns) and all(
        is_only_key(table, column) and _is_bound_by_identity(table, column, project)
        for column in columns
    )


def _is_bound_by_identity(table: Relation, column: Column, project: Project) -> bool:
    """Tell whether the table's own policies, else those of others, compare a column with a user."""
    own = [
        bound
        for policy in table.policies.known()
        for clause in policy.clauses
        for bound in project.predicate(clause).ask(bounds_of, project.context_functions)
        if column.number in bound.columns
    ]
    if own:
        return all(bound.form == "equality" and all(map(_is_user, bound.reads)) for bound in own)
    value = project.bound_values.get(column.name)
    return value is not None and _is_user(value)


def _is_user(read: ContextRead) -> bool:
    return read.kind == "user" or read.name == "auth.uid" or read.path == ("sub",)
