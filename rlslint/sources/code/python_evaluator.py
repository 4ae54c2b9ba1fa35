"""What expressions of a Python file are worth, as far as the file tells without running it."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterator

from rlslint.sources.code import python_formatting as formatting
from rlslint.sources.code.python_literals import Field, UnexpectedLiteral, literal_parts
from rlslint.sources.code.python_source import PythonSource
from rlslint.sources.code.python_strings import (
    Fragment,
    Written,
    concatenated,
    interpolated,
)
from rlslint.sources.code.python_values import (
    Block,
    Callee,
    Class,
    Cursor,
    Handle,
    Instance,
    Items,
    Named,
    Pairs,
    Plain,
    Scoped,
    Statement,
    Unknown,
    Value,
    constant,
    entry,
)
from rlslint.text import HoleValue

_LONGEST_SOURCE = 60
_BUILTINS = frozenset(
    [
        "int",
        "float",
        "bool",
        "str",
        "len",
        "list",
        "tuple",
        "set",
        "sorted",
        "dict",
        "zip",
        "enumerate",
        "range",
        "reversed",
        "open",
        "repr",
        "format",
        "frozenset",
        "getattr",
        "min",
        "max",
        "sum",
        "print",
        "isinstance",
        "type",
        "map",
        "filter",
        "iter",
        "next",
        "any",
        "all",
        "super",
    ]
)


class Evaluator(ABC):
    """Evaluates expressions of one file; what a call does is left to the subclass."""

    def __init__(self, source: PythonSource, origins: dict[str, str]) -> None:
        self.source = source
        self.origins = origins
        self._literals: dict[ast.expr, list[Fragment | Field] | None] = {}

    @abstractmethod
    def call(self, node: ast.Call, scope: Scoped) -> Value:
        """Return the value of a call, and take note of what it does."""

    @abstractmethod
    def opened(self, value: Value, node: ast.expr) -> Value:
        """Return what `await` gives for a value."""

    @abstractmethod
    def imported(self, named: Named, node: ast.expr) -> Value:
        """Return the constant or function that a name of another module stands for."""

    def value(self, node: ast.expr, scope: Scoped) -> Value:
        """Return what an expression is worth."""
        match node:
            case ast.Constant(value=str() as text):
                return self._literal(node, text)
            case ast.Constant(value=int() | float() | None as plain):
                return Plain(plain)
            case ast.JoinedStr():
                return self._formatted(node, scope)
            case ast.Name(id=name):
                return self._name(node, name, scope)
            case ast.Attribute(value=of, attr=name):
                return self._attribute(node, self.value(of, scope), name)
            case ast.Call():
                return self.call(node, scope)
            case ast.BinOp(op=ast.Add()):
                return self._sum(node, scope)
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                return self._percent(node, self.value(left, scope), self.value(right, scope))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self._product(node, self.value(left, scope), self.value(right, scope))
            case ast.List(elts=members) | ast.Tuple(elts=members) | ast.Set(elts=members):
                return self._items(node, members, scope)
            case ast.Dict(keys=keys, values=values):
                return self._pairs(node, keys, values, scope)
            case ast.Subscript(value=of, slice=index):
                return self._member(node, self.value(of, scope), self.value(index, scope))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                chosen = self.truth(test, scope)
                if chosen is None:
                    return self._either(node, (self.value(body, scope), self.value(orelse, scope)))
                return self.value(body if chosen else orelse, scope)
            case ast.BoolOp(values=values):
                return self._either(node, tuple(self.value(part, scope) for part in values))
            case ast.Await(value=awaited):
                return self.opened(self.value(awaited, scope), node)
            case ast.NamedExpr(target=target, value=assigned):
                result = self.value(assigned, scope)
                scope.variables[target.id] = result
                return result
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp():
                return self._comprehension(node, scope)
            case ast.Compare():
                holds = self.truth(node, scope) if len(node.ops) == 1 else None
                return self.unknown(node, HoleValue.typed) if holds is None else Plain(holds)
            case _:
                return self.unknown(node)

    def unknown(self, node: ast.AST, value: HoleValue = HoleValue.anything) -> Unknown:
        """Return the value of an expression that cannot be told."""
        return Unknown(self.quoted(node), value)

    def quoted(self, node: ast.AST) -> str:
        """Return an expression for a message: on one line, cut where it is long."""
        text = " ".join(self.source.segment(node)[: _LONGEST_SOURCE * 4].split())
        return text if len(text) <= _LONGEST_SOURCE else text[: _LONGEST_SOURCE - 1] + "…"

    def span(self, node: ast.AST) -> tuple[int, int]:
        return self.source.start(node), self.source.end(node)

    def anchored(self, value: Value, node: ast.expr) -> Written:
        """Return a value as a part of a larger string, standing inside its expression."""
        if isinstance(value, Statement):
            value = value.sql
        start, end = self.span(node)
        if isinstance(value, Written):
            return value.within(start, end)
        return formatting.as_written(value, self.quoted(node), start, end)

    def truth(self, node: ast.expr, scope: Scoped) -> bool | None:
        """Tell whether a condition holds, None where that is not known."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.truth(operand, scope)
                return None if inner is None else not inner
            case ast.BoolOp(op=operator, values=values):
                results = [self.truth(part, scope) for part in values]
                decisive = isinstance(operator, ast.Or)
                if decisive in results:
                    return decisive
                return None if None in results else not decisive
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return _compared(operator, self.value(left, scope), self.value(right, scope))
            case ast.Compare():
                return None
        match self.value(node, scope):
            case Plain(plain):
                return bool(plain)
            case Written() as written if written.is_constant:
                return bool(written.text)
            case Items(members):
                return bool(members)
            case _:
                return None

    def iterated(self, value: Value) -> tuple[Value, ...] | None:
        """Return what a loop over the value yields, None where that is not known."""
        match value:
            case Items(values):
                return values
            case Pairs(entries):
                return tuple(key for key, _ in entries)
            case _:
                return None

    def bind(self, target: ast.expr, value: Value, scope: Scoped) -> None:
        """Assign a value to a name, or its members to the names of a tuple."""
        match target:
            case ast.Name(id=name):
                if isinstance(value, Handle) and not value.name:
                    value.name = name
                scope.variables[name] = value
            case ast.Attribute(value=of, attr=name):
                owner = self.value(of, scope)
                if isinstance(value, Handle) and not value.name:
                    value.name = self.quoted(target)
                if isinstance(owner, Instance):
                    owner.of.scope.variables[name] = value
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                members = self.iterated(value)
                for index, part in enumerate(targets):
                    known = members is not None and index < len(members)
                    member = members[index] if known and members else self._part(value, part)
                    self.bind(part, member, scope)
            case ast.Starred(value=inner):
                self.bind(inner, self.unknown(inner), scope)

    def _part(self, whole: Value, target: ast.expr) -> Unknown:
        kind = whole.value if isinstance(whole, Unknown) else HoleValue.anything
        return Unknown(self.quoted(target), kind)

    def _literal(self, node: ast.Constant, text: str) -> Written:
        start, end = self.span(node)
        if node not in self._literals:
            self._literals[node] = self._parts(node)
        parts = self._literals[node] or []
        fragments = [part for part in parts if isinstance(part, Fragment)]
        if "".join(fragment.text for fragment in fragments) == text:
            return Written(fragments)
        return Written((Fragment(text, start, end),))

    def _parts(self, node: ast.expr) -> list[Fragment | Field] | None:
        try:
            return literal_parts(self.source.text, *self.span(node))
        except UnexpectedLiteral:
            return None

    def _formatted(self, node: ast.JoinedStr, scope: Scoped) -> Written:
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

    def _field(self, node: ast.FormattedValue, start: int, end: int, scope: Scoped) -> Written:
        value = self.value(node.value, scope)
        source = ast.unparse(node.value)
        if isinstance(value, Unknown):
            value = value._replace(source=source)
        conversion = chr(node.conversion) if node.conversion > 0 else ""
        specification = ""
        if node.format_spec is not None:
            given = constant(self._specification(node.format_spec))
            if given is None:
                return interpolated(source, HoleValue.anything, start, end)
            specification = str(given)
        return formatting.as_written(
            formatting.converted(value, conversion, specification), source, start, end
        )

    def _specification(self, node: ast.expr) -> Value:
        match node:
            case ast.JoinedStr(values=[ast.Constant(value=str() as text)]):
                return Written((Fragment(text, 0, 0),))
            case _:
                return Unknown("")

    def _name(self, node: ast.expr, name: str, scope: Scoped) -> Value:
        found = scope.find(name)
        if found is not None:
            return found
        if name in self.origins:
            return self.imported(Named(self.origins[name]), node)
        return Named(name) if name in _BUILTINS else self.unknown(node)

    def _attribute(self, node: ast.Attribute, of: Value, name: str) -> Value:
        match of:
            case Named(dotted):
                return self.imported(Named(f"{dotted}.{name}"), node)
            case Instance(owner) | (Class() as owner):
                member = owner.scope.variables.get(name)
                if isinstance(member, Callee) and isinstance(of, Instance):
                    return member._replace(receiver=of)
                return member or self.unknown(node)
            case Unknown(source, HoleValue.typed) if name == "hex":
                return Unknown(source, HoleValue.typed)
            case _:
                return self.attribute(node, of, name)

    def attribute(self, node: ast.Attribute, of: Value, name: str) -> Value:
        """Return an attribute of a value that the file does not define."""
        if (
            name == "name"
            and isinstance(node.value, ast.Attribute)
            and node.value.attr == "dialect"
        ):
            return Written((Fragment("postgresql", *self.span(node)),))
        if isinstance(of, Handle | Cursor | Block) and name in ("connection", "sync_connection"):
            return of
        return self.unknown(node)

    def _sum(self, node: ast.BinOp, scope: Scoped) -> Value:
        operands: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
            operands.append(left.right)
            left = left.left
        operands.append(left)
        operands.reverse()
        values = [self.value(operand, scope) for operand in operands]
        if any(isinstance(value, Items) for value in values):
            if all(isinstance(value, Items) for value in values):
                return Items(tuple(part for value in values for part in self.iterated(value) or ()))
            return self.unknown(node)
        if any(isinstance(value, Written | Statement) for value in values):
            return concatenated(map(self._summand, values, operands))
        return self.unknown(node)

    def _summand(self, value: Value, operand: ast.expr) -> Written:
        if isinstance(operand, ast.Name) and isinstance(value, Written):
            start, end = self.span(operand)
            if formatting.ends_literal(value.text):
                return formatting.as_written(value, operand.id, start, end)
        return self.anchored(value, operand)

    def _percent(self, node: ast.BinOp, left: Value, right: Value) -> Value:
        if not isinstance(left, Written):
            return self.unknown(node)
        if isinstance(node.right, ast.Tuple) or not isinstance(right, Items):
            return formatting.percent_formatted(left, right)
        return formatting.percent_formatted(left, self.unknown(node.right))

    def _product(self, node: ast.BinOp, left: Value, right: Value) -> Value:
        if isinstance(left, Items):
            repeated = formatting.repeated(left, right)
            if repeated is not None:
                return repeated
            if all(constant(member) is not None for member in left.values):
                return Unknown(self.quoted(node), HoleValue.constant)
        if isinstance(left, Written) and left.is_constant:
            return Unknown(self.quoted(node), HoleValue.constant)
        return self.unknown(node)

    def _items(self, node: ast.expr, members: list[ast.expr], scope: Scoped) -> Value:
        values: list[Value] = []
        for member in members:
            if isinstance(member, ast.Starred):
                inner = self.iterated(self.value(member.value, scope))
                if inner is None:
                    return self.unknown(node)
                values.extend(inner)
            else:
                values.append(self.value(member, scope))
        return Items(tuple(values))

    def _pairs(
        self, node: ast.expr, keys: list[ast.expr | None], values: list[ast.expr], scope: Scoped
    ) -> Value:
        entries: list[tuple[Value, Value]] = []
        for key, value in zip(keys, values, strict=True):
            known = self.value(value, scope)
            if key is None:
                if not isinstance(known, Pairs):
                    return self.unknown(node)
                entries.extend(known.entries)
            else:
                entries.append((self.value(key, scope), known))
        return Pairs(tuple(entries))

    def _member(self, node: ast.expr, of: Value, index: Value) -> Value:
        match of, constant(index):
            case Items(values), int() as position if -len(values) <= position < len(values):
                return values[position]
            case Pairs(), str() as key:
                return entry(of, key) or self.unknown(node)
            case Named("django.db.connections"), _:
                return Named("django.db.connection")
            case Items() | Pairs(), _:
                return self._either(node, _members(of))
            case _:
                return self.unknown(node)

    def _either(self, node: ast.expr, values: tuple[Value, ...]) -> Value:
        """Return one of several values: a choice between constants, or the last that is telling."""
        if values and all(isinstance(constant(value), str | int) for value in values):
            return Unknown(self.quoted(node), HoleValue.constant)
        for value in values:
            if not isinstance(value, Unknown | Plain):
                return value
        return self.unknown(node)

    def _comprehension(
        self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scoped
    ) -> Value:
        inner = Scoped(scope)
        results: list[Value] = []
        if self._generate(node, 0, inner, results):
            return Items(tuple(results))
        sample = self.value(node.elt, inner)
        if constant(sample) is not None:
            return Unknown(self.quoted(node), HoleValue.constant)
        kind = sample.value if isinstance(sample, Unknown) else _worst(sample)
        return Unknown(self.quoted(node), kind)

    def _generate(
        self,
        node: ast.ListComp | ast.GeneratorExp | ast.SetComp,
        depth: int,
        scope: Scoped,
        results: list[Value],
    ) -> bool:
        if depth == len(node.generators):
            results.append(self.value(node.elt, scope))
            return True
        generator = node.generators[depth]
        members = self.iterated(self.value(generator.iter, scope))
        if members is None:
            self.bind(generator.target, self.unknown(generator.target), scope)
            return False
        for member in members:
            self.bind(generator.target, member, scope)
            wanted = [self.truth(condition, scope) for condition in generator.ifs]
            if False in wanted:
                continue
            if None in wanted or not self._generate(node, depth + 1, scope, results):
                return False
        return True


