"""app-role-member-of-owner: a role of the application inherits the owner's way past policies."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.data_roles import escapes_row_security
from rlslint.access.ownership import Answer, owning_membership
from rlslint.access.serving import in_words, protected_tables, serves
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import Membership, Role
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.ordinary_roles import keeping
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier


@rule
def app_role_member_of_owner(role: Role, project: Project) -> Iterator[Finding]:
    serving = serves(project.catalog, project.runtime, role.name)
    if serving.answer is not Answer.yes or escapes_row_security(project.catalog, role.name):
        return
    for membership, tables in _owned(role.name, project).items():
        if not any(
            membership.statement in {other.statement for other in _owned(name, project)}
            for name in project.runtime.names[: project.runtime.names.index(role.name)]
        ):
            yield _finding(role, membership, tables, project)


def _owned(role: str, project: Project) -> dict[Membership, list[Relation]]:
    """Return the tables whose policies a role passes by, for each membership that lets it.

    A table that was forced and then no more is the business of the statement that took it back.
    """
    found: dict[Membership, list[Relation]] = {}
    if project.uses_row_security and any(_memberships(role, project)):
        for table in protected_tables(project.catalog):
            if table.rls_forced or "rls_forced" in table.statements:
                continue
            membership = owning_membership(project.catalog, project.runtime, role, table)
            if membership is not None:
                found.setdefault(membership, []).append(table)
    return found


def _memberships(role: str, project: Project) -> Iterator[Membership]:
    known = project.catalog.roles.get(role)
    if known is not None:
        yield from known.memberships.values()


def _finding(
    role: Role, membership: Membership, tables: list[Relation], project: Project
) -> Finding:
    seen = project.runtime.seen(role.name)
    owner, because = membership.role, f" ({seen})" if seen else ""
    statement, owned = membership.statement, tables[0].because("owner")
    return Finding(
        object=role.name,
        message=f"{role} can read and write every tenant's rows of {in_words(tables)}, "
        f"because as a member of {owner} it has the rights of the owner, whom no policy filters "
        f"where row security is not forced{because}",
        span=shown(statement),
        label=f"gives {role} the rights of {owner}",
        help="\n".join(
            (
                *keeping(role.name, tables, project),
                f"REVOKE {quoted_identifier(owner.name)} FROM {quoted_identifier(role.name)};",
            )
        ),
        related=also_shown((owned, f"{tables[0]} belongs to its owner by this"), beside=statement),
    )
