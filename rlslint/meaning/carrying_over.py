"""A predicate of one catalog, bound to the objects of another that are the same ones there."""

from __future__ import annotations

from collections.abc import Mapping

from rlslint.catalog import Catalog
from rlslint.catalog.facts import GivenUp, UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.drift.likeness import same_type
from rlslint.meaning.context import is_own
from rlslint.sql.expressions import Call, Column, ColumnBinding, Expr, Query, Source
from rlslint.sql.rebuilding import read_from, rebound, rebuilt

NO_NAMES: Mapping[str, str] = {}
"""That no role has another name in another catalog."""


def carried_over(
    expression: Expr,
    relation: Relation,
    there: Relation,
    catalog: Catalog,
    names: Mapping[str, str] = NO_NAMES,
) -> Expr:
    """Return a predicate on `relation` as one on `there`, its successor in `catalog`.

    Columns and tables go by name, columns that were renamed by number, functions by what they do;
    `names` are what roles of the other catalog are called here.
    Raises GivenUp where something has no counterpart, so that the two cannot be compared.
    """
    numbers = _numbers(relation, there)

    def change(child: Expr) -> Expr:
        match child:
            case Column() if is_own(child):
                return _own(child, numbers)
            case Call(function=Function() as function):
                return _called(rebuilt(child, change), function, catalog, names)
            case Query():
                return _reading(rebuilt(child, change), catalog)
            case _:
                return rebuilt(child, change)

    return change(expression)


def _numbers(relation: Relation, there: Relation) -> Mapping[int, int]:
    """Return the columns of a table by number, with those of another that are the same."""
    names = {column.number for column in there.columns.values() if str(column) in relation.columns}
    found = {}
    for name, column in relation.columns.items():
        if name in there.columns:
            found[column.number] = there.columns[name].number
        elif there.column(column.number) is not None and column.number not in names:
            found[column.number] = column.number
    return found


def _own(column: Column, numbers: Mapping[int, int]) -> Expr:
    match column.binding:
        case ColumnBinding(source, number, name) if number > 0:
            if number not in numbers:
                raise GivenUp(column)
            return rebound(column, ColumnBinding(source, numbers[number], name))
        case _:
            return column


def _called(call: Expr, function: Function, catalog: Catalog, names: Mapping[str, str]) -> Expr:
    for other in catalog.function_names.get((function.schema, function.name), ()):
        if do_the_same(function, other, names):
            copy = call.copied()
            setattr(copy, "function", other)  # noqa: B010
            return copy
    raise GivenUp(call)


def do_the_same(function: Function, other: Function, names: Mapping[str, str] = NO_NAMES) -> bool:
    """Tell whether two functions of one name do the same; `names` are of the other's roles."""
    try:
        if function.owner != names.get(other.owner, other.owner):
            return False
        types = (function.return_type, *function.argument_types)
        others = (other.return_type, *other.argument_types)
        if len(types) != len(others) or not all(map(same_type, types, others)):
            return False
        return all(getattr(function, fact) == getattr(other, fact) for fact in _FACTS)
    except UnknownFact:
        return False


_FACTS = (
    "returns_set",
    "language",
    "volatility",
    "security_definer",
    "settings",
    "body",
)


def _reading(query: Expr, catalog: Catalog) -> Expr:
    if not isinstance(query, Query):
        return query
    sources: dict[Source, Source] = {}
    for source in query.sources:
        if isinstance(source.relation, Relation):
            sources[source] = _counterpart(source, source.relation, catalog)
    return read_from(query, sources) if sources else query


def _counterpart(source: Source, relation: Relation, catalog: Catalog) -> Source:
    key = relation.schema, relation.name
    there = catalog.names.get(key) or catalog.unknown_relations.get(key)
    if there is None or there.is_beyond_history is not relation.is_beyond_history:
        raise GivenUp(source)
    if not (relation.is_beyond_history or _is_alike(relation, there)):
        raise GivenUp(source)
    copy = source.copied()
    copy.relation = there
    return copy


def _is_alike(relation: Relation, there: Relation) -> bool:
    return there.kind is relation.kind and _attributes(there) == _attributes(relation)


def _attributes(relation: Relation) -> Mapping[str, int]:
    return {name: column.number for name, column in relation.columns.items()}
