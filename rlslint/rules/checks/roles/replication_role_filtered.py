"""replication-role-filtered: the first copy of a table is a query, and policies filter it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.access import has_bypassrls, inherited_roles, is_superuser
from rlslint.access.exposure import restricts
from rlslint.access.privileges import grants_to, has_any_column_privilege
from rlslint.access.reach import applicable_policies
from rlslint.access.runtime_roles import Evidence
from rlslint.access.serving import in_words
from rlslint.catalog.model import Relation
from rlslint.catalog.publications import Publication
from rlslint.catalog.roles import PUBLIC, Role
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.replicated import asks_policies, copied_by
from rlslint.project.questions.subscribers import writes_protected
from rlslint.rules.registry import rule
from rlslint.text import Statement
from rlslint.text.sentences import words_of

_RDS_REPLICATION = "rds_replication"
"""Members of this role replicate on Amazon RDS, where nobody grants the attribute."""

_SYNCHRONISING = frozenset(
    """airbyte cdc debezium electric fivetran powersync repl replica replication replicator sync
    """.split()  # noqa: SIM905
)
"""Words of roles that copy tables, though some may write as well."""

_MOST_SHOWN = 10


@rule
def replication_role_filtered(role: Role, project: Project) -> Iterator[Finding]:
    if not role.declared or not project.catalog.publications.known():
        return
    because = _replicates(role, project)
    if because is None or is_superuser(project.catalog, role.name):
        return
    if has_bypassrls(project.catalog, role.name) or _serves(role, project):
        return
    for publication in project.catalog.publications.known():
        if asks_policies(publication):
            continue
        if tables := _filtered(role, publication, project):
            yield _finding(role, because, publication, tables, project)
            return


def _replicates(role: Role, project: Project) -> Statement | None:
    """Return the statement by which a role may replicate, None if it may not."""
    if role.replication:
        return role.because("replication")
    if _RDS_REPLICATION not in inherited_roles(project.catalog, role.name):
        return None
    own = role.memberships.known()
    direct = [one.statement for one in own if one.role.name == _RDS_REPLICATION]
    return next(iter(direct), None) or role.created


def _serves(role: Role, project: Project) -> bool:
    """Tell whether a role with REPLICATION serves requests: publication-unfiltered tells of it."""
    if writes_protected(role, project) and _SYNCHRONISING.isdisjoint(words_of(role.name)):
        return True
    runtime = project.runtime
    return runtime.evidence is Evidence.configuration and role.name in runtime.names


def _filtered(role: Role, publication: Publication, project: Project) -> list[Relation]:
    """Return the tables of which the role copies some rows or none, and no error says so."""
    return [
        table
        for table in copied_by(publication, project)
        if table.knows("rls_enabled")
        and table.rls_enabled
        and has_any_column_privilege(project.catalog, role.name, table, "select")
        and restricts(project.catalog, role.name, table, "select")
        and not _is_thought_of(role, table, project)
    ]


def _is_thought_of(role: Role, table: Relation, project: Project) -> bool:
    """Tell whether a policy is for the role and not for everybody: it says what is copied."""
    permissive, _ = applicable_policies(project.catalog, table, role.name, "select")
    return any(PUBLIC not in policy.roles for policy in permissive)


def _finding(
    role: Role,
    because: Statement,
    publication: Publication,
    tables: Sequence[Relation],
    project: Project,
) -> Finding:
    first = tables[0]
    grants = (
        (grant.statement, f"{role} may read {table} by this privilege")
        for table in tables[:_MOST_SHOWN]
        for grant in grants_to(project.catalog, role.name, table, "select")
    )
    return Finding(
        object=role.name,
        message=f"a first copy by {role} lacks the rows of {in_words(tables)} that policies hide "
        "from it, and no error says so: they apply to the copy and not to the changes that follow",
        span=shown(because),
        label="replicates, and policies bind it",
        help=f"give {role} BYPASSRLS, or on each table a policy of its own: CREATE POLICY … FOR "
        f"SELECT TO {role} USING (true)",
        related=also_shown(
            (first.because("rls_enabled"), f"row security of {first} is enabled here"),
            (publication.created, f"{publication} sends it"),
            *grants,
            beside=because,
        ),
    )
