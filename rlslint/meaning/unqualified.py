"""Which names in a function's body PostgreSQL looks up along the caller's search_path."""

from __future__ import annotations

from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.binding import find_relation
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import tables_read, tables_written, words_in_body, words_seen
from rlslint.meaning.calls import called_names, schemas_of_functions, search_path_of

_BEFORE_TABLES = frozenset(("from", "join", "into", "update", "only", "table", "using"))


def unqualified_names(function: Function, catalog: Catalog) -> tuple[str, ...]:
    """Return the tables and functions of the history that a body names without their schema.

    Tables come first. PostgreSQL's own functions are not among them. Raises UnknownFact where
    none is found and the body may name some that cannot be seen.
    """
    known, seen = schemas_of_functions(catalog), words_seen(function)
    functions: list[str] = []
    if seen is None or not seen.isdisjoint(known):
        called = (name[0] for name in called_names(function) if len(name) == 1)
        functions = [name for name in called if name in known]
    try:
        tables = _unqualified_tables(function, catalog)
    except UnknownFact:
        if not functions:
            raise
        tables = []
    return tuple(dict.fromkeys((*tables, *functions)))


def tables_by_path(function: Function, catalog: Catalog) -> tuple[str, ...]:
    """Return the tables of the history that a body finds along its search_path.

    Unless the path names pg_temp last, a temporary table of the same name comes before them. Raises
    UnknownFact where none is found and the body may name some that cannot be seen.
    """
    path = search_path_of(function)
    tables = _unqualified_tables(function, catalog)
    found = (name for name in tables if find_relation(catalog, path, "", name) is not None)
    return tuple(dict.fromkeys(found))


def _unqualified_tables(function: Function, catalog: Catalog) -> list[str]:
    try:
        named = (*tables_read(function), *tables_written(function))
    except UnknownFact:
        tables = _tables_after_keywords(function, catalog)
        if not tables:
            raise
        return tables
    return [
        table.name
        for table in named
        if not table.schema
        and not _is_system_catalog(table.name)
        and not _may_be_transition(table.name, function, catalog)
    ]


@remembered
def _relation_names(catalog: Catalog, path: tuple[str, ...]) -> frozenset[str]:
    """Return the names of the relations that may be named without their schema."""
    schemas = {*path, "pg_temp"}
    return frozenset({name for schema, name in catalog.names if schema in schemas})


def _may_be_transition(name: str, function: Function, catalog: Catalog) -> bool:
    """REFERENCING NEW TABLE AS name: no temporary table comes before it (tried on 15 and 18)."""
    path = search_path_of(function)
    return function.return_type == "trigger" and find_relation(catalog, path, "", name) is None


def _is_system_catalog(name: str) -> bool:
    """A temporary table can stand before these too, but they are no tables of the history."""
    return name.startswith("pg_")


def _tables_after_keywords(function: Function, catalog: Catalog) -> list[str]:
    """Find table names in a body that cannot be parsed whole (dynamic SQL, other languages)."""
    path, seen = search_path_of(function), words_seen(function)
    if seen is not None and seen.isdisjoint(_relation_names(catalog, path)):
        return []
    words = [word for word, _ in words_in_body(function)]
    return [
        name
        for before, name, after in zip(words, words[1:], [*words[2:], ""], strict=False)
        if before in _BEFORE_TABLES
        and after not in (".", "(")
        and find_relation(catalog, path, "", name.strip('"')) is not None
    ]
