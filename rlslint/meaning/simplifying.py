"""One spelling for expressions that PostgreSQL treats alike, so that questions see one shape."""

from __future__ import annotations

from rlslint.catalog.answers import remembered
from rlslint.meaning import (
    SET_RETURNING_FUNCTIONS,
    STRICT_FUNCTIONS,
    STRICT_OPERATORS,
)
from rlslint.sql.expressions import (
    And,
    Call,
    Case,
    Cast,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Items,
    Not,
    Operator,
    Or,
    Query,
    SubSelect,
)
from rlslint.sql.operations import AGGREGATES
from rlslint.sql.rebuilding import rebuilt
from rlslint.text.budget import ITEMS_WRITTEN_OUT


@remembered
def simplified(expression: Expr) -> Expr:
    """Return an equivalent expression without the wrappers that change no value.

    `(SELECT x)` becomes `x`, a sub-select without FROM a condition, IN over a list an OR of
    comparisons, a comparison with a boolean constant a test, CASE with a subject the searched
    form. Deparsed text and what people write come out alike.
    """
    inner = rebuilt(expression, simplified)
    match inner:
        case SubSelect():
            return _simplified_sub_select(inner)
        case Operator():
            return _simplified_operator(inner)
        case Case(subject, branches, otherwise) if subject is not None:
            tests = tuple(
                (_simplified_operator(Operator("=", subject, when, "", when.location)), then)
                for when, then in branches
            )
            return Case(None, tests, otherwise, inner.location)
        case Cast(argument, "bool") if is_boolean(argument):
            return argument
        case Call(("coalesce",), (only,)):
            return only
        case Call(names, (left, right)) if inner.function is None and (
            symbol := _operator_of(names)
        ):
            return _simplified_operator(Operator(symbol, left, right, "", inner.location))
        case And():
            return conjunction(inner.arguments, inner.location)
        case Or():
            return disjunction(inner.arguments, inner.location)
        case _:
            return inner


_TYPES = ("bpchar", "int2", "int4", "int8", "name", "numeric_", "text", "uuid_")
_SYMBOLS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_OPERATORS_OF_FUNCTIONS = {
    f"{type_}{'_' if type_ == 'text' and ending[0] in 'lg' else ''}{ending}": symbol
    for type_ in _TYPES
    for ending, symbol in _SYMBOLS.items()
}
"""The functions behind the comparisons of types that tell tenants (pg_operator.oprcode)."""


def _operator_of(names: tuple[str, ...]) -> str | None:
    """Return the operator whose function a call names, as PostgreSQL's own."""
    if names[:-1] not in ((), ("pg_catalog",)):
        return None
    return _OPERATORS_OF_FUNCTIONS.get(names[-1])


def conjunction(arguments: tuple[Expr, ...], location: int) -> Expr:
    """Return the AND of `arguments`, nested ones flattened."""
    flat = tuple(
        part
        for argument in arguments
        for part in (argument.arguments if isinstance(argument, And) else (argument,))
    )
    return flat[0] if len(flat) == 1 else And(flat, location)


def disjunction(arguments: tuple[Expr, ...], location: int) -> Expr:
    """Return the OR of `arguments`, nested ones flattened."""
    flat = tuple(
        part
        for argument in arguments
        for part in (argument.arguments if isinstance(argument, Or) else (argument,))
    )
    return flat[0] if len(flat) == 1 else Or(flat, location)


def is_null(expression: Expr) -> bool:
    """Tell whether an expression is the constant NULL, or something strict is given it."""
    match expression:
        case Cast(argument):
            return is_null(argument)
        case Constant(None):
            return True
        case Operator(symbol, left, right, "") if symbol in STRICT_OPERATORS:
            return is_null(right) or (left is not None and is_null(left))
        case Call((name,), arguments) if name in STRICT_FUNCTIONS and expression.function is None:
            return any(map(is_null, arguments))
        case _:
            return False


def is_boolean(expression: Expr) -> bool:
    """Tell whether the shape alone says that the value is a boolean."""
    match expression:
        case And() | Or() | Not() | IsTruth() | Constant(True) | Constant(False):
            return True
        case Operator(symbol):
            return symbol in _BOOLEAN_OPERATORS
        case SubSelect(kind):
            return kind in ("exists", "any", "all")
        case Cast(type=type_name):
            return type_name == "bool"
        case _:
            return type(expression).__name__ == "IsNull"


_BOOLEAN_OPERATORS = frozenset(
    ("=", "<>", "<", "<=", ">", ">=", "~~", "~~*", "!~~", "!~~*", "~", "~*", "!~", "!~*",
     "is distinct from", "is not distinct from", "@>", "<@", "&&", "?", "?|", "?&", "^@")
)  # fmt: skip


