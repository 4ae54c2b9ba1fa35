"""policy-without-grant: a policy admits a role that has no privilege on the table."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.privileges import can_use_schema
from rlslint.catalog.model import Policy, Table
from rlslint.catalog.roles import DATA_PRIVILEGES, quoted_roles
from rlslint.config import Confidence
from rlslint.meaning.bounds import is_bounded
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.kept_out import is_granted_something, kept_out
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier

_VERBS = {"select": "read", "insert": "insert into", "update": "change", "delete": "delete from"}


@rule
def policy_without_grant(table: Table, project: Project) -> Iterator[Finding]:
    if not table.policies.known() or not table.rls_enabled or table.is_beyond_history:
        return
    found: dict[Policy, tuple[str, ...]] = {}
    for policy in table.policies.known():
        if roles := kept_out(policy, project):
            found[policy] = roles
    if found:
        yield _finding(table, found, project)


def _finding(table: Table, found: dict[Policy, tuple[str, ...]], project: Project) -> Finding:
    first, *others = found
    roles = tuple(dict.fromkeys(role for kept in found.values() for role in kept))
    commands = [c for c in DATA_PRIVILEGES if any(policy.covers(c) for policy in found)]
    nothing = len(commands) == len(DATA_PRIVILEGES)
    what = "use" if nothing else " or ".join(_VERBS[command] for command in commands)
    is_sure = all(is_granted_something(role, project) for role in roles)
    return Finding(
        object=str(first),
        message=f"{spoken(roles)} cannot {what} {table}, because policy {first.spoken} admits rows "
        "to who has no privilege on the table: a policy grants none",
        span=shown(first.because("roles")),
        label=f"for {quoted_roles(found[first])}, without a privilege",
        help=_help(table, found, roles, commands, project),
        related=also_shown(*((one.created, f"so is policy {one.spoken}") for one in others)),
        confidence=None if is_sure else Confidence.medium,
    )


def _help(
    table: Table,
    found: dict[Policy, tuple[str, ...]],
    roles: tuple[str, ...],
    commands: list[str],
    project: Project,
) -> str:
    """Return the GRANT that the policies wait for, or advice where they admit more than one's own.

    Who is to read everything, nobody but the project knows.
    """
    words = ", ".join(command.upper() for command in commands)
    conditions = [project.condition(clause, table) for policy in found for clause in policy.clauses]
    if not all(one.ask(is_bounded, one.filled, project.context_functions) for one in conditions):
        return f"grant {quoted_roles(roles)} what it is to do with {table}, or drop the policy"
    lines = [f"GRANT {words} ON {table.sql_name} TO {quoted_roles(roles)};"]
    outside = [r for r in roles if not can_use_schema(project.catalog, r, table.schema)]
    if outside:
        schema = quoted_identifier(table.schema)
        lines.insert(0, f"GRANT USAGE ON SCHEMA {schema} TO {quoted_roles(outside)};")
    return "\n".join(lines)
