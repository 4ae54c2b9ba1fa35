"""The variables of a PL/pgSQL block and of those around it."""

from __future__ import annotations

from rlslint.replay.plpgsql.tree import Target
from rlslint.replay.plpgsql.values import ANY, Composite, Datum, PartlyKnown

_TYPES = {
    "int": "int4", "integer": "int4", "bigint": "int8", "smallint": "int2", "boolean": "bool",
    "character varying": "varchar", "string": "text",
}  # fmt: skip


ROW_COUNT = "row count"
"""The name under which what GET DIAGNOSTICS asks for is kept: no variable can have it."""


class Scopes:
    """Values by name, the innermost block last."""

    def __init__(self) -> None:
        self._values: list[dict[str, Datum]] = [{"found": False, ROW_COUNT: 0}]
        self._types: list[dict[str, str]] = [{}]
        self._labels: list[str] = [""]

    def enter(self, label: str = "") -> None:
        """Begin a block; its variables can be named with its label."""
        self._values.append({})
        self._types.append({})
        self._labels.append(label)

    def leave(self) -> None:
        self._values.pop()
        self._types.pop()
        self._labels.pop()

    def declare(self, name: str, type_: str, value: Datum) -> None:
        self._values[-1][name] = value
        self._types[-1][name] = type_

    def has(self, name: str) -> bool:
        return any(name in scope for scope in self._values)

    def value(self, names: tuple[str, ...]) -> Datum:
        """Return the value of `name`, `record.field` or `label.name`."""
        for scope in reversed(self._values):
            if names[0] in scope:
                return _field(scope[names[0]], names[1:])
        for label, scope in zip(reversed(self._labels), reversed(self._values), strict=True):
            if label == names[0] and len(names) > 1 and names[1] in scope:
                return _field(scope[names[1]], names[2:])
        return self.value(names[1:]) if len(names) > 1 else ANY

    def type_of(self, name: str) -> str:
        """Return the type of a variable in the parser's words, "" where there is none."""
        for types in reversed(self._types):
            if name in types:
                declared = types[name].partition("(")[0].strip()
                element, bracket, _ = declared.partition("[")
                element = element.removesuffix(" array").strip()
                is_array = bracket or declared.endswith(" array")
                return _TYPES.get(element, element) + ("[]" if is_array else "")
        return ""

    def assign(self, target: Target, value: Datum) -> None:
        """Give a variable, or a field of it, a value."""
        *_, name = target.names if len(target.names) == 1 else target.names[:-1]
        if not self.has(name):
            name = target.names[-1]
        scope = next((s for s in reversed(self._values) if name in s), self._values[-1])
        labelled = dict(zip(self._labels, self._values, strict=True))
        if len(target.names) > 1 and name == target.names[-1] and target.names[0] in labelled:
            scope = labelled[target.names[0]]
        if len(target.names) > 1 and name != target.names[-1]:
            record = scope.get(name)
            base = record if isinstance(record, Composite) else Composite()
            unknown = isinstance(record, PartlyKnown)
            scope[name] = ANY if unknown else Composite({**base, target.names[-1]: value})
        else:
            scope[name] = value

    def forget(self, names: set[str]) -> None:
        """Make variables unknown."""
        for name in names:
            for scope in reversed(self._values):
                if name in scope:
                    scope[name] = ANY
                    break

    def copy(self) -> list[dict[str, Datum]]:
        return [dict(scope) for scope in self._values]

    def restore(self, values: list[dict[str, Datum]]) -> None:
        self._values = [dict(scope) for scope in values]

    def merge(self, outcomes: list[list[dict[str, Datum]]]) -> None:
        """Take what all outcomes agree on; the rest is unknown."""
        first, *others = outcomes
        self.restore(first)
        for other in others:
            for mine, theirs in zip(self._values, other, strict=True):
                for name in mine:
                    if not _same(mine[name], theirs.get(name)):
                        mine[name] = ANY


def _same(left: Datum, right: Datum) -> bool:
    if isinstance(left, PartlyKnown) or isinstance(right, PartlyKnown):
        return left is right
    return type(left) is type(right) and left == right


def _field(value: Datum, names: tuple[str, ...]) -> Datum:
    for name in names:
        if not isinstance(value, Composite):
            return ANY
        value = value.get(name, ANY)
    return value
