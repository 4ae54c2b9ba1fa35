"""Whether a table's indexes serve what a predicate asks of each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from rlslint import NamedTuple
from rlslint.catalog.model import Index, Relation
from rlslint.meaning.context import own_columns
from rlslint.meaning.cost import IndexedComparison, is_constant
from rlslint.sql.expressions import Cast, Column, Expr, Operator


class Obstacle(Enum):
    """Why no index serves a comparison."""

    missing = "missing"
    not_leading = "not leading"
    wrapped = "wrapped"
    unfit = "unfit"


class Unserved(NamedTuple):
    """A comparison that no index serves.

    `further_back` is the index that has its column in another place than the first, `invalid` the
    one that would serve it if it were valid. `unfit` is one that has only some of the rows, or is
    about another expression over the column.
    """

    comparison: IndexedComparison
    obstacle: Obstacle
    further_back: Index | None = None
    invalid: Index | None = None
    unfit: Index | None = None


# pg_cast.castmethod = 'b': the index on the column serves the cast as well.
_SAME_BINARY = frozenset(
    (("varchar", "text"), ("text", "varchar"), ("cidr", "inet"), ("citext", "text"))
)
_SCALARS = frozenset(
    ("bool", "int2", "int4", "int8", "float4", "float8", "numeric", "uuid", "text", "varchar",
     "bpchar", "date", "time", "timetz", "timestamp", "timestamptz", "inet", "cidr", "oid", "name",
     "bytea", "json", "jsonb")
)  # fmt: skip


IndexLayout = tuple[object, ...]
"""What of a table decides which comparisons its indexes serve: alike for many tables."""


def index_layout(relation: Relation) -> IndexLayout:
    """Return the layout of a table's indexes."""
    return (
        relation.partition_key,
        *[
            (
                index.columns,
                index.valid,
                index.method,
                index.partial,
                *[clause.expression for clause in index.clauses],
            )
            for index in relation.indexes.values()
        ],
    )


def unserved(
    groups: Sequence[Sequence[IndexedComparison]], relation: Relation, columns: frozenset[int]
) -> tuple[Unserved, ...]:
    """Return the comparisons of `columns` that let the table be read as a whole.

    One comparison of a conjunction that an index serves is enough. Of a disjunction every arm
    needs one; where an arm compares nothing, no index could help and nothing is returned.
    """
    if scans_whole(groups, relation):
        return ()
    found: list[Unserved] = []
    for group in _decisive(groups):
        bare = [_without_coercion(comparison, relation) for comparison in group]
        if any(_is_served(comparison, bare, relation) for comparison in bare):
            continue
        wanted = [c for c in bare if c.column in columns and _is_selective(c, relation)]
        if not wanted:
            return ()
        found.append(_unserved(wanted[0], bare, relation))
    return tuple(found)


def scans_whole(groups: Sequence[Sequence[IndexedComparison]], relation: Relation) -> bool:
    """Tell whether PostgreSQL reads the whole table whatever index one might add."""
    return not all(_could_be_served(group, relation) for group in _decisive(groups))


def _decisive(
    groups: Sequence[Sequence[IndexedComparison]],
) -> list[Sequence[IndexedComparison]]:
    """Return the groups without IS NULL where other comparisons decide.

    Beside one with the context IS NULL adds little; an arm of its own on a column that other arms
    compare is served by the same index.
    """
    compared = {c.column for group in groups for c in group if c.form not in ("null", "sub-select")}
    found: list[Sequence[IndexedComparison]] = []
    for group in groups:
        strong = [c for c in group if c.form != "null"]
        if strong or not group:
            found.append(strong)
        elif not any(c.column in compared for c in group):
            found.append(group)
    return found


def _could_be_served(group: Sequence[IndexedComparison], relation: Relation) -> bool:
    bare = [_without_coercion(comparison, relation) for comparison in group]
    return any(_is_selective(c, relation) or _is_served(c, bare, relation) for c in bare)


def leading_index(
    relation: Relation, columns: frozenset[int], keys: frozenset[int]
) -> Index | None:
    """Return an index that begins with some of `columns`, one of `keys` among them.

    A valid one where there is one: only that serves queries.
    """
    leading = [
        index
        for index in relation.indexes.values()
        if not keys.isdisjoint(_fixed_prefix(index.columns, columns))
    ]
    return next((index for index in leading if index.valid), leading[0] if leading else None)


def _fixed_prefix(index: Sequence[int], columns: frozenset[int]) -> tuple[int, ...]:
    for position, column in enumerate(index):
        if column not in columns:
            return tuple(index[:position])
    return tuple(index)


def _indexes(relation: Relation) -> Iterator[Index]:
    """Yield the indexes that serve queries."""
    return (index for index in relation.indexes.values() if index.valid)


