"""Columns as the words of a framework tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.code.evaluation.built import Built
from rlslint.code.evaluation.builtins import Place
from rlslint.code.evaluation.schema_words import (
    Column,
    Words,
    column,
    default_of,
    first_of,
    plain_word,
    strings_of,
    truth,
    type_named,
    words_of,
)
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Closure, Entries, Items, Plain, Value, constant
from rlslint.code.schemas import Framework

_REFERS = frozenset(("references", "ForeignKey"))
_YES: Sequence[Value] = (Plain(True),)
_NO: Sequence[Value] = (Plain(False),)


def keys_of(framework: Framework, said: Words, place: Place) -> Iterator[Column]:
    """Yield the key that a framework gives to each table that is not told otherwise."""
    key = framework.key
    id_, primary = first_of(said, "id"), first_of(said, "primarykey")
    if key is None or Plain(False) in (id_, primary) or isinstance(primary, Items):
        return
    given = constant(primary)
    label = given if isinstance(given, str) else key.name
    kind = type_named(framework, id_) if isinstance(id_, Written) else None
    yield Column(place, label, kind or key.type, True, True, default=default_of(said, place))


def columns_in(framework: Framework, value: Value | None, place: Place) -> Iterator[Column]:
    """Yield the columns that an object or a list describes."""
    match value:
        case Entries(entries):
            for key, each in entries.items():
                yield from _entry(framework, key, each, place)
        case Items(values):
            for each in values:
                yield from _entry(framework, None, each, place)
        case Built():
            yield from _entry(framework, None, value, place)
        case _:
            return


def _entry(framework: Framework, key: str | None, value: Value, place: Place) -> Iterator[Column]:
    said = words_of(value)
    given = constant(first_of(said, "name", "field"))
    own = given if isinstance(given, str) else key
    match value:
        case Built(call=call) if call.name in framework.makers and key is None:
            yield from columns_of(framework, value) or ()
        case Built(call=call) if call.name in framework.types:
            yield column(framework, own, value, said, call.place)
        case Built(call=call):
            kind = first_of(said, "type") or next(iter(call.arguments), None)
            yield column(framework, own, kind, said, call.place)
        case Entries():
            yield column(framework, own, first_of(said, "type"), said, place)
        case Written(constant=str() as word) if word in framework.sets:
            for each in framework.sets[word]:
                yield Column(place, own, each.type, each.not_null, each.primary)
        case _:
            yield column(framework, own, value, {}, place)


def columns_of(framework: Framework, part: Built) -> list[Column] | None:
    """Return the columns that a part of a table stands for, None where it stands for none."""
    call, said = part.call, words_of(part)
    given = [each for each in call.arguments if not isinstance(each, Closure | Entries)]
    if call.name in framework.makers:
        return [_made(framework, given, said, call.place)]
    if call.name in framework.sets:
        return set_of(framework, call.name, given, said, call.place)
    kind = framework.types.get(call.name)
    if kind is None:
        return None
    return [column(framework, label, kind, said, call.place) for label in _labels(framework, given)]


def _made(framework: Framework, given: Sequence[Value], said: Words, place: Place) -> Column:
    """Return the column of a call that gives its name and its type."""
    (label,) = strings_of(given[:1] or (first_of(said, "name") or Plain(0),))
    refers = next((each for each in given[1:] if _refers(each)), None)
    kind = next((each for each in given[1:] if each is not refers), None)
    kind = kind if kind is not None else first_of(said, "type")
    if refers is not None and kind is not None:
        said = {**said, "references": (refers,)}
    return column(framework, label, kind if kind is not None else refers, said, place)


def _refers(value: Value) -> bool:
    return isinstance(value, Built) and value.call.name in _REFERS


def _labels(framework: Framework, given: Sequence[Value]) -> list[str | None]:
    return strings_of(given if framework.several_names else given[:1]) or [None]


def set_of(
    framework: Framework, word: str, given: Sequence[Value], said: Words, place: Place
) -> list[Column]:
    """Return the columns that a word of a framework stands for."""
    found: list[Column] = []
    labels = _labels(framework, given)
    standards = framework.sets[word]
    for standard in standards:
        if "{}" in standard.name:
            kind = type_named(framework, first_of(said, "type")) or standard.type
            options = {**said, "null": _NO} if standard.not_null else said
            if standard.indexed:
                options = {"index": _YES, **options}
            for label in labels:
                own = standard.name.format(label) if label is not None else None
                made = column(framework, own, kind, options, place, primary=standard.primary)
                found.append(made)
                if truth(said, "polymorphic") is True and label is not None:
                    found.append(column(framework, f"{label}_type", "varchar", {}, place))
            continue
        renamed = constant(first_of(said, plain_word(standard.name)))
        if renamed is False:
            continue
        own = renamed if isinstance(renamed, str) else standard.name
        if len(standards) == 1 and labels[0] is not None:
            own = labels[0]
        number = standard.not_null_if
        is_told = number is not None and given[number : number + 1] == [Plain(True)]
        not_null = standard.not_null or is_told
        found.append(Column(place, own, standard.type, not_null, standard.primary))
    return found
