"""The constraints that one statement declares: in which order they are made, and which are one."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node

Declared = tuple[str, Node]
"""A constraint, and the column beside which it stands or ""."""


def in_order_of_making(declared: Iterable[Declared]) -> list[Declared]:
    """Return the constraints of a new table or column in the order in which PostgreSQL makes them.

    CHECK comes first, then the primary key, the other keys, and the foreign keys; keys of the same
    columns are one (transformIndexConstraints in parse_utilcmd.c).
    """
    ordered = sorted(declared, key=lambda item: _ORDER.get(item[1]["contype"], 0))
    kept: list[Declared] = []
    for column, node in ordered:
        same = [n for n, other in enumerate(kept) if _is_same_key((column, node), other)]
        if not same:
            kept.append((column, node))
        elif "conname" in node:
            name = kept[same[0]][1].get("conname", node["conname"])
            kept[same[0]] = (kept[same[0]][0], {**kept[same[0]][1], "conname": name})
    return kept


_ORDER = {"CONSTR_PRIMARY": 1, "CONSTR_UNIQUE": 2, "CONSTR_EXCLUSION": 2, "CONSTR_FOREIGN": 3}
_OF_KEYS = (
    "including", "nulls_not_distinct", "deferrable", "initdeferred", "where_clause", "exclusions",
    "access_method",
)  # fmt: skip


def _is_same_key(one: Declared, other: Declared) -> bool:
    keys = ("CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION")
    if one[1]["contype"] not in keys or other[1]["contype"] not in keys:
        return False
    return _key_of(one) == _key_of(other)


def _key_of(declared: Declared) -> object:
    column, node = declared
    columns = (column,) if column else strings(node.get("keys"))
    return columns, [_without_places(node.get(name)) for name in _OF_KEYS]


def _without_places(part: object) -> object:
    match part:
        case dict():
            return {k: _without_places(v) for k, v in part.items() if k != "location"}
        case list():
            return list(map(_without_places, part))
        case _:
            return part