def _is_served(
    comparison: IndexedComparison, group: Sequence[IndexedComparison], relation: Relation
) -> bool:
    if comparison.form == "sub-select":
        return False
    if not comparison.is_wrapped and comparison.column in relation.partition_key:
        return True
    return any(
        _serves(index, comparison, group) and _has_rows_of(index, comparison)
        for index in _indexes(relation)
    )


def _has_rows_of(index: Index, comparison: IndexedComparison) -> bool:
    """Tell whether an index has all rows that may meet the conditions beside a comparison."""
    if index.condition is None:
        return True
    from rlslint.meaning.partial_indexes import may_follow

    return may_follow(index.condition.expression, comparison.arm)


def _serves(
    index: Index, comparison: IndexedComparison, group: Sequence[IndexedComparison]
) -> bool:
    if comparison.is_wrapped:
        return _leads_with(index, comparison.operand)
    fixed = frozenset(c.column for c in group if not c.is_wrapped and _is_equality(c.comparison))
    return (
        comparison.column in _fixed_prefix(index.columns, fixed)
        or index.columns[:1] == (comparison.column,)
        # Each column of a BRIN, GIN or GiST index can be searched by itself (manual: Multicolumn
        # Indexes).
        or (index.method in ("brin", "gin", "gist") and comparison.column in index.columns)
    )


def _is_equality(comparison: Expr) -> bool:
    return isinstance(comparison, Operator) and comparison.symbol == "="


def _leads_with(index: Index, operand: Expr) -> bool:
    if index.columns[:1] != (0,) or not index.expressions:
        return False
    expression = index.expressions[0].expression
    return operand in (expression, _below_text(expression)) or _below_text(operand) == expression


def _below_text(expression: Expr) -> Expr:
    """Return what stands below a cast to text, which the deparser adds to varchar."""
    if isinstance(expression, Cast) and expression.type == "text":
        return expression.argument
    return expression


def _without_coercion(comparison: IndexedComparison, relation: Relation) -> IndexedComparison:
    """Take off casts that an index does not mind."""
    operand = comparison.operand
    while isinstance(operand, Cast):
        operand = operand.argument
    if not isinstance(operand, Column) or not comparison.is_wrapped:
        return comparison
    column = relation.column(comparison.column)
    source = column.type if column is not None else ""
    targets = _targets(comparison.operand)
    for target in reversed(targets):
        if target != source and (source, target) not in _SAME_BINARY and source in _SCALARS:
            return comparison
        source = target
    return comparison._replace(operand=operand, is_wrapped=False)


def _targets(operand: Expr) -> list[str]:
    """Return the types that an operand is cast to, the last one first."""
    found = []
    while isinstance(operand, Cast):
        found.append(operand.type)
        operand = operand.argument
    return found


def _is_selective(comparison: IndexedComparison, relation: Relation) -> bool:
    """Tell whether an index on the column would be worth having: not for two values.

    What is compared with a constant says nothing of whose a row is.
    """
    column = relation.column(comparison.column)
    if comparison.form not in ("scalar", "array") or column is None or column.type == "bool":
        return False
    match comparison.comparison:
        case Operator(_, left, right):
            return not (is_constant(left) or is_constant(right))
        case _:
            return True


def _unserved(
    comparison: IndexedComparison, group: Sequence[IndexedComparison], relation: Relation
) -> Unserved:
    for index in relation.indexes.values():
        if not index.valid and _serves(index, comparison, group):
            return Unserved(comparison, Obstacle.missing, invalid=index)
    for index in _indexes(relation):
        if _serves(index, comparison, group):
            return Unserved(comparison, Obstacle.unfit, unfit=index)
    other = _of_another_expression(comparison, relation)
    if comparison.is_wrapped:
        if other is not None:
            return Unserved(comparison, Obstacle.unfit, unfit=other)
        is_sum = isinstance(comparison.operand, Operator)
        return Unserved(comparison, Obstacle.missing if is_sum else Obstacle.wrapped)
    for index in _indexes(relation):
        if comparison.column in index.columns[1:]:
            return Unserved(comparison, Obstacle.not_leading, index)
    if other is not None:
        return Unserved(comparison, Obstacle.unfit, unfit=other)
    return Unserved(comparison, Obstacle.missing)


def _of_another_expression(comparison: IndexedComparison, relation: Relation) -> Index | None:
    """Return an index that begins with another expression over the column, None if it has more.

    One that begins with the column itself is what the comparison could use.
    """
    column, found = frozenset((comparison.column,)), None
    for index in _indexes(relation):
        if index.columns[:1] == (comparison.column,):
            return None
        leads = index.expressions[0].expression if index.columns[:1] == (0,) else None
        if leads is not None and own_columns(leads) == column and found is None:
            found = index
    return found
