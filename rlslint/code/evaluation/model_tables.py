"""What operations on models do to tables: the SQL that Django makes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from rlslint.code.evaluation.builtins import Place
from rlslint.code.evaluation.model_constraints import (
    TOGETHER,
    add_constraint,
    add_index,
    add_together,
    add_unique,
    alter_together,
    constraint_of,
    drop_constraint,
    drop_like_index,
    drop_made,
    field_index,
    foreign_key,
    index_of,
    like_index,
    listed_in,
    remove_constraint,
    remove_index,
    rename_index,
    sets_of,
)
from rlslint.code.evaluation.model_fields import column_name, field_of, pairs_of
from rlslint.code.evaluation.model_operations import Operation, alter, table_phrase
from rlslint.code.evaluation.model_partitions import (
    Partitioning,
    add_partition,
    delete_partition,
    partition_clauses,
    partitioning_of,
)
from rlslint.code.evaluation.models import Field, Joint, Model, Reference, constraint_name
from rlslint.code.evaluation.schema_calls import definition
from rlslint.code.evaluation.schema_columns import Column
from rlslint.code.evaluation.schema_words import strings_of
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Value, constant
from rlslint.code.evaluation.wording import Phrase, listed, name, sentence, unread, words
from rlslint.code.schemas.django import EXTENSIONS, IDENTITIES

_ORDER = "_order"


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
        _keep_field(model, label, value, operation)
    if model.key is None:
        kind = models.auto_field
        key = Field(place, "id", models.key_of(model)[1], kind in IDENTITIES, primary=True)
        model.fields = {"id": key, **model.fields}
    yield _create_table(model, partitioning_of(operation, model), place)
    for label, field in model.fields.items():
        yield from _beside(model, label, field)
    for label in model.joints:
        yield from _create_joint(model, label, operation)
    for option, suffix in TOGETHER:
        for fields in sets_of(operation.option(option)):
            yield from add_together(model, fields, suffix, place)
    for index in listed_in(operation.option("indexes")):
        yield from index_of(model, index, place)
    for constraint in listed_in(operation.option("constraints")):
        yield from constraint_of(model, constraint, place)


def _create_table(model: Model, partitioning: Partitioning | None, place: Place) -> Written:
    target, inline = table_phrase(model.table, place), partitioning is None
    definitions = [_definition(each, is_key=inline) for each in model.fields.values()]
    by: str | Phrase = ""
    if partitioning is not None:
        key, by = partition_clauses(model, partitioning, place)
        definitions.append(key)
    return sentence(place, "CREATE TABLE ", target, " (", listed(definitions, place), ")", by)


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
        yield _drop_table(model.joint_table(label), place)
    yield _drop_table(model.table, place)
    operation.models.drop(model)


def _drop_table(table: str, place: Place) -> Written:
    return sentence(place, "DROP TABLE ", table_phrase(table, place), " CASCADE")


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
    yield from _rename(before, model.table, place)
    for (each, label), (table, columns) in zip(joints, tables, strict=True):
        yield from _rename(table, each.joint_table(label), place)
        for old, new in zip(columns, each.joint_columns(label), strict=True):
            if old != new:
                target = table_phrase(each.joint_table(label), place)
                yield _rename_column(target, old, new, place)


def _rename(before: str, after: str, place: Place) -> Iterator[Written]:
    if before != after:
        names = table_phrase(before, place), " RENAME TO ", table_phrase(after, place)
        yield sentence(place, "ALTER TABLE ", *names)


def _rename_column(target: Phrase, old: str, new: str, place: Place) -> Written:
    names = name(old, place), " TO ", name(new, place)
    return sentence(place, "ALTER TABLE ", target, " RENAME COLUMN ", *names)


def _alter_options(operation: Operation) -> Iterator[Written]:
    managed = constant(operation.option("managed"))
    if isinstance(managed, bool):
        operation.model.is_absent = not managed
    return iter(())


def _keep_field(model: Model, label: str, value: Value | None, operation: Operation) -> None:
    made = field_of(value, model, operation.models, operation.named_class)
    if isinstance(made, Joint):
        model.joints[label] = made
    elif made is not None:
        column = column_name(label, value, operation.named_class)
        model.fields[label] = made._replace(column=column)


def _definition(field: Field, *, is_key: bool = True) -> Phrase:
    identity = " GENERATED BY DEFAULT AS IDENTITY" if field.is_identity else ""
    column = Column(
        field.place,
        field.column,
        f"{field.type}{identity}" if field.type is not None else None,
        not field.nullable,
        field.primary,
        field.unique and not field.primary,
        default=field.default,
    )
    return definition(column, is_key=is_key)


def _beside(model: Model, label: str, field: Field) -> Iterator[Written]:
    """Yield what Django makes for a column beside itself: its foreign key and its indexes."""
    place = field.place
    if field.type is None:
        column = name(field.column, place)
        yield alter(model, place, "ALTER COLUMN ", column, " TYPE ", unread(place))
    if field.reference is not None:
        yield from foreign_key(model, label, field, field.reference)
    if field.indexed and not field.unique and not field.primary:
        yield field_index(model, label, field)
    if field.indexed or field.unique or field.primary:
        yield from like_index(model, field)


def _create_joint(model: Model, label: str, operation: Operation) -> Iterator[Written]:
    """Yield the table between a model and another one."""
    place, models = operation.place, operation.models
    target = models.find(*model.joints[label].target)
    auto = models.auto_field
    own = Field(place, "id", models.key_of(Model("", ""))[1], auto in IDENTITIES, primary=True)
    fields = {"id": own}
    for each, column in zip((model, target), model.joint_columns(label), strict=True):
        key, type_ = models.key_of(each)
        reference = Reference(each.table, key, True)
        fields[column] = Field(place, column, type_, indexed=True, reference=reference)
    joint = Model(model.app, "", model.joint_table(label))
    joint.fields = fields
    yield _create_table(joint, None, place)
    yield from add_together(joint, list(fields)[1:], "_uniq", place)
    for column, field in fields.items():
        yield from _beside(joint, column, field)


def _add_field(operation: Operation) -> Iterator[Written]:
    model, label = operation.model, operation.text("name")
    if not label:
        return
    operation.models.keep(model)
    _keep_field(model, label, operation.given.get("field"), operation)
    if label in model.joints:
        yield from _create_joint(model, label, operation)
    elif label in model.fields:
        field = model.fields[label]
        yield alter(model, operation.place, "ADD COLUMN ", _definition(field))
        yield from _beside(model, label, field)


def _remove_field(operation: Operation) -> Iterator[Written]:
    model, label, place = operation.model, operation.text("name"), operation.place
    if label in model.joints:
        yield _drop_table(model.joint_table(label), place)
        del model.joints[label]
    elif label in model.fields or not operation.models.has(model.app, model.name):
        yield alter(model, place, "DROP COLUMN ", name(model.column(label), place), " CASCADE")
        model.fields.pop(label, None)


def _rename_field(operation: Operation) -> Iterator[Written]:
    model, place = operation.model, operation.place
    old, new = operation.text("old_name"), operation.text("new_name")
    operation.models.keep(model)
    if old in model.joints:
        before = model.joint_table(old)
        model.joints[new] = model.joints.pop(old)
        yield from _rename(before, model.joint_table(new), place)
        return
    field = model.fields.pop(old, None) or Field(place, old, None)
    is_called_so = field.column in (old, f"{old}_id")
    column = new + field.column.removeprefix(old) if is_called_so else field.column
    model.fields[new] = field._replace(column=column)
    for made in [each for each in model.made if each[0] == old]:
        model.made[new, made[1]] = model.made.pop(made)
    for sets in model.together.values():
        changed = {tuple(new if each == old else each for each in fields) for fields in sets}
        sets.clear()
        sets |= changed
    if column != field.column:
        yield _rename_column(table_phrase(model.table, place), field.column, column, place)


def _alter_field(operation: Operation) -> Iterator[Written]:
    model, label, place = operation.model, operation.text("name"), operation.place
    old = model.fields.pop(label, None)
    _keep_field(model, label, operation.given.get("field"), operation)
    new = model.fields.get(label)
    if old is None or new is None:
        return
    if old.reference != new.reference:
        yield from drop_made(model, label, "key", place)
    if old.indexed and not old.unique and (not new.indexed or new.unique):
        yield from drop_made(model, label, "index", place)
        yield from drop_like_index(model, old, place)
    if old.unique and not new.unique:
        for own in (f"{model.table}_{old.column}_key", model.made.get((label, "unique"), "")):
            yield from drop_constraint(model, own, place)
    if old.column != new.column:
        target = table_phrase(model.table, place)
        yield _rename_column(target, old.column, new.column, place)
    yield from _retyped(model, old, new, place)
    if old.reference != new.reference and new.reference is not None:
        yield from foreign_key(model, label, new, new.reference)
    if new.unique and not old.unique and not new.primary:
        own = model.made[label, "unique"] = constraint_name(model.table, (new.column,), "_uniq")
        yield add_unique(model, own, (new.column,), place)
    if new.indexed and not new.unique and (not old.indexed or old.unique):
        yield field_index(model, label, new)
    served = old.indexed or old.unique
    if (new.indexed and not served) or (new.unique and not old.unique):
        yield from like_index(model, new)
    if old.unique and not (new.indexed or new.unique):
        yield from drop_like_index(model, old, place)


def _retyped(model: Model, old: Field, new: Field, place: Place) -> Iterator[Written]:
    column = ("ALTER COLUMN ", name(new.column, place))
    if new.type != old.type:
        kind = words(new.type, place) if new.type is not None else unread(place)
        cast = (" USING ", name(new.column, place), "::", kind)
        yield alter(model, place, *column, " TYPE ", kind, *cast)
    if new.default != old.default:
        told: tuple[str | Phrase, ...] = (" SET DEFAULT ", new.default)
        yield alter(model, place, *column, *(told if new.default else (" DROP DEFAULT",)))
    if new.nullable != old.nullable:
        yield alter(model, place, *column, " DROP" if new.nullable else " SET", " NOT NULL")


def _alter_order(operation: Operation) -> Iterator[Written]:
    model, place = operation.model, operation.place
    is_ordered = constant(operation.given.get("order_with_respect_to")) is not None
    if is_ordered and _ORDER not in model.fields:
        field = model.fields[_ORDER] = Field(place, _ORDER, "integer", indexed=True)
        yield alter(model, place, "ADD COLUMN ", _definition(field))
        yield from _beside(model, _ORDER, field)
    elif not is_ordered and model.fields.pop(_ORDER, None) is not None:
        yield alter(model, place, "DROP COLUMN ", name(_ORDER, place), " CASCADE")


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
        "AlterOrderWithRespectTo": _alter_order,
        "AddField": _add_field,
        "AlterField": _alter_field,
        "RemoveField": _remove_field,
        "RenameField": _rename_field,
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