def gives_rows(expression: Expr) -> bool:
    """Tell whether evaluating `expression` may give several rows, or group those it reads.

    What a sub-select inside does stays inside it.
    """
    match expression:
        case Query():
            return False
        case Call(name):
            if name[-1] in SET_RETURNING_FUNCTIONS or name[-1] in AGGREGATES:
                return True
            if expression.function is not None and getattr(
                expression.function, "returns_set", False
            ):
                return True
    return any(gives_rows(child) for child in expression.children())


def _simplified_sub_select(sub_select: SubSelect) -> Expr:
    query = sub_select.query
    if sub_select.kind == "scalar" and query.sources and len(query.outputs) == 1:
        return _simplified_count(sub_select)
    if sub_select.kind == "exists" and query.set_operation in ("intersect", "except"):
        return _compared_arms(sub_select) or sub_select
    location = sub_select.location
    if sub_select.kind in ("any", "exists") and _is_union_of_rows(query):
        arms = (
            SubSelect(sub_select.kind, sub_select.left, arm, sub_select.symbol, location)
            for arm in query.arms
        )
        return disjunction(tuple(map(_simplified_sub_select, arms)), location)
    if not _is_single_row(query):
        return sub_select
    conditions = tuple(IsTruth(c, True, False, c.location) for c in query.conditions)
    condition = conjunction(conditions, location) if conditions else Constant(True, location)
    if sub_select.kind == "exists":
        return condition
    if len(query.outputs) != 1 or gives_rows(query.outputs[0]):
        return sub_select
    (output,) = query.outputs
    match sub_select.kind:
        case "scalar" if not conditions:
            return output
        case "scalar":
            return Case(None, ((condition, output),), None, location)
        case "any" | "all" if sub_select.left is not None:
            comparison = _simplified_operator(
                Operator(sub_select.symbol, sub_select.left, output, "", location)
            )
            if not conditions:
                return comparison
            if sub_select.kind == "any":
                return conjunction((condition, comparison), location)
            return disjunction((Not(condition, location), comparison), location)
        case "array" if not conditions:
            return Items((output,), "array", location)
        case _:
            return sub_select


def _compared_arms(sub_select: SubSelect) -> Expr | None:
    """Read `EXISTS (SELECT a INTERSECT SELECT b)` as a comparison: NULLs count as equal there."""
    query = sub_select.query
    if query.limited or not all(_is_single_row(arm) and not arm.conditions for arm in query.arms):
        return None
    left, right = (arm.outputs for arm in query.arms)
    same = _same_items(left, right, sub_select.location)
    if same is None or query.set_operation == "intersect":
        return same
    return Not(same, sub_select.location)


def _same_items(lefts: tuple[Expr, ...], rights: tuple[Expr, ...], location: int) -> Expr | None:
    """Return a comparison that takes NULL for equal to NULL."""
    if not lefts or len(lefts) != len(rights) or len(lefts) > ITEMS_WRITTEN_OUT:
        return None
    return conjunction(
        tuple(
            Operator("is not distinct from", left, right, "", location)
            for left, right in zip(lefts, rights, strict=True)
        ),
        location,
    )


def _simplified_count(sub_select: SubSelect) -> Expr:
    """Read `(SELECT count(*) > 0 FROM …)` as EXISTS."""
    query = sub_select.query
    match query.outputs[0]:
        case Operator(symbol, count, Constant(int() as number)) if count is not None:
            rows = _counted_rows(query, (count,))
            if rows is not None:
                return _existence(rows, symbol, number, sub_select.location) or sub_select
    return sub_select


def _is_single_row(query: Query) -> bool:
    """Without FROM, HAVING and LIMIT a SELECT gives one row, or none for its WHERE."""
    return not (
        query.sources
        or query.set_operation
        or query.limited
        or query.grouped
        or query.ctes
        or any(gives_rows(condition) for condition in query.conditions)
        or any(gives_rows(output) for output in query.outputs)
    )


def _is_union_of_rows(query: Query) -> bool:
    """Tell whether a query is a UNION of single rows, or of such and of one that reads tables."""
    return (
        query.set_operation == "union"
        and not (query.limited or query.grouped or query.ctes)
        and any(_is_single_row(arm) for arm in query.arms)
    )


def _simplified_operator(operator: Operator) -> Expr:
    left, right, location = operator.left, operator.right, operator.location
    if left is None:
        return operator
    if operator.quantifier:
        return _simplified_quantified(operator, left)
    match operator.symbol, left, right:
        case "=" | "<>", Items(lefts) as row, Items(rights) if row.kind == "row" and len(
            lefts
        ) == len(rights):
            equal = tuple(
                _simplified_operator(Operator("=", a, b, "", location))
                for a, b in zip(lefts, rights, strict=True)
            )
            both = conjunction(equal, location)
            return both if operator.symbol == "=" else Not(both, location)
        case "=" | "<>", Items() | Cast(), Items() | Cast() if (
            same := _same_arrays(left, right, location)
        ) is not None:
            return same if operator.symbol == "=" else Not(same, location)
        case "<@", _, Call() if (within := _within_range(left, right, location)) is not None:
            return within
        case "@>", Call(), _ if (within := _within_range(right, left, location)) is not None:
            return within
        case "=" | "<>" | "<" | "<=" | ">" | ">=", _, _ if (
            found := _counted(operator.symbol, left, right, location)
        ) is not None:
            return found
        case "=" | "<>", _, Constant(bool() as value) if is_boolean(left):
            return left if value is (operator.symbol == "=") else Not(left, location)
        case "=" | "<>", Constant(bool() as value), _ if is_boolean(right):
            return right if value is (operator.symbol == "=") else Not(right, location)
        case _:
            return operator


