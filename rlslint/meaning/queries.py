"""What FROM entries read, WITH queries included."""

from __future__ import annotations

from rlslint.catalog.answers import remembered
from rlslint.sql.expressions import Query, Source


def inner_query(source: Source) -> Query | None:
    """Return the query behind a FROM entry, None for a table or a function.

    Of a recursive WITH query it is the part before UNION: without rows from there, there are none.
    """
    query = source.query
    if query is None or not source.is_cte or not _is_recursive(query):
        return query
    return query.arms[0] if query.arms else None


@remembered
def _is_recursive(query: Query) -> bool:
    return any(
        source.query is query
        for part in query.walk()
        if isinstance(part, Query)
        for source in part.sources
    )
