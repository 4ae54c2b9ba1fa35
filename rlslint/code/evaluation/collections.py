"""Functions that languages bring along for lists and mappings, known by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product, zip_longest

from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.strings import Fragment, Written
from rlslint.code.evaluation.values import (
    NOTHING,
    Entries,
    Items,
    Plain,
    Unknown,
    Value,
    constant,
)
from rlslint.text.budget import ITEMS_FOLLOWED

_PAIRS = frozenset(("items", "entries", "iteritems"))
_KEYS = frozenset(("keys", "array_keys"))
_VALUES = frozenset(("values", "array_values"))
_LISTS = frozenset(("list", "tuple", "set", "frozenset", "iter"))


def keys_of(entries: Entries, place: Origin) -> Items | None:
    """Return the keys of a mapping, None where one of them is not known."""
    return None if "" in entries.values else Items(tuple(_keys(entries, place)))


def _keys(entries: Entries, place: Origin) -> Iterator[Value]:
    for key in entries.values:
        yield Written((Fragment(key, *place),))


def collected(
    name: str,
    of: Value | None,
    arguments: Sequence[Value],
    named: Mapping[str, Value],
    place: Origin,
) -> Value | None:
    """Return what a call gives that makes a list or a mapping of others, None for other calls.

    `of` is what a method is called on, None for a function.
    """
    match of:
        case Entries():
            return _of_mapping(name, of, arguments, place)
        case None | Unknown(is_foreign=True):
            return _of_lists(name, arguments, named, place)
        case Items() if name == "zip" and arguments:
            return _rows((of, *arguments))
        case _:
            return None


def _rows(given: Sequence[Value | None]) -> Items:
    """Return lists item by item; of one that is not known, nothing is known of its items."""
    lists = [each.values for each in given if isinstance(each, Items)]
    length = min(map(len, lists))
    others = (Unknown(),) * length
    columns = [each.values if isinstance(each, Items) else others for each in given]
    return Items(tuple([Items(row) for row in zip(*columns, strict=False)]))


def _of_mapping(
    name: str, entries: Entries, arguments: Sequence[Value], place: Origin
) -> Value | None:
    """Return what a method of a mapping gives."""
    match name, arguments:
        case "get", (key, *others) if isinstance(word := constant(key), str):
            found = entries.values.get(word)
            if found is None and "" not in entries.values:
                found = others[0] if others else NOTHING
            return found
        case _, ():
            keys = keys_of(entries, place)
            if keys is None:
                return None
            if name in _PAIRS:
                pairs = zip(keys.values, entries.values.values(), strict=True)
                return Items(tuple([Items(pair) for pair in pairs]))
            if name in _VALUES:
                return Items(tuple(entries.values.values()))
            return keys if name in _KEYS else None
        case _:
            return None


def _of_lists(
    name: str, arguments: Sequence[Value], named: Mapping[str, Value], place: Origin
) -> Value | None:
    """Return what a function gives that is handed lists or mappings."""
    if name == "range":
        return _range(arguments)
    if name == "dict":
        return _mapping(arguments, named)
    given = [keys_of(each, place) if isinstance(each, Entries) else each for each in arguments]
    lists = [each.values for each in given if isinstance(each, Items)]
    first = lists[0] if lists else ()
    match name, given:
        case _, [Items()] if name in _LISTS:
            return Items(first)
        case "reversed", [Items()]:
            return Items(first[::-1])
        case "sorted", [Items()]:
            return _sorted(first, named)
        case "enumerate", [Items(), *rest]:
            return _numbered(first, rest[0] if rest else named.get("start"))
        case "zip", [_, *_] if lists:
            return _rows(given)
        case "zip_longest", [_, *_] if len(lists) == len(given):
            filling = named.get("fillvalue", NOTHING)
            return Items(tuple([Items(r) for r in zip_longest(*lists, fillvalue=filling)]))
        case "chain", [_, *_] if len(lists) == len(given):
            return Items(tuple([value for each in lists for value in each]))
        case (("from_iterable" | "sum"), [Items(), *_]) if all(isinstance(i, Items) for i in first):
            inner = [each.values for each in (*first, *given[1:]) if isinstance(each, Items)]
            return Items(tuple([value for each in inner for value in each]))
        case "product", [_, *_] if len(lists) == len(given):
            rows = islice(product(*lists), ITEMS_FOLLOWED + 1)
            return Items(tuple([Items(row) for row in rows]))
        case _:
            return None


def _numbered(values: tuple[Value, ...], start: Value | None) -> Items:
    """Return the items of a list with their numbers, as far as these are known."""
    first = 0 if start is None else constant(start)
    if isinstance(first, int):
        return Items(tuple([Items((Plain(first + i), each)) for i, each in enumerate(values)]))
    return Items(tuple([Items((Unknown(), each)) for each in values]))


def _sorted(values: tuple[Value, ...], named: Mapping[str, Value]) -> Items:
    """Return a list in its order, as far as that is known."""
    words = [constant(each) for each in values]
    if "key" in named or not all(isinstance(word, str) for word in words):
        return Items(values)
    order = sorted(
        range(len(values)), key=lambda i: str(words[i]), reverse=named.get("reverse") == Plain(True)
    )
    return Items(tuple([values[i] for i in order]))


def _range(arguments: Sequence[Value]) -> Value | None:
    limits = [constant(value) for value in arguments]
    whole = [limit for limit in limits if isinstance(limit, int)]
    if not whole or len(whole) < len(limits) or len(whole) > 3 or 0 in whole[2:]:
        return None
    return Items(tuple([Plain(number) for number in islice(range(*whole), ITEMS_FOLLOWED + 1)]))


def _mapping(arguments: Sequence[Value], named: Mapping[str, Value]) -> Entries | None:
    """Return the mapping that is made of pairs, of mappings, or of named arguments."""
    entries: dict[str, Value] = {}
    for argument in arguments:
        for each in argument.values if isinstance(argument, Items) else (argument,):
            match each:
                case Entries(values):
                    entries |= values
                case Items((key, value)) if isinstance(word := constant(key), str):
                    entries[word] = value
                case _:
                    return None
    return Entries({**entries, **named})
