"""What is asked of a system catalog, and the rows that answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.facts import Facts
from rlslint.catalog.journal import RecordedSet
from rlslint.catalog.model import Relation
from rlslint.replay.plpgsql.values import ANY, Composite, Datum, Reference


class Row(NamedTuple):
    """A row; one that is not certain may be there or not."""

    values: Composite
    certain: bool


class RowSet(NamedTuple):
    """A set of rows; there may be more if it is open."""

    rows: list[Row]
    open: bool


class Question(NamedTuple):
    """What is asked of a system catalog; `wanted` are column values that a row must have.

    Of `alternatives` a row must have one. A relation that the history never makes may exist, unless
    it has one of the `former_names`, or the answer is to be that `others_are_missing`.
    """

    catalog: Catalog
    search_path: tuple[str, ...]
    wanted: dict[str, Datum]
    alternatives: dict[str, tuple[str, ...]]
    former_names: RecordedSet[tuple[str, str]]
    others_are_missing: bool

    def text(self, *columns: str) -> str | None:
        """Return the wanted value of one of these columns if it is known."""
        for column in columns:
            value = self.wanted.get(column)
            if isinstance(value, str):
                return value
        return None

    def reference(self, *columns: str) -> Reference | None:
        for column in columns:
            value = self.wanted.get(column)
            if isinstance(value, Reference):
                return value
        return None


CatalogRows = Callable[[Question], RowSet]


def known_fact(facts: Facts, name: str) -> Datum:
    """Return a fact, ANY where it is not known."""
    value: Datum = getattr(facts, name) if facts.knows(name) else ANY
    return value


def asked_relations(question: Question, schema: str | None, name: str | None) -> Iterator[Relation]:
    """Yield the relations that a question may be about; None stands for any name."""
    catalog = question.catalog
    reference = question.reference(
        "oid", "attrelid", "polrelid", "conrelid", "tgrelid", "relid", "inhrelid"
    )
    if reference is not None and isinstance(reference.key, Relation):
        yield reference.key
        return
    for place in (catalog.names, catalog.unknown_relations):
        if schema is not None and name is not None:
            found = place.get((schema, name))
            candidates = [found] if found is not None else []
        else:
            candidates = [
                relation
                for (own_schema, own_name), relation in place.items()
                if (schema is None or own_schema == schema) and (name is None or own_name == name)
            ]
        yield from candidates


def may_be_missing(question: Question, schema: str | None, name: str | None) -> bool:
    """Tell whether there may be relations of these names that are not known."""
    relations, names = question.catalog.relations, question.catalog.names
    return relations.is_open and (schema is None or name is None or (schema, name) not in names)


def rows_beyond_history(question: Question, schema_column: str, name_column: str) -> list[Row]:
    """Return a row, which is not certain, for each relation asked for that is made elsewhere."""
    if question.others_are_missing:
        return []
    name, schema = question.text(name_column), question.text(schema_column)
    reference = question.reference(schema_column)
    schema = str(reference.key) if reference is not None else schema
    asked = (name,) if name is not None else question.alternatives.get(name_column, ())
    return [
        Row(row_with(**{**question.wanted, name_column: one}), False)
        for one in asked
        if not is_of_history(question.catalog, question.former_names, schema, one)
    ]


def is_of_history(
    catalog: Catalog, former_names: RecordedSet[tuple[str, str]], schema: str | None, name: str
) -> bool:
    """Tell whether the history has made or named a relation, whatever has become of it."""
    places = (catalog.names, catalog.unknown_relations, former_names)
    if schema is not None:
        return any((schema, name) in place for place in places)
    return any(name == known for place in places for _, known in place)


class _AnyColumn(Composite):
    """A row of which only some columns are known."""

    def __missing__(self, column: str) -> Datum:
        return ANY

    def __contains__(self, column: object) -> bool:
        return True


def row_with(**known: Datum) -> Composite:
    """Return a row of which these columns are known; any other may be anything."""
    return _AnyColumn(known)
