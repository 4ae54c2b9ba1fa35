"""What expressions of a Python file are worth, as far as the file tells without running it."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Iterator

from rlslint.code.python import formatting
from rlslint.code.python.string_expressions import StringExpressions
from rlslint.code.python.strings import Fragment, Written, concatenated
from rlslint.code.python.values import (
    Callee,
    Class,
    Cursor,
    Elements,
    Entered,
    External,
    Handle,
    Instance,
    Pairs,
    Plain,
    RunTimeValue,
    Scoped,
    Value,
    WrappedSql,
    collected,
    constant,
    entry,
)
from rlslint.files.python_source import PythonSource
from rlslint.text import HoleValue
from rlslint.text.budget import MOST_BITS

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


class ExpressionReader(StringExpressions):
    """Evaluates expressions of one file; what a call does is left to the subclass."""

    def __init__(self, source: PythonSource, origins: dict[str, str]) -> None:
        super().__init__(source)
        self.origins = origins

    @abstractmethod
    def call(self, node: ast.Call, scope: Scoped) -> Value:
        """Return the value of a call, and take note of what it does."""

    @abstractmethod
    def opened(self, value: Value, node: ast.expr) -> Value:
        """Return what `await` gives for a value."""

    @abstractmethod
    def imported(self, named: External, node: ast.expr) -> Value:
        """Return the constant or function that a name of another module stands for."""

    def value(self, node: ast.expr, scope: Scoped) -> Value:
        """Return what an expression is worth."""
        match node:
            case ast.Constant(value=str() as text):
                return self.literal(node, text)
            case ast.Constant(value=int(number)) if number.bit_length() > MOST_BITS:
                return self.unknown(node, HoleValue.typed)
            case ast.Constant(value=int() | float() | None as plain):
                return Plain(plain)
            case ast.JoinedStr():
                return self.formatted(node, scope)
            case ast.Name(id=name):
                return self._name(node, name, scope)
            case ast.Attribute(value=of, attr=name):
                return self._attribute(node, self.value(of, scope), name)
            case ast.Call():
                return self.call(node, scope)
            case ast.BinOp(op=ast.Add()):
                return self._sum(node, scope)
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                return self.percent(node, self.value(left, scope), self.value(right, scope))
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
            case Elements(members):
                return bool(members)
            case _:
                return None

    def iterated(self, value: Value) -> tuple[Value, ...] | None:
        """Return what a loop over the value yields, None where that is not known."""
        match value:
            case Elements(values):
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

    def _part(self, whole: Value, target: ast.expr) -> RunTimeValue:
        kind = whole.value if isinstance(whole, RunTimeValue) else HoleValue.anything
        return RunTimeValue(self.quoted(target), kind)

    def _name(self, node: ast.expr, name: str, scope: Scoped) -> Value:
        found = scope.find(name)
        if found is not None:
            return found
        if name in self.origins:
            return self.imported(External(self.origins[name]), node)
        return External(name) if name in _BUILTINS else self.unknown(node)

    def _attribute(self, node: ast.Attribute, of: Value, name: str) -> Value:
        match of:
            case External(dotted):
                return self.imported(External(f"{dotted}.{name}"), node)
            case Instance(owner) | (Class() as owner):
                member = owner.scope.variables.get(name)
                if isinstance(member, Callee) and isinstance(of, Instance):
                    return member._replace(receiver=of)
                return member or self.unknown(node)
            case RunTimeValue(source, HoleValue.typed) if name == "hex":
                return RunTimeValue(source, HoleValue.typed)
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
        if isinstance(of, Handle | Cursor | Entered) and name in ("connection", "sync_connection"):
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
        if any(isinstance(value, Elements) for value in values):
            if all(isinstance(value, Elements) for value in values):
                return collected(part for value in values for part in self.iterated(value) or ())
            return self.unknown(node)
        if any(isinstance(value, Written | WrappedSql) for value in values):
            return concatenated(map(self.summand, values, operands))
        return self.unknown(node)

    def _product(self, node: ast.BinOp, left: Value, right: Value) -> Value:
        if isinstance(left, Elements):
            repeated = formatting.repeated(left, right)
            if repeated is not None:
                return repeated
            if all(constant(member) is not None for member in left.values):
                return RunTimeValue(self.quoted(node), HoleValue.constant)
        if isinstance(left, Written) and left.is_constant:
            return RunTimeValue(self.quoted(node), HoleValue.constant)
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
        return collected(values)

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
            case Elements(values), int() as position if -len(values) <= position < len(values):
                return values[position]
            case Pairs(), str() as key:
                return entry(of, key) or self.unknown(node)
            case External("django.db.connections"), _:
                return External("django.db.connection")
            case Elements() | Pairs(), _:
                return self._either(node, _members(of))
            case _:
                return self.unknown(node)

    def _either(self, node: ast.expr, values: tuple[Value, ...]) -> Value:
        """Return one of several values: a choice between constants, or the last that is telling."""
        if values and all(isinstance(constant(value), str | int) for value in values):
            return RunTimeValue(self.quoted(node), HoleValue.constant)
        for value in values:
            if not isinstance(value, RunTimeValue | Plain):
                return value
        return self.unknown(node)

    def _comprehension(
        self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scoped
    ) -> Value:
        inner = Scoped(scope)
        results: list[Value] = []
        if self._generate(node, 0, inner, results):
            return Elements(tuple(results))
        sample = self.value(node.elt, inner)
        if constant(sample) is not None:
            return RunTimeValue(self.quoted(node), HoleValue.constant)
        kind = sample.value if isinstance(sample, RunTimeValue) else _worst(sample)
        return RunTimeValue(self.quoted(node), kind)

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
        case Elements(values):
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
    """Tell whether a comparison holds, None where that is not known."""
    if isinstance(operator, ast.In | ast.NotIn):
        members = [constant(member) for member in _keys(right)]
        if (
            isinstance(right, Elements | Pairs)
            and constant(left) is not None
            and None not in members
        ):
            return (constant(left) in members) is isinstance(operator, ast.In)
        return None
    if any(constant(side) is None and not _is_python_none(side) for side in (left, right)):
        return None
    equal = constant(left) == constant(right)
    match operator:
        case ast.Eq() | ast.Is():
            return equal
        case ast.NotEq() | ast.IsNot():
            return not equal
        case _:
            return None


def _is_python_none(value: Value) -> bool:
    return isinstance(value, Plain) and value.value is None


def _keys(value: Value) -> Iterator[Value]:
    match value:
        case Elements(values):
            yield from values
        case Pairs(entries):
            yield from (key for key, _ in entries)
