"""What queries read and give: rows that are written out, the same again or not, one row or many."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.meaning import (
    NEVER_NULL_FUNCTIONS,
    STABLE_FUNCTIONS,
    TYPES_WITH_MODIFIERS,
)
from rlslint.meaning.context import is_own, read_of
from rlslint.meaning.simplifying import gives_rows
from rlslint.sql.expressions import (
    Call,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    Items,
    Operator,
    Query,
    Source,
    SubSelect,
    without_casts,
)
from rlslint.sql.operations import AGGREGATES
from rlslint.sql.rebuilding import rebuilt
from rlslint.text.budget import ITEMS_WRITTEN_OUT


class WrittenRow(NamedTuple):
    """One row of a sub-select: what is put out where the conditions on it are true."""

    conditions: tuple[Expr, ...]
    outputs: tuple[Expr, ...]


class WrittenRows(NamedTuple):
    """The rows of a sub-select in their order; `at_once` if all are there before any is asked."""

    rows: tuple[WrittenRow, ...]
    at_once: bool

    def outputs(self) -> tuple[Expr, ...]:
        """Return everything that may be put out."""
        return tuple(output for row in self.rows for output in row.outputs)


@remembered
def written_rows(query: Query) -> WrittenRows | None:
    """Return the rows of a query that reads nothing but written ones, before any LIMIT.

    None for any other query.
    """
    found = _rows(query)
    return found if found is not None and len(found.rows) <= ITEMS_WRITTEN_OUT else None


def _rows(query: Query) -> WrittenRows | None:
    if query.grouped or query.ordering or query.having is not None or not query.inner_only:
        return None
    if query.set_operation == "values":
        return WrittenRows(tuple(WrittenRow((), row.items) for row in query.rows), False)
    if query.set_operation == "union":
        arms = [_rows(arm) for arm in query.arms]
        known = [arm for arm in arms if arm is not None]
        if len(known) < len(arms):
            return None
        at_once = any(arm.at_once for arm in known)
        return WrittenRows(tuple(row for arm in known for row in arm.rows), at_once)
    if query.set_operation:
        return None
    match query.sources, query.outputs:
        case (), (Call(("unnest",), (Items() as array,)),) if array.kind == "array":
            rows = tuple(WrittenRow(query.conditions, (item,)) for item in array.items)
            return WrittenRows(rows, True)
        case (), outputs if not any(map(gives_rows, (*outputs, *query.conditions))):
            return WrittenRows((WrittenRow(query.conditions, outputs),), False)
        case (Source() as source,), outputs if not any(map(gives_rows, query.conditions)):
            return _read(source, query)
        case _:
            return None


def _read(source: Source, query: Query) -> WrittenRows | None:
    match source.call, source.query:
        case Call(("unnest",), (Items(items) as array,)), None if array.kind == "array":
            below = WrittenRows(tuple(WrittenRow((), (item,)) for item in items), True)
        case None, Query() as inner if not source.is_cte and not inner.limited:
            found = _rows(inner)
            if found is None:
                return None
            below = found
        case _:
            return None
    rows = []
    for row in below.rows:
        parts = [_placed(part, source, row.outputs) for part in (*query.conditions, *query.outputs)]
        known = tuple(part for part in parts if part is not None)
        if len(known) < len(parts):
            return None
        asked = len(query.conditions)
        rows.append(WrittenRow((*row.conditions, *known[:asked]), known[asked:]))
    return WrittenRows(tuple(rows), below.at_once)


def _placed(expression: Expr, source: Source, values: tuple[Expr, ...]) -> Expr | None:
    """Return an expression with the values of a row in place of its columns."""
    is_known = True

    def change(child: Expr) -> Expr:
        nonlocal is_known
        match child:
            case Column():
                match child.binding:
                    case ColumnBinding(bound, number, _) if bound is source:
                        if 0 < number <= len(values):
                            return values[number - 1]
                        is_known = False
                    case Source() as bound if bound is source:
                        is_known = False
                return child
            case _:
                return rebuilt(child, change)

    placed = change(expression)
    return placed if is_known else None


@remembered
def first_of(query: Query) -> WrittenRows | None:
    """Return the rows of which a scalar sub-select gives the first that meets its conditions."""
    found = written_rows(query) if len(query.outputs) == 1 else None
    if found is None or any(map(gives_rows, query.outputs)) or query.limits[1] is not None:
        return None
    return found if query.limited or len(found.rows) == 1 else None


@remembered
def greatest_of(query: Query) -> tuple[str, WrittenRows] | None:
    """Return the rows of which a scalar sub-select gives the greatest or the least value."""
    match query.outputs:
        case (Call((("max" | "min") as name,), (argument,)),) if not query.limited:
            inner = query.copied()
            inner.outputs = (argument,)
            found = written_rows(inner)
            return None if found is None else ("greatest" if name == "max" else "least", found)
        case _:
            return None


def given_of(query: Query) -> WrittenRows | None:
    """Return the rows one of which tells what a scalar sub-select gives."""
    greatest = greatest_of(query)
    return greatest[1] if greatest is not None else first_of(query)


@remembered
def is_repeatable(expression: Expr) -> bool:
    """Tell whether evaluating it twice in one statement surely gives the same value."""
    for part in expression.walk():
        match part:
            case Column() if part.unknown or part.binding is None:
                return False
            case Query() if part.limited:
                return False
            case Cast(type=type_name) if type_name.removesuffix("[]") in TYPES_WITH_MODIFIERS:
                return False
            case Call(name) if read_of(part) is None:
                function = part.function
                if isinstance(function, Function):
                    if not is_repeatable_function(function):
                        return False
                elif len(name) > 1 or name[0] not in STABLE_FUNCTIONS | AGGREGATES:
                    return False
    return True


class Structure:
    """An expression as a key of dictionaries, whose hash is worked out once."""

    __slots__ = ("_expression", "_hash")

    def __init__(self, expression: Expr) -> None:
        self._expression = expression
        self._hash = hash(expression)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and self._expression == other._expression


@remembered
def structure_of(expression: Expr) -> Structure:
    """Return a key that is equal for expressions that mean the same."""
    return Structure(expression)


def is_repeatable_function(function: Function) -> bool:
    """Tell whether a function is certainly not VOLATILE."""
    try:
        return function.volatility != "volatile"
    except UnknownFact:
        return False


@remembered
def may_aggregate(expression: Expr) -> bool:
    """Tell whether a part may be an aggregate, which makes a row out of none."""
    match expression:
        case SubSelect(left=left):
            return left is not None and may_aggregate(left)
        case Call(name) if expression.function is None and read_of(expression) is None:
            known = len(name) == 1 and name[0] in STABLE_FUNCTIONS | NEVER_NULL_FUNCTIONS
            if name[-1] in AGGREGATES or not known:
                return name[-1] not in _GIVES_ROWS_PER_ROW
    return any(may_aggregate(child) for child in expression.children())


_GIVES_ROWS_PER_ROW = frozenset(
    ("unnest", "jsonb_array_elements", "jsonb_array_elements_text", "generate_series")
)


def aggregates_alone(query: Query) -> bool:
    """Tell whether a query gives one aggregate that is NULL where there are no rows."""
    match query.outputs:
        case (Call((name,), (_,)),):
            is_known = name in AGGREGATES and name != "count"
            return is_known and not (query.grouped or query.arms or query.limited or query.having)
        case _:
            return False


def joined_tables(query: Query) -> tuple[Source, ...]:
    """Return the tables of each of which a query needs a row to give one, or a value."""
    if query.arms or query.rows or not query.inner_only:
        return ()
    alone = counts(query) or aggregates_alone(query)
    if not alone and any(map(may_aggregate, (*query.outputs, *query.conditions))):
        return ()
    return tuple(source for source in query.sources if source.relation is not None)


def is_looked_up_by_key(sub_select: SubSelect, source: Source) -> bool:
    """Tell whether a sub-select looks up the one row of a table to which the own row refers."""
    table, query = source.relation, sub_select.query
    if not isinstance(table, Relation):
        return False
    pairs = [
        (condition.left, condition.right)
        for condition in query.conditions
        if isinstance(condition, Operator) and condition.symbol == "=" and not condition.quantifier
    ]
    if sub_select.kind in ("any", "all") and len(query.outputs) == 1:
        pairs.append((sub_select.left, query.outputs[0]))
    numbers = {
        number
        for one, other in (*pairs, *((right, left) for left, right in pairs))
        if (number := _number_in(source, one))
        and other is not None
        and is_own(without_casts(other))
    }
    return any(
        one.kind in ("primary", "unique") and one.columns and numbers.issuperset(one.columns)
        for one in table.constraints.known()
    )


def _number_in(source: Source, expression: Expr | None) -> int:
    """Return which column of a table an expression is, 0 for anything else."""
    match expression and without_casts(expression):
        case Column(binding=ColumnBinding(of, number, _)) if of is source:
            return number
        case _:
            return 0


def always_gives(query: Query) -> bool:
    """Tell whether a query gives one value that is not NULL, rows or no rows.

    So does `coalesce(max(rank), 0)`: an aggregate without GROUP BY has a row where there is none.
    """
    match query.outputs:
        case (Call(("coalesce",), (Call((name,), (_,)), *rest)),) if name in AGGREGATES:
            is_filled = any(
                isinstance(bare := without_casts(each), Constant) and bare.value is not None
                for each in rest
            )
            return is_filled and not (query.grouped or query.arms or query.limited or query.having)
        case _:
            return False


def counts(query: Query) -> bool:
    """Tell whether a query gives nothing but the number of its rows."""
    match query.outputs:
        case (Call(("count",)),):
            return not query.grouped and not query.arms and not query.limited
        case _:
            return False