def _same_arrays(left: Expr, right: Expr, location: int) -> Expr | None:
    """Read `ARRAY[a] = ARRAY[b]` as what it says of the elements: NULLs in arrays are equal."""
    lefts, rights = list_items(left), list_items(right)
    return None if lefts is None or rights is None else _same_items(lefts, rights, location)


_RANGES = frozenset(("int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange"))


def _within_range(element: Expr, range_call: Call, location: int) -> Expr | None:
    """Read `x <@ int4range(a, b)` as two comparisons: a bound that is NULL is none."""
    match range_call:
        case Call((name,), (low, high, *rest)) if name in _RANGES and range_call.function is None:
            pass
        case _:
            return None
    match rest:
        case []:
            bounds = "[)"
        case [Constant("[)" | "[]" | "(]" | "()" as bounds)]:
            pass
        case _:
            return None
    symbols = (">=" if bounds[0] == "[" else ">", "<=" if bounds[1] == "]" else "<")
    sides = tuple(
        Or(
            (
                IsNull(bound, False, location),
                Operator(symbol, element, bound, "", location),
            ),
            location,
        )
        for symbol, bound in zip(symbols, (low, high), strict=True)
    )
    return And((IsNull(element, True, location), *sides), location)


_MIRRORED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SOME = frozenset(((">", 0), (">=", 1), ("<>", 0)))
_NONE = frozenset((("=", 0), ("<", 1), ("<=", 0)))


def _counted(symbol: str, left: Expr, right: Expr, location: int) -> Expr | None:
    """Read `(SELECT count(*) …) > 0` as EXISTS."""
    for count, bound, how in ((left, right, symbol), (right, left, _MIRRORED[symbol])):
        query = _counting_query(count)
        match bound:
            case Constant(int() as number) if query is not None:
                return _existence(query, how, number, location)
    return None


def _existence(query: Query, symbol: str, number: int, location: int) -> Expr | None:
    exists = SubSelect("exists", None, query, location=location)
    if (symbol, number) in _SOME:
        return exists
    return Not(exists, location) if (symbol, number) in _NONE else None


def _counting_query(expression: Expr) -> Query | None:
    """Return the query whose rows `(SELECT count(*) …)` counts."""
    match expression:
        case Cast(argument, "int4" | "int8"):
            return _counting_query(argument)
        case SubSelect("scalar", _, query) if query.sources:
            return _counted_rows(query, query.outputs)
        case _:
            return None


def _counted_rows(query: Query, outputs: tuple[Expr, ...]) -> Query | None:
    match outputs:
        case (Call(("count",), ()),):
            pass
        case _:
            return None
    if query.grouped or query.rows or query.arms or query.trailing:
        return None
    if any(gives_rows(condition) for condition in query.conditions):
        return None
    one: tuple[Expr, ...] = (Constant(1, query.location),)
    return Query(
        query.sources,
        one,
        ("?column?",),
        query.conditions,
        query.ctes,
        query.inner_only,
        query.location,
    )


def _simplified_quantified(operator: Operator, left: Expr) -> Expr:
    right, location = operator.right, operator.location
    match right:
        case SubSelect(kind="array", query=query):
            return SubSelect(operator.quantifier, left, query, operator.symbol, location)
        case _:
            items = list_items(right)
    if items is None or len(items) > ITEMS_WRITTEN_OUT:
        return operator
    if not items:
        return Constant(operator.quantifier == "all", location)
    comparisons = tuple(
        _simplified_operator(Operator(operator.symbol, left, item, "", _place(item, location)))
        for item in items
    )
    join = disjunction if operator.quantifier == "any" else conjunction
    return join(comparisons, location)


def _place(item: Expr, fallback: int) -> int:
    return item.location if item.location >= 0 else fallback


def list_items(expression: Expr) -> tuple[Expr, ...] | None:
    """Return the members of ARRAY[…] or of an IN list, casts of the array put on each."""
    match expression:
        case Items(items) if expression.kind in ("array", "list"):
            if any(isinstance(item, Items) and item.kind == "array" for item in items):
                return None
            return items
        case Cast(argument, type_name) if type_name.endswith("[]"):
            items_below = list_items(argument)
            if items_below is None:
                return None
            element = type_name.removesuffix("[]")
            return tuple(Cast(item, element, item.location) for item in items_below)
        case _:
            return None
