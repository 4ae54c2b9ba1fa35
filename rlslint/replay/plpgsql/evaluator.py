"""Values of expressions: what the history alone tells of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from rlslint.replay.plpgsql.arrays import Array, array_from, array_of, element, elements
from rlslint.replay.plpgsql.builtin_functions import call_builtin
from rlslint.replay.plpgsql.calls import Arguments, Result
from rlslint.replay.plpgsql.casts import cast
from rlslint.replay.plpgsql.object_functions import ask_catalog
from rlslint.replay.plpgsql.operators import boolean, conjunction, disjunction, negation, operate
from rlslint.replay.plpgsql.values import ANY, Record, Unknown, Value
from rlslint.sql.expressions import (
    And,
    Call,
    Case,
    Cast,
    Column,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Items,
    Not,
    Operator,
    Or,
    Other,
    Parameter,
    Query,
    SubSelect,
)

if TYPE_CHECKING:
    from rlslint.replay.state import Replay


Results = dict[object, "Result | None"]
NamedQuery = tuple[str, Query]

Frame = dict[str, Record]
"""The current row of each source of a FROM list, by its alias."""


class Variables(Protocol):
    """Where names that are no columns, and parameters, get their values."""

    def variable(self, names: tuple[str, ...]) -> Value: ...

    def has_variable(self, name: str) -> bool: ...

    def parameter(self, number: int) -> Value: ...

    def call(self, call: Call, arguments: Arguments) -> Result | None: ...

    def reads_too_much(self, rows: int = 0) -> bool: ...


class Evaluator:
    """Evaluates expressions against a replay's catalog; `frames` are innermost first."""

    def __init__(
        self,
        replay: Replay,
        variables: Variables,
        frames: tuple[Frame, ...] = (),
        results: Results | None = None,
        queries: tuple[NamedQuery, ...] = (),
        aggregates: dict[int, Value] | None = None,
    ) -> None:
        self.replay = replay
        self.variables = variables
        self.frames = frames
        self.results: Results = {} if results is None else results
        self.queries = queries
        self.aggregates = aggregates or {}

    def within(self, frame: Frame) -> Evaluator:
        """Return an evaluator that sees a row of each source in `frame` as well."""
        frames = (frame, *self.frames)
        return Evaluator(self.replay, self.variables, frames, self.results, self.queries)

    def with_queries(self, query: Query) -> Evaluator:
        """Return an evaluator for which the WITH queries of `query` are relations."""
        if not query.ctes:
            return self
        queries = (*reversed(query.ctes), *self.queries)
        return Evaluator(self.replay, self.variables, self.frames, self.results, queries)

    def with_aggregates(self, values: dict[int, Value]) -> Evaluator:
        """Return an evaluator that knows the values of the aggregates of a group."""
        return Evaluator(
            self.replay, self.variables, self.frames, self.results, self.queries, values
        )

    def query_named(self, name: str) -> tuple[Query, Evaluator] | None:
        """Return the WITH query of this name, and an evaluator that sees those before it."""
        for position, (known, query) in enumerate(self.queries):
            if known == name:
                before = self.queries[position + 1 :]
                frames = self.frames
                return query, Evaluator(self.replay, self.variables, frames, self.results, before)
        return None

    def value(self, expression: Expr) -> Value:
        """Return the value of an expression, unknown where the history does not tell it."""
        match expression:
            case Constant(value):
                return value
            case Column(names):
                return self._column(names)
            case Parameter(number):
                return self.variables.parameter(number)
            case Operator():
                return self._operator(expression)
            case And(arguments):
                return conjunction(self.truth(argument) for argument in arguments)
            case Or(arguments):
                return disjunction([self.truth(argument) for argument in arguments])
            case Not(argument):
                return negation(self.truth(argument))
            case IsNull(argument, negated):
                return self._is_null(self.value(argument), negated)
            case IsTruth(argument, wanted, negated):
                truth = self.truth(argument)
                return ANY if isinstance(truth, Unknown) else (truth is wanted) is not negated
            case Cast(argument, type_):
                return self.cast(self.value(argument), type_)
            case Case():
                return self._case(expression)
            case Items(items):
                return array_of(tuple(self.value(item) for item in items))
            case Call():
                return self._call(expression)
            case SubSelect():
                return self._sub_select(expression)
            case Other():
                return self._other(expression)
            case _:
                return ANY

    def truth(self, expression: Expr) -> Value:
        """Return True, False, None or the unknown."""
        return boolean(self.value(expression))

    def _column(self, names: tuple[str, ...]) -> Value:
        if len(names) > 1:
            return self._qualified(names)
        for frame in self.frames:
            for row in frame.values():
                if dict.__contains__(row, names[0]):
                    return row[names[0]]
        if self.variables.has_variable(names[0]):
            return self.variables.variable(names)
        for frame in self.frames:
            if names[0] in frame:
                return frame[names[0]]
        return ANY

    def _qualified(self, names: tuple[str, ...]) -> Value:
        for frame in self.frames:
            if names[-2] in frame:
                return frame[names[-2]].get(names[-1], ANY)
        return self.variables.variable(names)

    def _operator(self, operator: Operator) -> Value:
        right = self.value(operator.right)
        if operator.left is None:
            negative = operator.symbol == "-" and isinstance(right, int)
            return -int(str(right)) if negative else ANY
        left = self.value(operator.left)
        if not operator.quantifier:
            return operate(operator.symbol, left, right)
        items = array_from(right) if isinstance(right, str) else right
        if items is None:
            return None
        if not isinstance(items, tuple):
            return ANY
        answers = [operate(operator.symbol, left, item) for item in elements(items)]
        combine: Callable[[list[Value]], Value] = (
            disjunction if operator.quantifier == "any" else conjunction
        )
        return combine(answers)

    def _is_null(self, value: Value, negated: bool) -> Value:
        if isinstance(value, Unknown):
            return ANY if value.parts == ANY.parts else negated
        return (value is None) is not negated

    def _case(self, case: Case) -> Value:
        for condition, result in case.branches:
            if case.subject is None:
                truth = self.truth(condition)
            else:
                truth = operate("=", self.value(case.subject), self.value(condition))
            if isinstance(truth, Unknown):
                return ANY
            if truth is True:
                return self.value(result)
        return self.value(case.otherwise) if case.otherwise is not None else None

    def arguments(self, call: Call) -> Arguments:
        """Return the values that a call hands over."""
        positional: list[Value] = []
        named: dict[str, Value] = {}
        spread = False
        for argument in call.arguments:
            match argument:
                case Other("NamedArgExpr", (value,)):
                    named[argument.detail] = self.value(value)
                case Other("VariadicArgument", (value,)):
                    spread = True
                    positional.append(self.value(value))
                case _:
                    positional.append(self.value(argument))
        return Arguments(tuple(positional), named, spread)

    def result_of(self, call: Call) -> Result | None:
        """Return what a function of the history gives, None for a call of any other.

        What one statement calls is carried out once, however often its value is asked for.
        """
        arguments = self.arguments(call)
        try:
            key = (id(call), arguments.positional, *arguments.named.items())
            hash(key)
        except TypeError:
            return self.variables.call(call, arguments)
        if key not in self.results:
            self.results[key] = self.variables.call(call, arguments)
        return self.results[key]

    def has_called(self, call: Call) -> bool:
        """Tell whether this statement has carried out a call, whatever it handed over."""
        return any(isinstance(key, tuple) and key[0] == id(call) for key in self.results)

    def _call(self, call: Call) -> Value:
        if id(call) in self.aggregates:
            return self.aggregates[id(call)]
        if own := self.result_of(call):
            return own.value
        given = self.arguments(call)
        arguments = given.positional
        if given.spread and isinstance(arguments[-1], tuple):
            arguments = (*arguments[:-1], *elements(arguments[-1]))
        elif given.spread:
            return ANY
        if asked := ask_catalog(self.replay, call.name, arguments):
            return asked[0]
        return ANY if given.named else call_builtin(call.name[-1], arguments)

    def cast(self, value: Value, type_name: str) -> Value:
        """Return a value as `::type` gives it."""
        return cast(self.replay, value, type_name)

    def _other(self, other: Other) -> Value:
        if other.tag == "CollateClause" and other.arguments:
            return self.value(other.arguments[0])
        if other.tag != "A_Indirection" or not other.arguments:
            return ANY
        value = self.value(other.arguments[0])
        match other.arguments[1:]:
            case () if isinstance(value, Record):
                return value.get(other.detail, ANY)
            case () if value is None:
                return None
            case subscripts if isinstance(value, tuple | None) and not other.detail:
                return self._subscripted(value, subscripts)
            case _:
                return ANY

    def _subscripted(self, array: Array | None, subscripts: tuple[Expr, ...]) -> Value:
        if array is None:
            return None
        positions: list[int] = []
        for subscript in subscripts:
            if not isinstance(subscript, Other) or subscript.tag != "A_Indices":
                return ANY
            bounds = [self.value(bound) for bound in subscript.arguments]
            if subscript.detail:
                return self._slice(array, subscript.detail, bounds) if len(subscripts) == 1 else ANY
            if bounds == [None]:
                return None
            if not isinstance(bounds[0], int):
                return ANY
            positions.append(bounds[0])
        return element(array, positions)

    def _slice(self, array: Array, detail: str, bounds: list[Value]) -> Value:
        lower, _, upper = detail.partition(":")
        first = bounds[0] if lower else 1
        last = bounds[-1] if upper else len(array)
        if not isinstance(first, int) or not isinstance(last, int):
            return ANY
        return array[max(first, 1) - 1 : max(last, 0)]

    def _sub_select(self, select: SubSelect) -> Value:
        from rlslint.replay.plpgsql.sub_selects import sub_select_value

        return sub_select_value(select, self)
