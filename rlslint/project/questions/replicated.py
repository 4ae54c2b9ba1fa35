"""What a publication sends without asking whose it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rlslint import NamedTuple
from rlslint.catalog.model import Kind, Relation
from rlslint.catalog.publications import Publication
from rlslint.catalog.roles import PUBLIC
from rlslint.meaning.admitting import is_tautology
from rlslint.project.project import Project
from rlslint.project.questions.siblings import lets_all_rows_pass
from rlslint.text import Statement

_SUPABASE_REALTIME = "supabase_realtime"
"""What Supabase's own publications begin with; its server asks the policies for each subscriber."""


def asks_policies(publication: Publication) -> bool:
    """Tell whether who receives a publication asks the policies for whomever it hands rows to."""
    return publication.name.startswith(_SUPABASE_REALTIME)


def sends_rows(publication: Publication) -> bool:
    """Tell whether whole rows are sent: for a deleted one no more than its key need be."""
    if not publication.knows("operations"):
        return True
    return not publication.operations.isdisjoint(("insert", "update"))


def copied_by(publication: Publication, project: Project) -> list[Relation]:
    """Return the tables that a subscriber copies with a query when it begins, by name.

    Of a partitioned table that is each partition, or with publish_via_partition_root the uppermost
    one that is published. What is published of later changes plays no part (manual: Row Filters,
    Initial Data Synchronization).
    """
    named = {table.relation for table in project.catalog.published_tables(publication)}
    schemas = {one.schema.name for one in project.catalog.published_schemas(publication)}
    everything = publication.knows("all_tables") and publication.all_tables
    by_root = publication.knows("via_root") and publication.via_root
    found: dict[Relation, None] = {}
    for table in project.catalog.tables():
        sent = [
            one for one in _lineage(table) if everything or one in named or one.schema in schemas
        ]
        if sent and by_root:
            found[sent[-1]] = None
        elif sent and table.kind is Kind.table:
            found[table] = None
    return sorted((table for table in found if not table.temporary), key=str)


def hides_rows(table: Relation, project: Project) -> bool:
    """Tell whether the row security of a table keeps rows from some who may query it."""
    if project.is_shared(table):
        return False
    policies = [policy for policy in table.policies.known() if policy.covers("select")]
    if any(not policy.permissive for policy in policies):
        return True
    everyone = set(project.runtime.names)
    return not any(
        (PUBLIC in policy.roles or everyone.issubset(policy.roles))
        and lets_all_rows_pass(policy, project)
        for policy in policies
    )


class _Chosen(NamedTuple):
    """Tables that are sent whole, those of them with row security, and those where it matters."""

    whole: set[Relation]
    protected: list[Relation]
    hidden: list[Relation]


def _chosen(
    project: Project, named: Iterable[Relation], is_sent_whole: Callable[[Relation], bool]
) -> _Chosen:
    tables = list(project.catalog.tables())
    # The rows of a partitioned table are in its partitions, and are sent as theirs.
    divided = {parent for table in tables for parent in _lineage(table)[1:]}
    whole = {
        relation
        for relation in (*named, *tables)
        if relation not in divided and not relation.temporary and is_sent_whole(relation)
    }
    certain = {table for table in whole if table.knows("rls_enabled")}
    above = {relation for table in certain for relation in _lineage(table)}
    protected = [
        table
        for table in (*certain, *(above - certain))
        if table.knows("rls_enabled")
        and table.rls_enabled
        and not any(_is_protected(parent) for parent in _lineage(table)[1:])
    ]
    protected.sort(key=str)
    return _Chosen(whole, protected, [one for one in protected if hides_rows(one, project)])


def _of_schemas(project: Project, schemas: frozenset[str] | None) -> _Chosen:
    """Choose among the tables of schemas, or among all: many publications may send the same."""

    def is_sent_whole(table: Relation) -> bool:
        return schemas is None or any(one.schema in schemas for one in _lineage(table))

    return _chosen(project, (), is_sent_whole)


class Sent:
    """The tables with row security of which a publication sends all rows."""

    def __init__(self, publication: Publication, project: Project) -> None:
        catalog = project.catalog
        self._publication = publication
        self._project = project
        self._named = {table.relation: table for table in catalog.published_tables(publication)}
        self._schemas = {one.schema.name: one for one in catalog.published_schemas(publication)}
        self._filtered = {
            table.relation
            for table in self._named.values()
            if table.condition is not None
            and not project.predicate(table.condition).ask(
                is_tautology, project.filled_columns(table.relation)
            )
        }

    def hidden(self) -> Sequence[Relation]:
        """Return those whose row security keeps rows from some, by name.

        Of a partitioned table and its partitions that is the first above all. Raises UnknownFact
        where there may be tables with row security and none is certain.
        """
        if self._named:
            found = _chosen(self._project, self._named, self._is_sent_whole)
        else:
            schemas = None if self._sends_all_tables() else frozenset(self._schemas)
            found = self._project.ask(_of_schemas, schemas)
        if not found.protected:
            self._raise_if_unknown(found.whole)
        return found.hidden

    def _raise_if_unknown(self, whole: set[Relation]) -> None:
        any(table.rls_enabled for table in sorted(whole, key=str))
        if not self._publication.all_tables:
            tuple(self._publication.tables)
            tuple(self._publication.schemas)

    def statement(self, table: Relation) -> Statement | None:
        """Return the statement by which a table, or one above or below it, is published."""
        near = [*_lineage(table), *(named for named in self._named if table in _lineage(named))]
        for relation in near:
            if relation in self._named and relation not in self._filtered:
                return self._named[relation].statement
        for relation in near:
            if relation.schema in self._schemas:
                return self._schemas[relation.schema].statement
        return self._publication.created

    def are_named(self, tables: Sequence[Relation]) -> bool:
        """Tell whether nothing but their names puts some tables into the publication."""
        return not self._sends_all_tables() and all(
            table in self._named and table.schema not in self._schemas for table in tables
        )

    def _sends_all_tables(self) -> bool:
        return self._publication.knows("all_tables") and self._publication.all_tables

    def _is_sent_whole(self, relation: Relation) -> bool:
        """Tell whether a table is sent, and no row filter applies to it.

        A partition is sent where a table above it is. Its own filter counts, or with
        publish_via_partition_root that of the uppermost table that is published; none does where
        all tables or those of the schema are sent (manual: Row Filters).
        """
        if self._sends_all_tables():
            return True
        sent = [one for one in _lineage(relation) if self._is_named(one)]
        if not sent:
            return False
        publication = self._publication
        by_root = publication.knows("via_root") and publication.via_root
        judged = sent[-1] if by_root else relation
        return judged.schema in self._schemas or judged not in self._filtered

    def _is_named(self, relation: Relation) -> bool:
        return relation in self._named or relation.schema in self._schemas


def _lineage(table: Relation) -> list[Relation]:
    """Return a table and those whose partition it is, the nearest first."""
    found = [table]
    while found[-1].knows("partition_of") and found[-1].partition_of is not None:
        found.append(found[-1].partition_of)
    return found


def _is_protected(table: Relation) -> bool:
    return table.knows("rls_enabled") and table.rls_enabled
