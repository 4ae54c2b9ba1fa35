"""What rules look at: the objects of a project, and what its history has done to them.

A kind of subject is the name of its type, which the first annotation of a check names.
"""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog import Catalog, IdleRevoke
from rlslint.catalog.model import Policy, Relation, RemovedPolicy
from rlslint.catalog.roles import DATA_PRIVILEGES, DefaultPrivilege
from rlslint.config.platforms import EXTENSION_SCHEMAS
from rlslint.project.project import Project
from rlslint.text import Statement, StatementPlace


class AlteredPolicy(NamedTuple):
    """A policy of which ALTER POLICY has changed something."""

    policy: Policy

    def __str__(self) -> str:
        return str(self.policy)


class AlteredTable(NamedTuple):
    """A table whose owner, name or row security is not what it was."""

    table: Relation

    def __str__(self) -> str:
        return str(self.table)


class Family(NamedTuple):
    """A table and what is right below it, in the order in which it was made."""

    parent: Relation
    children: tuple[Relation, ...]

    def __str__(self) -> str:
        return str(self.parent)


class Revocation(NamedTuple):
    """What one REVOKE, or a loop, has not taken."""

    idle: tuple[IdleRevoke, ...]

    def __str__(self) -> str:
        return str(self.idle[0].owned)


class DefaultGrants(NamedTuple):
    """The privileges that one statement grants on tables that are made later."""

    statement: Statement
    given: tuple[DefaultPrivilege, ...]

    def __str__(self) -> str:
        return self.given[0].schema or "all schemas"


class Removal(NamedTuple):
    """What a statement, or a loop, took from tables that are still there.

    `along` tells that the policies went with something that they needed.
    """

    policies: tuple[RemovedPolicy, ...]

    @property
    def statement(self) -> Statement:
        return self.policies[0].statement

    @property
    def along(self) -> bool:
        return self.policies[0].along

    def __str__(self) -> str:
        return str(self.policies[0].policy)


def subjects(project: Project) -> Iterator[tuple[str, object]]:
    """Yield all that rules look at, with the kind that their annotations name.

    What an extension made for itself, such as the chunks of a TimescaleDB table, is its own matter.
    """
    catalog = project.catalog
    for refusal in catalog.refusals:
        yield "Refusal", refusal
    for dynamic in catalog.dynamic.values():
        yield "Dynamic", dynamic
    for access in project.row_accesses:
        yield "RowAccess", access
    for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
        if relation.schema in EXTENSION_SCHEMAS:
            continue
        if relation.is_beyond_history:
            # What nothing has touched since a platform made it is nobody's to mend.
            if not relation.knows("rls_enabled") or relation.statements:
                yield "Table", relation
        elif relation.is_table:
            yield "Table", relation
            if is_altered(relation):
                yield "AlteredTable", AlteredTable(relation)
        elif relation.is_view or relation.is_materialized_view:
            yield "View", relation
        elif relation.is_foreign_table:
            yield "ForeignTable", relation
        for rule in relation.rules if relation.knows("rules") else ():
            yield "RewriteRule", rule
        for missed in relation.missed:
            yield "MissedDrop", missed
        for policy in relation.policies.known():
            yield "Policy", policy
        for altered in altered_policies(relation):
            yield "AlteredPolicy", altered
    for family in families(project):
        yield "Family", family
    for reversal in catalog.reversals:
        yield "Reversal", reversal
    for revocation in revocations(catalog):
        yield "Revocation", revocation
    for grants in default_grants(catalog):
        yield "DefaultGrants", grants
    for removal in removals(catalog):
        yield "Removal", removal
    for function in catalog.functions.known():
        yield "Function", function
    for role in catalog.roles.values():
        yield "Role", role
    for setting in catalog.stored_settings():
        yield "StoredSetting", setting
    for publication in catalog.publications.known():
        yield "Publication", publication
    for schema in catalog.schemas.values():
        if any(grant.statement for grant in schema.grants.known()):
            yield "Schema", schema
    for query in project.queries:
        yield "QuerySite", query
    for trace in project.traces:
        yield "SessionTrace", trace
    for connection in project.connections:
        yield "Connection", connection
    for facts in project.deployment._replace(workloads=()):  # No rule is about one alone.
        for fact in facts:
            yield type(fact).__name__, fact
    for script in project.outside:
        yield "OutsideScript", script


def is_altered(relation: Relation) -> bool:
    """Tell whether a relation is an AlteredTable."""
    earlier = relation.earlier
    if relation.replaces is not None:
        return True
    if earlier is not None and not earlier.keys().isdisjoint(("owner", "rls_forced")):
        return True
    return was_renamed(relation)


def altered_policies(relation: Relation) -> Iterator[AlteredPolicy]:
    """Yield the policies of a relation that ask, or admit, something else than they did."""
    for policy in relation.policies.known():
        if policy.earlier is not None and not policy.earlier.keys().isdisjoint(_PARTS):
            yield AlteredPolicy(policy)


_PARTS = ("using", "check", "roles")


def was_renamed(table: Relation) -> bool:
    """Tell whether a table or a column of it has another name than it had."""
    earlier = table.earlier
    if earlier is not None and not earlier.keys().isdisjoint(("name", "schema")):
        return True
    columns = table.columns.values() if table.knows("columns") else ()
    return any(one.earlier is not None and "name" in one.earlier for one in columns)


def families(project: Project) -> Iterator[Family]:
    """Yield the tables that have partitions or children."""
    for parent, below in project.ask(children).items():
        yield Family(parent, tuple(below))


def children(project: Project) -> dict[Relation, list[Relation]]:
    """Return the tables that have partitions or children, with what is right below them."""
    found: dict[Relation, list[Relation]] = {}
    for table in project.catalog.tables():
        if not table.knows("partition_of") or not table.knows("parents"):
            continue
        above = table.parents if table.partition_of is None else (table.partition_of,)
        for parent in above:
            found.setdefault(parent, []).append(table)
    return found


def revocations(catalog: Catalog) -> Iterator[Revocation]:
    """Yield the REVOKE statements that left somebody a privilege."""
    found: dict[StatementPlace, list[IdleRevoke]] = {}
    for one in catalog.idle_revokes.values():
        found.setdefault(one.statement.place, []).append(one)
    for idle in found.values():
        yield Revocation(tuple(idle))


def default_grants(catalog: Catalog) -> Iterator[DefaultGrants]:
    """Yield the statements that grant privileges on the rows of later tables."""
    found: dict[StatementPlace, list[DefaultPrivilege]] = {}
    for one in catalog.defaults:
        wanted = one.kind == "tables" and one.privilege in DATA_PRIVILEGES
        if wanted and one.statement is not None:
            found.setdefault(one.statement.place, []).append(one)
    for given in found.values():
        statement = given[0].statement
        if statement is not None:
            yield DefaultGrants(statement, tuple(given))


def removals(catalog: Catalog) -> Iterator[Removal]:
    """Yield what took policies from the tables that a history leaves behind."""
    found: dict[tuple[StatementPlace, bool], list[RemovedPolicy]] = {}
    for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
        for removed in relation.removed:
            key = removed.statement.place, removed.along
            found.setdefault(key, []).append(removed)
    for policies in found.values():
        yield Removal(tuple(policies))