def _members(value: Value) -> tuple[Value, ...]:
    match value:
        case Items(values):
            return values
        case Pairs(entries):
            return tuple(item for _, item in entries)
        case _:
            return ()


def _worst(value: Value) -> HoleValue:
    if isinstance(value, Written):
        kinds = {gap.value for gap in value.gaps}
        if kinds <= {HoleValue.quoted, HoleValue.constant}:
            return HoleValue.quoted if kinds else HoleValue.constant
    return HoleValue.anything


def _compared(operator: ast.cmpop, left: Value, right: Value) -> bool | None:
    if isinstance(operator, ast.In | ast.NotIn):
        members = [constant(member) for member in _keys(right)]
        if isinstance(right, Items | Pairs) and constant(left) is not None and None not in members:
            return (constant(left) in members) is isinstance(operator, ast.In)
        return None
    if any(constant(side) is None and not _is_none(side) for side in (left, right)):
        return None
    equal = constant(left) == constant(right)
    match operator:
        case ast.Eq() | ast.Is():
            return equal
        case ast.NotEq() | ast.IsNot():
            return not equal
        case _:
            return None


def _is_none(value: Value) -> bool:
    return isinstance(value, Plain) and value.value is None


def _keys(value: Value) -> Iterator[Value]:
    match value:
        case Items(values):
            yield from values
        case Pairs(entries):
            yield from (key for key, _ in entries)
