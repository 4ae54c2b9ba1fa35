"""Keys, constraints and indexes of models: what Django makes beside columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint import Pattern
from rlslint.code.evaluation.built import Built
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.model_fields import class_name
from rlslint.code.evaluation.model_operations import (
    Operation,
    alter,
    columns_phrase,
    is_about_row_security,
    table_phrase,
    unknown_row_security,
)
from rlslint.code.evaluation.models import (
    Field,
    Model,
    ModelReference,
    constraint_name,
    foreign_key_name,
)
from rlslint.code.evaluation.schema_words import strings_of
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Items, Value, constant
from rlslint.code.evaluation.wording import Phrase, name, sentence, words
from rlslint.code.schemas.django import PATTERN_CLASSES

_METHOD = Pattern(r"(Gin|Gist|Brin|Hash|SpGist|Bloom)Index")
TOGETHER = (("unique_together", "_uniq"), ("index_together", "_idx"))


def foreign_key(
    model: Model, label: str, field: Field, reference: ModelReference
) -> Iterator[Written]:
    """Yield the foreign key of a field, by the name that Django gives it."""
    if not reference.is_held:
        return
    place = field.place
    own = foreign_key_name(model.table, field.column, reference)
    model.made[label, "key"] = own
    yield alter(
        model, place, "ADD CONSTRAINT ", name(own, place),
        " FOREIGN KEY (", name(field.column, place), ") REFERENCES ",
        table_phrase(reference.table, place), " (", name(reference.column, place), ")",
    )  # fmt: skip


def field_index(model: Model, label: str, field: Field) -> Written:
    """Return the index of a field, by the name that Django gives it."""
    own = model.made[label, "index"] = constraint_name(model.table, (field.column,))
    return _create_index(model, own, (field.column,), field.place)


def like_index(model: Model, field: Field) -> Iterator[Written]:
    """Yield the second index of an indexed string, which LIKE uses."""
    kind = (field.type or "").partition("(")[0]
    if kind in PATTERN_CLASSES and not (field.type or "").endswith("]"):
        place = field.place
        own = constraint_name(model.table, (field.column,), "_like")
        column = [*name(field.column, place), *words(f" {PATTERN_CLASSES[kind]}", place)]
        on = table_phrase(model.table, place), " (", column, ")"
        yield sentence(place, "CREATE INDEX ", name(own, place), " ON ", *on)


def drop_like_index(model: Model, field: Field, place: Origin) -> Iterator[Written]:
    """Yield what drops that index."""
    if (field.type or "").partition("(")[0] in PATTERN_CLASSES:
        own = constraint_name(model.table, (field.column,), "_like")
        yield sentence(place, "DROP INDEX IF EXISTS ", name(own, place))


def _create_index(
    model: Model, own: str, columns: Iterable[str], place: Origin, using: str = ""
) -> Written:
    label: Phrase = [*name(own, place), *words(" ", place)] if own else ()
    on = table_phrase(model.table, place), using, " (", columns_phrase(columns, place), ")"
    return sentence(place, "CREATE INDEX ", label, "ON ", *on)


def drop_made(model: Model, label: str, what: str, place: Origin) -> Iterator[Written]:
    """Yield what drops the key or the index that was made for a field."""
    own = model.made.pop((label, what), "")
    if what == "index" and own:
        yield sentence(place, "DROP INDEX IF EXISTS ", name(own, place))
    else:
        yield from drop_constraint(model, own, place)


def drop_constraint(model: Model, own: str, place: Origin) -> Iterator[Written]:
    """Yield what drops a constraint, nothing for one without a name."""
    if own:
        yield alter(model, place, "DROP CONSTRAINT IF EXISTS ", name(own, place), " CASCADE")


def listed_in(value: Value | None) -> list[Built]:
    """Return the indexes or constraints of a list."""
    values = value.values if isinstance(value, Items) else ()
    return [each for each in values if isinstance(each, Built)]


def sets_of(value: Value | None) -> list[tuple[str, ...]]:
    """Return sets of fields; one alone may be given without a list around it."""
    if not isinstance(value, Items):
        return []
    if value.values and not any(isinstance(each, Items) for each in value.values):
        value = Items((value,))
    found = [strings_of((each,)) for each in value.values]
    return [tuple([each or "" for each in fields]) for fields in found if fields and all(fields)]


def _fields_of(built: Built) -> list[str]:
    """Return the fields that an index or a constraint names, none where not all are known."""
    told = strings_of((built.call.named["fields"],)) if "fields" in built.call.named else []
    return [each.lstrip("-") for each in told if each] if all(told) else []


def add_together(
    model: Model, fields: Iterable[str], suffix: str, place: Origin
) -> Iterator[Written]:
    """Yield a constraint or an index over several fields, by the end of its name."""
    fields = tuple(fields)
    columns = tuple([model.column(each) for each in fields])
    model.together.setdefault(suffix, set()).add(fields)
    own = model.made["+".join(fields), suffix] = constraint_name(model.table, columns, suffix)
    if suffix == "_uniq":
        yield add_unique(model, own, columns, place)
    else:
        yield _create_index(model, own, columns, place)


def add_unique(model: Model, own: str, columns: Iterable[str], place: Origin) -> Written:
    """Return a constraint of columns that are unique together."""
    label: Phrase = (
        [*words("CONSTRAINT ", place), *name(own, place), *words(" ", place)] if own else ()
    )
    return alter(model, place, "ADD ", label, "UNIQUE (", columns_phrase(columns, place), ")")


def alter_together(operation: Operation) -> Iterator[Written]:
    """Yield what changes the fields that are unique, or have an index, together."""
    model, place = operation.model, operation.place
    for option, suffix in TOGETHER:
        if option not in operation.given:
            continue
        wanted = set(sets_of(operation.given[option]))
        for fields in sorted(model.together.get(suffix, set()) - wanted):
            what = "index" if suffix == "_idx" else "unique"
            model.made["+".join(fields), what] = model.made.pop(("+".join(fields), suffix), "")
            yield from drop_made(model, "+".join(fields), what, place)
        added = sorted(wanted - model.together.get(suffix, set()))
        model.together[suffix] = wanted
        for fields in added:
            yield from add_together(model, fields, suffix, place)


def add_index(operation: Operation) -> Iterator[Written]:
    """Yield an index that an operation adds."""
    index = operation.given.get("index")
    if isinstance(index, Built):
        yield from index_of(operation.model, index, operation.place)


def index_of(model: Model, index: Built, place: Origin) -> Iterator[Written]:
    """Yield an index; which queries one serves that has a condition is not known."""
    columns = [model.column(each) for each in _fields_of(index)]
    if columns and "condition" not in index.call.named:
        own = constant(index.call.named.get("name"))
        method = _METHOD().fullmatch(class_name(index))
        using = f" USING {method[1].lower()}" if method is not None else ""
        yield _create_index(model, own if isinstance(own, str) else "", columns, place, using)


def remove_index(operation: Operation) -> Iterator[Written]:
    """Yield what drops an index."""
    own, place = operation.text("name"), operation.place
    if own:
        yield sentence(place, "DROP INDEX IF EXISTS ", name(own, place))


def rename_index(operation: Operation) -> Iterator[Written]:
    """Yield what gives an index another name, be it one without a name of its own."""
    model, place, new = operation.model, operation.place, operation.text("new_name")
    fields = tuple(
        [each or "" for each in strings_of((operation.given.get("old_fields", Items(())),))]
    )
    old = operation.text("old_name")
    if fields:
        model.together.get("_idx", set()).discard(fields)
        old = model.made.pop(("+".join(fields), "_idx"), "")
    if old and new:
        to = name(old, place), " RENAME TO ", name(new, place)
        yield sentence(place, "ALTER INDEX IF EXISTS ", *to)


def add_constraint(operation: Operation) -> Iterator[Written]:
    """Yield a constraint that an operation adds."""
    model, constraint = operation.model, operation.given.get("constraint")
    operation.models.keep(model)
    if isinstance(constraint, Built):
        yield from constraint_of(model, constraint, operation.place)


def constraint_of(model: Model, constraint: Built, place: Origin) -> Iterator[Written]:
    """Yield a constraint; of one that makes row security, nothing is known."""
    named, kind = constraint.call.named, class_name(constraint)
    own = constant(named.get("name"))
    label = own if isinstance(own, str) else ""
    columns = [model.column(each) for each in _fields_of(constraint)]
    if is_about_row_security(kind):
        model.secured.add(label)
        yield from unknown_row_security(model.table, constraint.call.place)
    elif kind.endswith("UniqueConstraint") and columns and "condition" not in named:
        yield add_unique(model, label, columns, place)


def remove_constraint(operation: Operation) -> Iterator[Written]:
    """Yield what drops a constraint, or what may come of one about row security."""
    model, own, place = operation.model, operation.text("name"), operation.place
    if own in model.secured or is_about_row_security(own):
        yield from unknown_row_security(model.table, place)
    else:
        yield from drop_constraint(model, own, place)
