"""granted-command-without-policy: a privilege that no policy lets a role use on any row."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import Table
from rlslint.catalog.roles import Grant, quoted_roles
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.unserved_commands import UnservedCommands, unserved
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed

_VERBS = {"insert": "insert", "update": "change", "delete": "delete"}


@rule
def granted_command_without_policy(table: Table, project: Project) -> Iterator[Finding]:
    for one in unserved(table, project):
        # Where none is for SELECT the others hardly work: write-without-select-policy.
        if one.served["select"] and one.left_out:
            yield _finding(table, one)
            return


def _finding(table: Table, one: UnservedCommands) -> Finding:
    commands = one.left_out
    grants = [grant for name in commands for grant in one.granted[name]]
    statement, policy = grants[0].statement, one.served["select"][0]
    words = [name.upper() for name in commands]
    verbs = listed([_VERBS[name] for name in commands])
    return Finding(
        object=str(table),
        message=f"{spoken((one.role,))} can {verbs} no row of {table} though it is granted "
        f"{listed(words)}: no policy is for that",
        span=shown(statement),
        label="grants what no policy admits",
        help=f"REVOKE {', '.join(words)} ON {table.sql_name} FROM "
        f"{quoted_roles(grant.grantee for grant in grants)};",
        related=also_shown(
            (policy.created, f"policy {policy.spoken} is for {policy.command.upper()}"),
            (table.because("rls_enabled"), "row security is enabled here"),
            beside=statement,
        ),
        severity=None if _is_forgotten(table, grants) else Severity.info,
        confidence=Confidence.medium,
    )


def _is_forgotten(table: Table, grants: list[Grant]) -> bool:
    """Tell whether nobody has thought of who writes: where policies serve some, somebody has."""
    writes = any(
        policy.permissive and any(map(policy.covers, _VERBS)) for policy in table.policies.known()
    )
    return not writes and any(map(_names_table, grants))


def _names_table(grant: Grant) -> bool:
    """Tell whether a statement grants on the table itself, not on all there is or will be."""
    return not grant.swept and grant.statement is not None and grant.statement.kind == "GrantStmt"
