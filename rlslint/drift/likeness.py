"""Whether two bound expressions say the same: a migration's, and one as a server writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.drift.constants import same_constant
from rlslint.sql.expressions import (
    OWN_ROW,
    And,
    Call,
    Case,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    Items,
    Not,
    Operator,
    Or,
    Other,
    Query,
    Source,
    SubSelect,
)

_NULL = Constant(None)
"""What CASE without ELSE gives, which a server writes out (transformCaseExpr in parse_expr.c)."""


def alike(ours: Expr, theirs: Expr) -> bool:
    """Tell whether two expressions name the same things in the same way, whatever their spelling.

    Casts count for constants only, IN is a chain of OR, and names go by what they are bound to. A
    function or a column of which only one side knows what it is (a platform's, an extension's) goes
    by its name.
    """
    return _Pairing().are_alike(ours, theirs)


def local_name(name: str) -> str:
    """Return the name of a type without its schema, which not every history tells."""
    return name.rpartition(".")[2]


def same_type(ours: str, theirs: str) -> bool:
    """Tell whether two names are of one type, where one of them may leave its schema out."""
    if "." in ours and "." in theirs:
        return ours == theirs
    return local_name(ours) == local_name(theirs)


def signature(function: Function) -> str:
    """Return a function's name with the types of its arguments, which tell overloads apart."""
    return f"{function}({','.join(map(local_name, function.argument_types))})"


class _Pairing:
    """Knows which entry of a FROM list stands for which: twins have one number."""

    def __init__(self) -> None:
        self._numbers = {OWN_ROW: 0}
        self._next = 1

    def are_alike(self, ours: Expr | None, theirs: Expr | None) -> bool:
        if ours is None or theirs is None:
            return ours is theirs
        match _plain(ours), _plain(theirs):
            case (Constant() | Cast(Constant())) as left, (Constant() | Cast(Constant())) as right:
                return same_constant(*_value_and_type(left), *_value_and_type(right))
            case Column() as left, Column() as right:
                return self._same_column(left, right)
            case Call() as left, Call() as right:
                return _same_function(left, right) and self._in_order(
                    _handed_over(left), _handed_over(right)
                )
            case Or(left), Or(right):
                return self._in_any_order(left, right)
            case Case(subject, branches, otherwise), Case(other_subject, others, default):
                return (
                    self._same_part(subject, other_subject)
                    and self._same_part(branches, others)
                    and self.are_alike(otherwise or _NULL, default or _NULL)
                )
            case Items(left), Items(right):
                return self._in_order(left, right)
            case SubSelect() as left, SubSelect() as right:
                return (
                    (left.kind, left.symbol) == (right.kind, right.symbol)
                    and self.are_alike(left.left, right.left)
                    and self._same_query(left.query, right.query, left.kind != "exists")
                )
            case Query() as left, Query() as right:
                return self._same_query(left, right, True)
            case left, right:
                return type(left) is type(right) and all(
                    self._same_part(getattr(left, part), getattr(right, part))
                    for part in left.written
                )

    def _same_part(self, ours: object, theirs: object) -> bool:
        match ours, theirs:
            case Expr(), Expr():
                return self.are_alike(ours, theirs)
            case tuple(), tuple():
                return self._each(self._same_part, ours, theirs)
            case _:
                return ours == theirs

    def _in_order(self, ours: Sequence[Expr], theirs: Sequence[Expr]) -> bool:
        return self._each(self.are_alike, ours, theirs)

    def _each(
        self, same: Callable[..., bool], ours: Sequence[object], theirs: Sequence[object]
    ) -> bool:
        return len(ours) == len(theirs) and all(map(same, ours, theirs))

    def _in_any_order(self, ours: Sequence[Expr], theirs: Sequence[Expr]) -> bool:
        left = list(theirs)
        for one in ours:
            # Most often the next one is the twin.
            twin = next((at for at, other in enumerate(left) if self.are_alike(one, other)), None)
            if twin is None:
                return False
            del left[twin]
        return not left

    def _same_column(self, ours: Column, theirs: Column) -> bool:
        match ours.binding, theirs.binding:
            case ColumnBinding() as left, ColumnBinding() as right:
                if not self._are_twins(left.source, right.source):
                    return False
                if left.number and right.number:
                    return left.number == right.number
                # Nobody knows the columns of a table that is made elsewhere.
                return not (left.name and right.name) or left.name == right.name
            case Source() as left, Source() as right:
                return self._are_twins(left, right)
            case None, None:
                return ours.names == theirs.names
            case _:
                return False

    def _are_twins(self, ours: Source, theirs: Source) -> bool:
        return self._numbers.get(ours) == self._numbers.get(theirs)

    def _same_query(self, ours: Query, theirs: Query, with_outputs: bool) -> bool:
        """Tell whether two queries read the same rows; of EXISTS the outputs say nothing."""
        if ours.set_operation != theirs.set_operation:
            return False
        ctes = [query for _, query in ours.ctes], [query for _, query in theirs.ctes]
        if not self._in_order(*ctes) or len(ours.sources) != len(theirs.sources):
            return False
        for left, right in zip(ours.sources, theirs.sources, strict=True):
            self._numbers[left] = self._numbers[right] = self._next
            self._next += 1
        return (
            self._each(self._same_source, ours.sources, theirs.sources)
            and (not with_outputs or self._in_order(ours.outputs, theirs.outputs))
            and self._in_order(ours.conditions, theirs.conditions)
            and self._in_order(ours.rows, theirs.rows)
            and self._same_choice(ours, theirs, with_outputs)
            and len(ours.arms) == len(theirs.arms)
            and all(map(self._same_query, ours.arms, theirs.arms, repeat(with_outputs)))
        )

    def _same_choice(self, ours: Query, theirs: Query, with_outputs: bool) -> bool:
        """Tell whether two queries group, sort and cut off their rows alike."""
        if not self._same_part(ours.limits, theirs.limits):
            return False
        if not with_outputs and ours.limits == (None, None):
            return True
        left, right = (
            (
                tuple(_meant(one, query) for one in query.grouping),
                tuple(_meant(one, query) for one in query.distinct),
                tuple((_meant(one, query), falls) for one, falls in query.ordering),
            )
            for query in (ours, theirs)
        )
        return ours.grouped == theirs.grouped and self._same_part(left, right)

    def _same_source(self, ours: Source, theirs: Source) -> bool:
        match ours, theirs:
            case Source(relation=Relation() as left), Source(relation=Relation() as right):
                return str(left) == str(right)
            case Source(query=Query() as left), Source(query=Query() as right) if not (
                ours.is_cte or theirs.is_cte
            ):
                return self._same_query(left, right, True)
            case Source(call=Expr() as left), Source(call=Expr() as right):
                return self.are_alike(left, right)
            case _:
                return ours.name == theirs.name and _is_bare(ours) and _is_bare(theirs)


