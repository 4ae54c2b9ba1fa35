"""Fields of models as columns, keys and tables: what Django makes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint.code.adapters.building import last_word
from rlslint.code.evaluation.built import Built
from rlslint.code.evaluation.models import (
    UNKNOWN_MODEL,
    Field,
    Joint,
    Model,
    ModelReference,
    Models,
)
from rlslint.code.evaluation.schema_words import Words, default, first_of, truth, words_of
from rlslint.code.evaluation.values import Items, Object, Value, constant
from rlslint.code.evaluation.walking import with_dots
from rlslint.code.schemas.django import (
    FIELDS,
    FOREIGN_KEYS,
    IDENTITIES,
    MANY_TO_MANY,
    ONE_TO_ONE,
    WITH_INDEX,
)

NamedClass = Callable[[str], Object | None]
_DEEPEST_BASE = 5


def class_name(built: Built) -> str:
    """Return the name of the class that a value is made of, whatever the file calls it."""
    return (
        built.on.name
        if isinstance(built.on, Object)
        else with_dots(built.call.path).rpartition(".")[2]
    )


def classes_of(built: Built, named_class: NamedClass) -> Iterator[str]:
    """Yield the name of the class that a value is made of, and those that this is based on."""
    yield class_name(built)
    waiting = [built.on] if isinstance(built.on, Object) else []
    for _ in range(_DEEPEST_BASE):
        if not waiting:
            return
        for base in waiting.pop().bases:
            yield last_word(base)
            known = named_class(last_word(base))
            waiting += [known] if known is not None else []


def kind_of(built: Built, named_class: NamedClass) -> str:
    """Return which field of Django's a field is, or is alike by its name; "" for none."""
    known = (*FIELDS, *FOREIGN_KEYS, MANY_TO_MANY, "ArrayField", "GeneratedField")
    names = list(classes_of(built, named_class))
    alike = [kind for name in names for kind in known if name == kind]
    alike = alike or [kind for name in names for kind in known if name.endswith(kind)]
    return max(alike[:1] if names[0] in alike else alike, key=len, default="")


def field_of(
    value: Value | None, model: Model, models: Models, named_class: NamedClass
) -> Field | Joint | None:
    """Return what a field of a model is in the database, None for nothing."""
    if not isinstance(value, Built):
        return None
    said, kind = words_of(value), kind_of(value, named_class)
    given = next(iter(value.call.arguments), None)
    to = models.label_of(first_of(said, "to") or given, model.app, model.name)
    if kind == MANY_TO_MANY or "through" in said:
        own = constant(first_of(said, "dbtable"))
        if "through" in said:
            return None
        return Joint(own if isinstance(own, str) else "", to or UNKNOWN_MODEL)
    type_, reference = _type(value, kind, said, named_class), None
    if kind in FOREIGN_KEYS and to is not None:
        type_, reference = _referring(said, models.find(*to), models)
    return Field(
        value.call.place,
        "",
        type_,
        is_identity=kind in IDENTITIES,
        nullable=truth(said, "null") is True or kind == "NullBooleanField",
        primary=truth(said, "primarykey") is True,
        unique=truth(said, "unique") is True or kind == ONE_TO_ONE,
        indexed=_is_indexed(kind, said),
        default=default(first_of(said, "dbdefault"), value.call.place),
        reference=reference,
    )


def column_name(name: str, value: Value | None, named_class: NamedClass) -> str:
    """Return the column of a field."""
    if not isinstance(value, Built):
        return name
    given = constant(first_of(words_of(value), "dbcolumn"))
    if isinstance(given, str):
        return given
    return f"{name}_id" if kind_of(value, named_class) in FOREIGN_KEYS else name


def _is_indexed(kind: str, said: Words) -> bool:
    told = truth(said, "dbindex")
    return kind in WITH_INDEX or kind in FOREIGN_KEYS if told is None else told


def _type(value: Built, kind: str, said: Words, named_class: NamedClass) -> str | None:
    """Return the type of a field, None for one that is not known."""
    if kind == "ArrayField":
        inner = first_of(said, "basefield") or next(iter(value.call.arguments), None)
        item = _type_of(inner, named_class)
        return f"{item}[]" if item is not None else None
    if kind == "GeneratedField":
        return _type_of(first_of(said, "outputfield"), named_class)
    if kind == "DecimalField":
        digits = [constant(first_of(said, word)) for word in ("maxdigits", "decimalplaces")]
        known = [str(each) for each in digits if isinstance(each, int)]
        return f"numeric({', '.join(known)})" if len(known) == 2 else "numeric"
    found = FIELDS.get(kind)
    if found is None or not found.startswith("varchar"):
        return found
    length = constant(first_of(said, "maxlength"))
    if isinstance(length, int):
        return f"varchar({length})"
    return "varchar" if "None" in found else found


def _type_of(value: Value | None, named_class: NamedClass) -> str | None:
    if not isinstance(value, Built):
        return None
    return _type(value, kind_of(value, named_class), words_of(value), named_class)


def _referring(said: Words, target: Model, models: Models) -> tuple[str, ModelReference]:
    """Return the type of a field that refers to a row of another model, and its column there."""
    column, type_ = models.key_of(target)
    own = constant(first_of(said, "tofield"))
    if isinstance(own, str) and own in target.fields:
        column, type_ = target.fields[own].column, target.fields[own].type or "text"
    is_held = truth(said, "dbconstraint") is not False
    return type_, ModelReference(target.table, column, is_held)


def is_described(fields: Value | None) -> bool:
    """Tell whether all fields of a list are known by their names, and what they are made of."""
    return isinstance(fields, Items) and len(fields.values) == sum(
        isinstance(value, Built) for _, value in pairs_of(fields)
    )


def pairs_of(value: Value | None) -> Iterator[tuple[str, Value]]:
    """Yield the fields that a list of pairs names."""
    for each in value.values if isinstance(value, Items) else ():
        if isinstance(each, Items) and len(each.values) == 2:
            name = constant(each.values[0])
            if isinstance(name, str):
                yield name, each.values[1]
