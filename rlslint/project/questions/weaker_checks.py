"""Policies whose WITH CHECK lets go of a column that their USING binds to the caller."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access.reach import applicable_policies
from rlslint.catalog.model import Column, Policy
from rlslint.catalog.predicates import Clause
from rlslint.meaning.admitting import is_tautology
from rlslint.project.project import Project
from rlslint.project.questions.new_rows import (
    is_checked_elsewhere,
    lost_columns,
    unchecked_branch,
    writers,
)
from rlslint.project.terms import Terms


class WeakerCheck(NamedTuple):
    """The columns that are let go of, and which runtime roles may write them by which commands.

    `readers` are other policies that show the roles only rows whose columns are bound: PostgreSQL
    asks these of a new row as well where an UPDATE reads a column. Empty where some show more.
    """

    using: Clause
    check: Clause
    columns: tuple[Column, ...]
    roles: tuple[str, ...]
    commands: tuple[str, ...]
    readers: tuple[Policy, ...]

    @property
    def names(self) -> str:
        """The columns, as a sentence lists them."""
        return " and ".join(column.name for column in self.columns)

    @property
    def is_for_blind_updates(self) -> bool:
        """Whether only an UPDATE that reads no column gets rows past the other policies."""
        return self.commands == ("update",) and bool(self.readers)


def checks_other_than_it_filters(terms: Terms, project: Project) -> bool:
    """Tell whether a policy that changes rows has a WITH CHECK that differs from its USING."""
    del project
    using, check = terms.using, terms.check
    if using is None or check is None or terms.command not in ("all", "update"):
        return False
    return using.written is not check.written


def weaker_check(policy: Policy, project: Project) -> WeakerCheck | None:
    """Return what a policy lets roles of the application write, None where all stays bound."""
    return project.ask(_weaker_check, policy)


def _weaker_check(project: Project, policy: Policy) -> WeakerCheck | None:
    using, check = policy.using, policy.check
    if using is None or check is None or not policy.relation.rls_enabled:
        return None
    columns = lost_columns(using, check, policy.relation, project)
    if not columns:
        return None
    found = [
        (command, role)
        for command in ("insert", "update")
        if policy.covers(command)
        for role in writers(policy, command, columns, project)
        if not is_checked_elsewhere(policy, command, role, columns, project)
    ]
    if not found:
        return None
    commands, roles = (tuple(dict.fromkeys(words)) for words in zip(*found, strict=True))
    readers = _readers(policy, roles, columns, project)
    return WeakerCheck(using, check, columns, roles, commands, readers)


def _readers(
    policy: Policy, roles: tuple[str, ...], columns: tuple[Column, ...], project: Project
) -> tuple[Policy, ...]:
    found: dict[Policy, None] = {}
    for role in roles:
        permissive, restrictive = applicable_policies(
            project.catalog, policy.relation, role, "select"
        )
        binding = [one for one in restrictive if _shows_bound(one, columns, project)]
        if not binding:
            if not all(_shows_bound(one, columns, project) for one in permissive):
                return ()
            binding = [*permissive]
        found |= dict.fromkeys(one for one in binding if one is not policy)
    return tuple(found)


def _shows_bound(policy: Policy, columns: tuple[Column, ...], project: Project) -> bool:
    if policy.using is None:
        return policy.permissive
    return unchecked_branch(policy.using, columns, policy.relation, project) is None


def as_strict(policy: Policy, weaker: WeakerCheck, project: Project) -> str:
    """Return the ALTER POLICY that binds new rows as USING binds old ones, or advice."""
    condition, check = weaker.using.sql or "", weaker.check
    if condition and check.sql is not None and not project.predicate(check).ask(is_tautology):
        condition = f"({condition}) AND ({check.sql})"
    if not condition:
        return f"bind {weaker.names} in WITH CHECK as USING does"
    return f"ALTER POLICY {policy.sql_name} WITH CHECK ({condition});"