def _meant(part: Expr, query: Query) -> Expr:
    """Return the output that a part of GROUP BY or ORDER BY names by its number or its name."""
    match part:
        case Constant(int() as number) if 0 < number <= len(query.outputs):
            return query.outputs[number - 1]
        case Column((name,), binding=None) if name in query.output_names:
            return query.outputs[query.output_names.index(name)]
        case _:
            return part


def _is_bare(source: Source) -> bool:
    """Tell whether only its name says what a source is."""
    return (
        not isinstance(source.relation, Relation)
        and source.call is None
        and (source.query is None or source.is_cte)
    )


def _plain(part: Expr) -> Expr:
    """Return what PostgreSQL makes of a spelling: the same node for all that mean the same."""
    match part:
        case Cast(Constant()):
            return part
        case Cast(argument):
            return _plain(argument)
        case Operator("-", None, Constant(value)):
            return Constant(f"-{value}")
        case Operator("is not distinct from", left, right):
            return Not(Operator("is distinct from", left, right))
        case Operator(symbol, left, Items(items) | Cast(Items(items))) if part.quantifier:
            each = tuple(Operator(symbol, left, item) for item in items)
            if len(each) == 1:
                return _plain(each[0])
            return Or(each) if part.quantifier == "any" else And(each)
        case Or(arguments):
            return Or(_flattened(Or, arguments))
        case And(arguments):
            return And(_flattened(And, arguments))
        case _:
            return part


def _handed_over(call: Call) -> tuple[Expr, ...]:
    """Return the arguments of a call, one by one where they stand in an array behind VARIADIC.

    PostgreSQL shows the name of a sequence in full and as one.
    """
    match call.arguments:
        case (*first, Other("VariadicArgument", (Items(items, "array"),))):
            return (*first, *items)
        case (Cast(Constant(str() as name), "regclass"), *rest):
            return (Constant(local_name(name)), *rest)
        case (Constant(str() as name), *rest) if call.name[-1] in ("nextval", "currval", "setval"):
            return (Constant(local_name(name)), *rest)
        case arguments:
            return arguments


def _flattened(kind: type[And] | type[Or], arguments: tuple[Expr, ...]) -> tuple[Expr, ...]:
    found: list[Expr] = []
    for argument in map(_plain, arguments):
        found += argument.arguments if isinstance(argument, kind) else (argument,)
    return tuple(found)


def _value_and_type(constant: Constant | Cast) -> tuple[str | None, str]:
    match constant:
        case Cast(Constant(value), type_name):
            return _spelled(value), local_name(type_name)
        case Constant(bool(value)):
            return _spelled(value), "bool"
        case Constant(value):
            return _spelled(value), ""
        case _:
            raise AssertionError(constant)


def _spelled(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same_function(ours: Call, theirs: Call) -> bool:
    (left, left_signature), (right, right_signature) = _called(ours), _called(theirs)
    is_open = not (left_signature and right_signature)
    return left == right and (is_open or left_signature == right_signature)


def _called(call: Call) -> tuple[str, str]:
    if isinstance(call.function, Function):
        return call.function.name, signature(call.function)
    return call.name[-1], ""
