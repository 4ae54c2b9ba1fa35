"""CREATE TABLE (LIKE …): what a table takes from its model."""

from __future__ import annotations

from rlslint.catalog.model import Relation
from rlslint.replay.dependencies import note_clause
from rlslint.replay.generated_names import hold_name
from rlslint.replay.inheritance import check_of, copied_column, note_copy
from rlslint.replay.partition_indexes import copy_index
from rlslint.replay.state import Replay
from rlslint.replay.translation import translated

# CREATE_TABLE_LIKE_… in PostgreSQL's parsenodes.h; INCLUDING ALL sets every bit.
_CONSTRAINTS, _DEFAULTS, _GENERATED, _IDENTITY, _INDEXES = 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6


def copy_like(replay: Replay, relation: Relation, model: Relation, options: int) -> None:
    """Copy the columns of another table, and what INCLUDING names."""
    relation.become("copied_from", (*relation.copied_from, model))
    relation.become("copy_kind", "like")
    if not model.knows("columns"):
        if relation.knows("columns"):
            relation.forget("columns", model.created)
        return
    if not relation.knows("columns"):
        return
    for column in model.columns.values():
        if column.name in relation.columns:
            continue
        copy = copied_column(relation, column)
        wanted = _GENERATED if column.generated else _DEFAULTS
        copy.default = column.default if options & wanted else None
        copy.generated = column.generated and bool(options & _GENERATED)
        copy.identity = column.identity and bool(options & _IDENTITY)
        generated = replay.origins.generated.get((model.oid, column.number))
        if copy.generated and generated is not None:
            moved = translated(generated, model, relation)
            replay.origins.generated[relation.oid, copy.number] = moved
            note_clause(replay, relation, moved)
        note_copy(replay, relation, copy)
    if options & _CONSTRAINTS:
        _copy_checks(replay, model, relation)
    if options & _INDEXES:
        for index in model.indexes.known():
            copy_index(replay, model, relation, index)


def _copy_checks(replay: Replay, model: Relation, relation: Relation) -> None:
    for constraint in model.constraints.known():
        if constraint.kind == "check":
            relation.constraints[constraint.name] = check_of(model, relation, constraint)
            note_clause(replay, relation, constraint.expression)
            hold_name(replay, relation, constraint.name)
            if (model.oid, constraint.name) in replay.origins.uninherited_checks:
                replay.origins.uninherited_checks.add((relation.oid, constraint.name))
