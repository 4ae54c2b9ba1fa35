"""Partitions of the tables of models, as the operations of django-postgres-extra make them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from rlslint import NamedTuple
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.model_operations import Operation, columns_phrase, table_phrase
from rlslint.code.evaluation.models import Model
from rlslint.code.evaluation.schema_words import default, strings_of
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Entries, Items, Unknown, Value, constant
from rlslint.code.evaluation.wording import Phrase, listed, sentence, unknown, words

_METHODS = frozenset(("range", "list", "hash"))


class Partitioning(NamedTuple):
    """How the rows of a table are divided, and by which columns."""

    method: str
    columns: tuple[str, ...]


def partitioning_of(operation: Operation, model: Model) -> Partitioning | None:
    """Return how the table of a model is partitioned, None where it is not, or nobody knows how."""
    given = operation.given.get("partitioning_options")
    if not isinstance(given, Entries):
        return None
    told = given.values.get("method")
    method = told.path.rpartition(".")[2] if isinstance(told, Unknown) else constant(told)
    keys = [each for each in strings_of((given.values.get("key", Items(())),)) if each]
    if not isinstance(method, str) or method.lower() not in _METHODS or not keys:
        return None
    return Partitioning(method.lower(), tuple([model.column(each) for each in keys]))


def partition_clauses(
    model: Model, partitioning: Partitioning, place: Origin
) -> tuple[Phrase, Phrase]:
    """Return the key of a partitioned table, which has the columns that divide it, and how."""
    key = model.key
    own = (key.column,) if key is not None and key.column not in partitioning.columns else ()
    columns = columns_phrase((*own, *partitioning.columns), place)
    by = columns_phrase(partitioning.columns, place)
    return (
        [*words("PRIMARY KEY (", place), *columns, *words(")", place)],
        [*words(f" PARTITION BY {partitioning.method.upper()} (", place), *by, *words(")", place)],
    )


def add_partition(operation: Operation) -> Iterator[Written]:
    """Yield the table of a partition."""
    model, own, place = operation.model, operation.text("name"), operation.place
    bounds = _BOUNDS.get(operation.kind)
    if own and bounds is not None:
        names = _table(model, own, place), " PARTITION OF ", table_phrase(model.table, place)
        yield sentence(place, "CREATE TABLE ", *names, " ", *bounds(operation))


def delete_partition(operation: Operation) -> Iterator[Written]:
    """Yield what drops the table of a partition."""
    own, place = operation.text("name"), operation.place
    if own:
        yield sentence(place, "DROP TABLE ", _table(operation.model, own, place))


def _table(model: Model, own: str, place: Origin) -> Phrase:
    return table_phrase(f"{model.table}_{own}".lower(), place)


def _in_range(operation: Operation) -> list[str | Phrase]:
    bounds = [_literal(operation, each) for each in ("from_values", "to_values")]
    return ["FOR VALUES FROM (", bounds[0], ") TO (", bounds[1], ")"]


def _in_list(operation: Operation) -> list[str | Phrase]:
    return ["FOR VALUES IN (", _literal(operation, "values"), ")"]


def _of_hash(operation: Operation) -> list[str | Phrase]:
    modulus, remainder = (_literal(operation, each) for each in ("modulus", "remainder"))
    return ["FOR VALUES WITH (MODULUS ", modulus, ", REMAINDER ", remainder, ")"]


def _literal(operation: Operation, argument: str) -> Phrase:
    """Return values as SQL, with commas between them."""
    given = operation.given.get(argument)
    values: tuple[Value | None, ...] = given.values if isinstance(given, Items) else (given,)
    place = operation.place
    return listed([default(each, place) or unknown(place) for each in values], place)


_BOUNDS: Mapping[str, Callable[[Operation], list[str | Phrase]]] = MappingProxyType(
    {
        "PostgresAddRangePartition": _in_range,
        "PostgresAddListPartition": _in_list,
        "PostgresAddHashPartition": _of_hash,
        "PostgresAddDefaultPartition": lambda operation: ["DEFAULT"],
    }
)
