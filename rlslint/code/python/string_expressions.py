"""What strings of a Python file are worth: literals, f-strings, `%` and what `+` puts together."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod

from rlslint.code.python import formatting
from rlslint.code.python.literals import Field, UnexpectedLiteral, literal_parts
from rlslint.code.python.strings import Fragment, Written, concatenated, interpolated
from rlslint.code.python.values import Elements, RunTimeValue, Scoped, Value, WrappedSql, constant
from rlslint.files.python_source import PythonSource
from rlslint.text import HoleValue

_LONGEST_SOURCE = 60


class StringExpressions(ABC):
    """Evaluates the strings of one file; what stands inside them is left to the subclass."""

    def __init__(self, source: PythonSource) -> None:
        self.source = source
        self._literals: dict[ast.expr, list[Fragment | Field] | None] = {}

    @abstractmethod
    def value(self, node: ast.expr, scope: Scoped) -> Value:
        """Return what an expression is worth."""

    def unknown(self, node: ast.AST, value: HoleValue = HoleValue.anything) -> RunTimeValue:
        """Return the value of an expression that cannot be told."""
        return RunTimeValue(self.quoted(node), value)

    def quoted(self, node: ast.AST) -> str:
        """Return an expression for a message: on one line, cut where it is long."""
        text = " ".join(self.source.segment(node)[: _LONGEST_SOURCE * 4].split())
        return text if len(text) <= _LONGEST_SOURCE else text[: _LONGEST_SOURCE - 1] + "…"

    def span(self, node: ast.AST) -> tuple[int, int]:
        return self.source.start(node), self.source.end(node)

    def anchored(self, value: Value, node: ast.expr) -> Written:
        """Return a value as a part of a larger string, standing inside its expression."""
        if isinstance(value, WrappedSql):
            value = value.sql
        start, end = self.span(node)
        if isinstance(value, Written):
            return value.within(start, end)
        return formatting.as_written(value, self.quoted(node), start, end)

    def literal(self, node: ast.Constant, text: str) -> Written:
        """Return a string literal, each part with the place where it is written."""
        start, end = self.span(node)
        if node not in self._literals:
            self._literals[node] = self._parts(node)
        parts = self._literals[node] or []
        fragments = [part for part in parts if isinstance(part, Fragment)]
        if "".join(fragment.text for fragment in fragments) == text:
            return Written(fragments)
        return Written((Fragment(text, start, end),))

    def formatted(self, node: ast.JoinedStr, scope: Scoped) -> Written:
        """Return what an f-string gives."""
        if node not in self._literals:
            self._literals[node] = self._parts(node)
        parts = self._literals[node]
        fields = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        places = [part for part in parts or () if isinstance(part, Field)]
        start, end = self.span(node)
        if parts is None or len(places) != len(fields):
            return concatenated(
                self._field(part, start, end, scope)
                if isinstance(part, ast.FormattedValue)
                else Written((Fragment(str(getattr(part, "value", "")), start, end),))
                for part in node.values
            )
        remaining = iter(fields)
        return concatenated(
            Written((part,))
            if isinstance(part, Fragment)
            else self._field(next(remaining), part.start, part.end, scope)
            for part in parts
        )

    def summand(self, value: Value, operand: ast.expr) -> Written:
        """Return an operand of `+` as a part of the string that it makes."""
        if isinstance(operand, ast.Name) and isinstance(value, Written):
            start, end = self.span(operand)
            if formatting.ends_literal(value.text):
                return formatting.as_written(value, operand.id, start, end)
        return self.anchored(value, operand)

    def percent(self, node: ast.BinOp, left: Value, right: Value) -> Value:
        """Return what `%` gives for a string and what it is formatted with."""
        if not isinstance(left, Written):
            return self.unknown(node)
        if isinstance(node.right, ast.Tuple) or not isinstance(right, Elements):
            return formatting.percent_formatted(left, right)
        return formatting.percent_formatted(left, self.unknown(node.right))

    def _parts(self, node: ast.expr) -> list[Fragment | Field] | None:
        try:
            return literal_parts(self.source.text, *self.span(node))
        except UnexpectedLiteral:
            return None

    def _field(self, node: ast.FormattedValue, start: int, end: int, scope: Scoped) -> Written:
        value = self.value(node.value, scope)
        source = ast.unparse(node.value)
        if isinstance(value, RunTimeValue):
            value = value._replace(source=source)
        conversion = chr(node.conversion) if node.conversion > 0 else ""
        specification = ""
        if node.format_spec is not None:
            given = constant(self._specification(node.format_spec))
            if given is None:
                return interpolated(source, HoleValue.anything, start, end)
            specification = str(given)
        return formatting.as_written(
            formatting.as_specified(value, conversion, specification), source, start, end
        )

    def _specification(self, node: ast.expr) -> Value:
        match node:
            case ast.JoinedStr(values=[ast.Constant(value=str() as text)]):
                return Written((Fragment(text, 0, 0),))
            case _:
                return RunTimeValue("")
