"""Rows that tell which table is a child or a partition of which."""

from __future__ import annotations

from rlslint.catalog.model import Kind, Relation
from rlslint.replay.plpgsql.system_catalogs.questions import Question, Row, Rows
from rlslint.replay.plpgsql.system_catalogs.references import relation_reference
from rlslint.replay.plpgsql.values import ANY, Record


def pg_inherits(question: Question) -> Rows:
    rows = []
    for child in question.catalog.relations.known():
        parents = [*child.parents] if child.knows("parents") else []
        if child.knows("partition_of") and child.partition_of is not None:
            parents.append(child.partition_of)
        for number, parent in enumerate(parents, 1):
            rows.append(
                Row(
                    Record(
                        inhrelid=relation_reference(child, question.search_path, question.catalog),
                        inhparent=relation_reference(
                            parent, question.search_path, question.catalog
                        ),
                        inhseqno=number,
                    ),
                    True,
                )
            )
    return Rows(rows, question.catalog.relations.is_open)


def partition_tree(question: Question, root: Relation) -> Rows:
    """Return the rows of pg_partition_tree()."""
    rows: list[Row] = []

    def add(relation: Relation, parent: Relation | None, level: int) -> None:
        children = [
            child
            for child in question.catalog.relations.known()
            if child.knows("partition_of") and child.partition_of is relation
        ]
        path, catalog = question.search_path, question.catalog
        shown = relation_reference(relation, path, catalog)
        above = relation_reference(parent, path, catalog) if parent is not None else None
        leaf = relation.kind is Kind.table if relation.knows("kind") else ANY
        for reference in (shown, above):
            if reference is not None:
                reference.shown = True
        rows.append(Row(Record(relid=shown, parentrelid=above, isleaf=leaf, level=level), True))
        for child in children:
            add(child, relation, level + 1)

    add(root, None, 0)
    return Rows(rows, question.catalog.relations.is_open)
