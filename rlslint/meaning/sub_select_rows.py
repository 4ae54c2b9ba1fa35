"""Whether a sub-select gives a row in one world, and what raises an error for its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from rlslint.meaning import inner_query
from rlslint.meaning.comparing import extreme
from rlslint.meaning.context import own_columns
from rlslint.meaning.queries import (
    WrittenRow,
    WrittenRows,
    first_of,
    greatest_of,
    may_aggregate,
    written_rows,
)
from rlslint.meaning.values import EMPTY_ARRAY, RaisesError, Term, Value
from rlslint.meaning.worlds import World, worlds_inside
from rlslint.sql.expressions import Call, Expr, Items, Operator, Query, SubSelect
from rlslint.text.budget import WORLDS_OF_A_SUB_SELECT


class RowEvaluator(Protocol):
    """What expressions give in one world."""

    world: World

    def truth(self, expression: Expr) -> bool | None: ...

    def value(self, expression: Expr) -> Value: ...

    def inside(self, world: World) -> RowEvaluator: ...


class SubSelectRows:
    """The rows of sub-selects in the world of an evaluation."""

    __slots__ = ("_evaluation",)

    def __init__(self, evaluation: RowEvaluator) -> None:
        self._evaluation = evaluation

    def note_errors(self, expressions: Iterable[Expr]) -> None:
        """Note what a sub-select raises for a row, if it has one."""
        for expression in expressions:
            if may_aggregate(expression):
                continue
            try:
                self._evaluation.value(expression)
            except RaisesError as error:
                self._evaluation.world.errors.append(error.expression)

    def may_be_there(self, query: Query) -> bool:
        """Tell whether a query can give a row; False only where it certainly gives none."""
        if query.set_operation == "values":
            self.note_errors(value for row in query.rows for value in row.items)
            return True
        if query.arms:
            first, second = (self.may_be_there(arm) for arm in query.arms)
            match query.set_operation:
                case "union":
                    return first or second
                case "intersect":
                    return first and second
                case _:
                    return first
        may_match = self.may_match(query)
        return may_match or any(map(may_aggregate, (*query.outputs, *query.conditions)))

    def may_match(self, query: Query) -> bool:
        """Tell whether a row of what a query reads can meet its conditions."""
        if not query.inner_only:
            return True
        self._evaluation.world.budget.take(1)
        for source in query.sources:
            inner = inner_query(source)
            if inner is not None and not self.may_be_there(inner):
                return False
            if source.call is not None and not self._function_may_give_rows(source.call):
                return False
        if any(may_aggregate(condition) for condition in query.conditions):
            return True

        return any(outcome is not False for outcome in self._met(query, True))

    def always_match(self, query: Query) -> bool:
        """Tell whether all rows of tables that a query reads meet its conditions."""
        plain = all(source.relation is not None for source in query.sources)
        if not plain or not query.sources or query.arms or not query.inner_only:
            return False
        if query.limited or query.grouped or any(map(may_aggregate, query.conditions)):
            return False

        return all(self._met(query, False))

    def _met(self, query: Query, noting: bool) -> Iterator[bool | None]:
        """Yield whether a row meets the conditions; with `noting`, errors are kept and tell not."""

        def met(world: World) -> bool:
            evaluation = self._evaluation.inside(world)
            try:
                return all(evaluation.truth(c) is True for c in query.conditions)
            except RaisesError as error:
                world.errors.append(error.expression)
                return noting
            finally:
                if noting:
                    self._evaluation.world.errors += world.errors

        return worlds_inside(met, WORLDS_OF_A_SUB_SELECT, self._evaluation.world)

    def _function_may_give_rows(self, call: Expr) -> bool:
        match call:
            case Call((("unnest" | "jsonb_array_elements" | "jsonb_array_elements_text"
                        | "json_array_elements" | "json_array_elements_text"
                        | "string_to_table" | "regexp_split_to_table"),), (first, *_)):  # fmt: skip
                if call.function is not None:
                    return True
                value = self._evaluation.value(first)
                return value is not None and value != EMPTY_ARRAY
            case _:
                return True


class OverWrittenRows:
    """What sub-selects over written rows give in the world of an evaluation."""

    __slots__ = ("_evaluation",)

    def __init__(self, evaluation: RowEvaluator) -> None:
        self._evaluation = evaluation

    def value(self, sub_select: SubSelect) -> Value:
        """Return what a sub-select gives. Raises ReadsOtherRows where it does."""
        query = sub_select.query
        match sub_select.kind:
            case "scalar":
                if (found := greatest_of(query)) is not None:
                    return extreme(found[0], self._column(found[1]))
                if (rows := first_of(query)) is not None:
                    return self._first(rows)
            case _ if (rows := written_rows(query)) is not None and not query.limited:
                return self._listed(sub_select, rows)
        raise ReadsOtherRows

    def _first(self, rows: WrittenRows) -> Value:
        if rows.at_once:
            self._values(rows)
        for row in rows.rows:
            if self._is_there(row):
                return self._evaluation.value(row.outputs[0])
        return None

    def _listed(self, sub_select: SubSelect, rows: WrittenRows) -> Value:
        """Return what EXISTS, IN and their like give: three-valued, like an OR of the rows."""
        kind, left = sub_select.kind, sub_select.left
        if kind == "array":
            return Term(("array", self._column(rows)))
        if rows.at_once or not any(map(own_columns, rows.outputs())):
            self._values(rows)
        deciding, unknown = kind != "all", False
        for row in rows.rows:
            if not self._is_there(row):
                continue
            if kind == "exists":
                return True
            if left is None or isinstance(left, Items) or len(row.outputs) != 1:
                raise ReadsOtherRows
            compared = Operator(sub_select.symbol, left, row.outputs[0], "", sub_select.location)
            truth = self._evaluation.truth(compared)
            if truth is deciding:
                return deciding
            unknown = unknown or truth is None
        return None if unknown else not deciding

    def _is_there(self, row: WrittenRow) -> bool:
        return all(self._evaluation.truth(condition) is True for condition in row.conditions)

    def _values(self, rows: WrittenRows) -> None:
        for output in rows.outputs():
            self._evaluation.value(output)

    def _column(self, rows: WrittenRows) -> tuple[Value, ...]:
        return tuple(
            self._evaluation.value(row.outputs[0]) for row in rows.rows if self._is_there(row)
        )


class ReadsOtherRows(Exception):
    """A sub-select reads other rows than written ones."""
