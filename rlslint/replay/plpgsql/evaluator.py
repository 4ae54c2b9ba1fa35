"""Values of expressions: what the history alone tells of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from rlslint.catalog.overloads import type_of_argument
from rlslint.replay.plpgsql.arrays import (
    Array,
    all_elements,
    array_of,
    as_array,
    element,
)
from rlslint.replay.plpgsql.builtin_functions import call_builtin
from rlslint.replay.plpgsql.calls import Arguments, RoutineResult
from rlslint.replay.plpgsql.course import Raised
from rlslint.replay.plpgsql.date_functions import DATE_FUNCTIONS, called_of_dates
from rlslint.replay.plpgsql.dates import Duration
from rlslint.replay.plpgsql.named_objects import ask_catalog, cast
from rlslint.replay.plpgsql.system_catalogs.questions import RowSet
from rlslint.replay.plpgsql.three_valued import (
    all_hold,
    any_holds,
    boolean,
    negation,
    operate,
)
from rlslint.replay.plpgsql.values import ANY, Composite, Datum, PartlyKnown, ShownExpression
from rlslint.replay.state import Replay
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

Results = dict[object, "RoutineResult | None"]
NamedQuery = tuple[str, Query]

Frame = dict[str, Composite]
"""The current row of each source of a FROM list, by its alias."""


class Variables(Protocol):
    """Where names that are no columns, and parameters, get their values.

    With `others_are_missing`, no relation exists but those that the history makes.
    """

    @property
    def others_are_missing(self) -> bool: ...

    def variable(self, names: tuple[str, ...]) -> Datum: ...

    def has_variable(self, name: str) -> bool: ...

    def type_of(self, name: str) -> str: ...

    def parameter(self, number: int) -> Datum: ...

    def call(self, call: Call, arguments: Arguments) -> RoutineResult | None: ...

    @property
    def certain(self) -> bool: ...

    def reads_too_much(self, rows: int = 0) -> bool: ...


class Evaluator:
    """Evaluates expressions against a replay's catalog; `frames` are innermost first.

    `read` gives the rows of a sub-select. `results` are what the calls of one statement gave.
    """

    def __init__(
        self,
        replay: Replay,
        variables: Variables,
        read: Callable[[Query, Evaluator], RowSet],
    ) -> None:
        self.replay = replay
        self.variables = variables
        self.read = read
        self.frames: tuple[Frame, ...] = ()
        self.queries: tuple[NamedQuery, ...] = ()
        self.results: Results = {}

    def within(self, frame: Frame) -> Evaluator:
        """Return an evaluator that sees a row of each source in `frame` as well."""
        return self._with((frame, *self.frames), self.queries)

    def with_queries(self, query: Query) -> Evaluator:
        """Return an evaluator for which the WITH queries of `query` are relations."""
        if not query.ctes:
            return self
        return self._with(self.frames, (*reversed(query.ctes), *self.queries))

    def query_named(self, name: str) -> tuple[Query, Evaluator] | None:
        """Return the WITH query of this name, and an evaluator that sees those before it."""
        for position, (known, query) in enumerate(self.queries):
            if known == name:
                return query, self._with(self.frames, self.queries[position + 1 :])
        return None

    def _with(self, frames: tuple[Frame, ...], queries: tuple[NamedQuery, ...]) -> Evaluator:
        inner = Evaluator(self.replay, self.variables, self.read)
        inner.frames, inner.queries, inner.results = frames, queries, self.results
        return inner

    def value(self, expression: Expr) -> Datum:
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
                return all_hold(self.truth(argument) for argument in arguments)
            case Or(arguments):
                return any_holds([self.truth(argument) for argument in arguments])
            case Not(argument):
                return negation(self.truth(argument))
            case IsNull(argument, negated):
                return self._is_null(self.value(argument), negated)
            case IsTruth(argument, wanted, negated):
                truth = self.truth(argument)
                return ANY if isinstance(truth, PartlyKnown) else (truth is wanted) is not negated
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

    def truth(self, expression: Expr) -> Datum:
        """Return True, False, None or the unknown."""
        return boolean(self.value(expression))

    def _column(self, names: tuple[str, ...]) -> Datum:
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

    def _qualified(self, names: tuple[str, ...]) -> Datum:
        for frame in self.frames:
            if names[-2] in frame:
                return frame[names[-2]].get(names[-1], ANY)
        return self.variables.variable(names)

    def _operator(self, operator: Operator) -> Datum:
        right = self.value(operator.right)
        if operator.left is None:
            if operator.symbol == "-" and isinstance(right, Duration):
                return right.times(-1)
            negative = operator.symbol == "-" and isinstance(right, int)
            return -int(str(right)) if negative else ANY
        left = self.value(operator.left)
        if operator.symbol in ("/", "%") and right == 0 and isinstance(left, int):
            if not any(self.frames) and self.variables.certain:
                raise Raised("division_by_zero")
            return ANY
        if not operator.quantifier:
            return operate(operator.symbol, left, right)
        items = as_array(right)
        if items is None:
            return None
        if not isinstance(items, tuple):
            return ANY
        answers = [operate(operator.symbol, left, item) for item in all_elements(items)]
        combine: Callable[[list[Datum]], Datum] = (
            any_holds if operator.quantifier == "any" else all_hold
        )
        return combine(answers)

    def _is_null(self, value: Datum, negated: bool) -> Datum:
        if isinstance(value, PartlyKnown):
            known = isinstance(value, ShownExpression) or value.parts != ANY.parts
            return negated if known else ANY
        return (value is None) is not negated

    def _case(self, case: Case) -> Datum:
        for condition, result in case.branches:
            if case.subject is None:
                truth = self.truth(condition)
            else:
                truth = operate("=", self.value(case.subject), self.value(condition))
            if isinstance(truth, PartlyKnown):
                return ANY
            if truth is True:
                return self.value(result)
        return self.value(case.otherwise) if case.otherwise is not None else None

    def arguments(self, call: Call) -> Arguments:
        """Return the values that a call hands over."""
        positional: list[Datum] = []
        named: dict[str, Datum] = {}
        spread = False
        types: list[str] = []
        for argument in call.arguments:
            match argument:
                case Other("NamedArgExpr", (handed_over,)):
                    value = named[argument.detail] = self.value(handed_over)
                case Other("VariadicArgument", (handed_over,)):
                    spread = True
                    positional.append(value := self.value(handed_over))
                case handed_over:
                    positional.append(value := self.value(handed_over))
            types.append(self._type(handed_over, value))
        return Arguments(tuple(positional), named, spread, tuple(types))

    def _type(self, expression: Expr, value: Datum) -> str:
        """Return the type of what a call hands over, "" where it is not known."""
        match expression:
            case Column(names=(name,)) if self.variables.has_variable(name):
                return self.variables.type_of(name)
            case Constant() | Cast():
                return type_of_argument(expression, None)
            case _ if isinstance(value, bool):
                return "bool"
            case _ if isinstance(value, tuple):
                return "[]"
            case _:
                return type_of_argument(expression, None)

    def result_of(self, call: Call) -> RoutineResult | None:
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

    def _call(self, call: Call) -> Datum:
        if own := self.result_of(call):
            return own.value
        given = self.arguments(call)
        arguments = given.positional
        if given.spread and isinstance(arguments[-1], tuple):
            arguments = (*arguments[:-1], *all_elements(arguments[-1]))
        elif given.spread:
            return ANY
        if asked := ask_catalog(
            self.replay, call.name, arguments, self.variables.others_are_missing
        ):
            return asked[0]
        if call.name[-1] in DATE_FUNCTIONS:
            return called_of_dates(call.name[-1], arguments, given.named)
        return ANY if given.named else call_builtin(call.name[-1], arguments)

    def cast(self, value: Datum, type_name: str) -> Datum:
        """Return a value as `::type` gives it."""
        return cast(self.replay, value, type_name)

    def _other(self, other: Other) -> Datum:
        if other.tag == "CollateClause" and other.arguments:
            return self.value(other.arguments[0])
        if other.tag != "A_Indirection" or not other.arguments:
            return ANY
        value = self.value(other.arguments[0])
        match other.arguments[1:]:
            case () if isinstance(value, Composite):
                return value.get(other.detail, ANY)
            case () if value is None:
                return None
            case subscripts if isinstance(value, tuple | None) and not other.detail:
                return self._subscripted(value, subscripts)
            case _:
                return ANY

    def _subscripted(self, array: Array | None, subscripts: tuple[Expr, ...]) -> Datum:
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

    def _slice(self, array: Array, detail: str, bounds: list[Datum]) -> Datum:
        lower, _, upper = detail.partition(":")
        first = bounds[0] if lower else 1
        last = bounds[-1] if upper else len(array)
        if not isinstance(first, int) or not isinstance(last, int):
            return ANY
        return array[max(first, 1) - 1 : max(last, 0)]

    def _sub_select(self, select: SubSelect) -> Datum:
        """Return the value of a sub-select (manual: 9.24)."""
        rows = self.read(select.query, self)
        exact = not rows.open and all(row.certain for row in rows.rows)
        values = [next(iter(row.values.values()), ANY) for row in rows.rows]
        match select.kind:
            case "exists":
                if any(row.certain for row in rows.rows):
                    return True
                return ANY if rows.rows or rows.open else False
            case "scalar":
                if not exact or len(values) > 1:
                    return ANY
                return values[0] if values else None
            case "array":
                return tuple(values) if exact else ANY
            case _ if select.left is not None:
                left = self.value(select.left)
                answers = [
                    operate(select.symbol, left, value) if row.certain else ANY
                    for row, value in zip(rows.rows, values, strict=True)
                ]
                answers += [ANY] if rows.open else []
                return any_holds(answers) if select.kind == "any" else all_hold(answers)
            case _:
                return ANY
