"""What operations on models do to tables: the SQL that Django makes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from rlslint.code.evaluation.model_columns import (
    add_field,
    alter_field,
    alter_order,
    beside,
    create_joint,
    create_table,
    drop_table,
    keep_field,
    remove_field,
    rename_column,
    rename_field,
    rename_table,
    unknown_columns,
)
from rlslint.code.evaluation.model_constraints import (
    TOGETHER,
    add_constraint,
    add_index,
    add_together,
    alter_together,
    constraint_of,
    index_of,
    listed_in,
    remove_constraint,
    remove_index,
    rename_index,
    sets_of,
)
from rlslint.code.evaluation.model_fields import is_described, pairs_of
from rlslint.code.evaluation.model_operations import Operation, table_phrase
from rlslint.code.evaluation.model_partitions import (
    add_partition,
    delete_partition,
    partitioning_of,
)
from rlslint.code.evaluation.models import Field, Model
from rlslint.code.evaluation.schema_words import strings_of
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import constant
from rlslint.code.evaluation.wording import name, sentence
from rlslint.code.schemas.django import EXTENSIONS, IDENTITIES


def statements_on_models(operation: Operation) -> list[Written]:
    """Return the SQL of an operation in the order in which it is run; keep what it changes."""
    if operation.kind in EXTENSIONS:
        return [_extension(operation, EXTENSIONS[operation.kind])]
    act = _ACTS.get(operation.kind)
    if act is None:
        return []
    was_absent = operation.model.is_absent
    found = list(act(operation))
    return [] if was_absent or operation.model.is_absent else found


def _create_model(operation: Operation) -> Iterator[Written]:
    own, place, models = operation.text("name"), operation.place, operation.models
    if not own:
        return
    table = constant(operation.option("db_table"))
    is_proxy = constant(operation.option("proxy")) is True
    is_absent = is_proxy or constant(operation.option("managed")) is False
    model = Model(operation.app, own, table if isinstance(table, str) else "", is_absent)
    models.keep(model)
    if is_proxy:
        _stand_for(model, operation)
        return
    for label, value in pairs_of(operation.given.get("fields")):
        keep_field(model, label, value, operation)
    if model.key is None:
        kind = models.auto_field
        key = Field(place, "id", models.key_of(model)[1], kind in IDENTITIES, primary=True)
        model.fields = {"id": key, **model.fields}
    yield create_table(model, partitioning_of(operation, model), place)
    if not is_described(operation.given.get("fields")):
        yield unknown_columns(model, place)
    for label, field in model.fields.items():
        yield from beside(model, label, field)
    for label in model.joints:
        yield from create_joint(model, label, operation)
    for option, suffix in TOGETHER:
        for fields in sets_of(operation.option(option)):
            yield from add_together(model, fields, suffix, place)
    for index in listed_in(operation.option("indexes")):
        yield from index_of(model, index, place)
    for constraint in listed_in(operation.option("constraints")):
        yield from constraint_of(model, constraint, place)


def _stand_for(model: Model, operation: Operation) -> None:
    """Let a proxy stand for the model that it is based on."""
    for base in strings_of((operation.given["bases"],)) if "bases" in operation.given else ():
        label, _, own = (base or "").rpartition(".")
        if own and operation.models.has(label or operation.app, own):
            of = operation.models.find(label or operation.app, own)
            model.own_table, model.fields = of.table, of.fields


def _delete_model(operation: Operation) -> Iterator[Written]:
    model, place = operation.model, operation.place
    for label in model.joints:
        yield drop_table(model.joint_table(label), place)
    yield drop_table(model.table, place)
    operation.models.drop(model)


def _rename_model(operation: Operation) -> Iterator[Written]:
    model, new = operation.model, operation.text("new_name")
    if new:
        yield from _retabled(operation, lambda: operation.models.renamed(model, new))


def _alter_table(operation: Operation) -> Iterator[Written]:
    model, table = operation.model, operation.text("table")
    operation.models.keep(model)

    def call_otherwise() -> None:
        model.own_table = table

    yield from _retabled(operation, call_otherwise)


def _retabled(operation: Operation, change: Callable[[], None]) -> Iterator[Written]:
    """Change what a model is called, and yield what that does to tables called after it."""
    model, place = operation.model, operation.place
    joints = operation.models.referring(model)
    before = model.table
    tables = [(each.joint_table(label), each.joint_columns(label)) for each, label in joints]
    change()
    yield from rename_table(before, model.table, place)
    for (each, label), (table, columns) in zip(joints, tables, strict=True):
        yield from rename_table(table, each.joint_table(label), place)
        for old, new in zip(columns, each.joint_columns(label), strict=True):
            if old != new:
                target = table_phrase(each.joint_table(label), place)
                yield rename_column(target, old, new, place)


def _alter_options(operation: Operation) -> Iterator[Written]:
    managed = constant(operation.option("managed"))
    if isinstance(managed, bool):
        operation.model.is_absent = not managed
    return iter(())


def _extension(operation: Operation, extension: str) -> Written:
    place = operation.place
    return sentence(place, "CREATE EXTENSION IF NOT EXISTS ", name(extension, place))


def _create_extension(operation: Operation) -> Iterator[Written]:
    if operation.text("name"):
        yield _extension(operation, operation.text("name"))


_ACTS: Mapping[str, Callable[[Operation], Iterator[Written]]] = MappingProxyType(
    {
        "CreateModel": _create_model,
        "PostgresCreatePartitionedModel": _create_model,
        "DeleteModel": _delete_model,
        "RenameModel": _rename_model,
        "AlterModelTable": _alter_table,
        "AlterModelOptions": _alter_options,
        "AlterUniqueTogether": alter_together,
        "AlterIndexTogether": alter_together,
        "AlterOrderWithRespectTo": alter_order,
        "AddField": add_field,
        "AlterField": alter_field,
        "RemoveField": remove_field,
        "RenameField": rename_field,
        "AddIndex": add_index,
        "RemoveIndex": remove_index,
        "RenameIndex": rename_index,
        "AddConstraint": add_constraint,
        "RemoveConstraint": remove_constraint,
        "CreateExtension": _create_extension,
        "PostgresAddRangePartition": add_partition,
        "PostgresAddListPartition": add_partition,
        "PostgresAddHashPartition": add_partition,
        "PostgresAddDefaultPartition": add_partition,
        "PostgresDeletePartition": delete_partition,
    }
)
