"""How grave it is that queries read a table as a whole: that depends on its size."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.catalog import Catalog
from rlslint.catalog.model import Kind, Relation
from rlslint.config import Severity

SMALL = 1_000
LARGE = 1_000_000
"""The numbers of rows below which nobody notices, and from which everybody does.

Measured on PostgreSQL 18, rows of 130 bytes of 500 tenants, all in memory: to read those of one
tenant takes 0.08 ms of 1,000 rows without an index and 0.03 ms with one; 0.7 and 0.06 ms of 10,000;
230 and 6 ms of 1,000,000, and every query of the table pays that.
"""


class Weight(NamedTuple):
    """What the size of a table makes of a finding, and the end of its message that says so.

    `severity` is None where the size is not known, or neither small nor large.
    """

    severity: Severity | None
    because: str


def weight_of(catalog: Catalog, table: Relation, times: Relation | None = None) -> Weight:
    """Return how grave it is that a table is read as a whole, once for each row of `times`.

    The planner's estimate counts, which is as old as the last ANALYZE.
    """
    rows = estimated_rows(catalog, table)
    counted = f"{table} has about {rows_in_words(rows)}"
    if times is not None:
        others = estimated_rows(catalog, times)
        if others:
            rows *= others
            counted += f", and {times} about {rows_in_words(others)}"
        elif rows < LARGE:
            return Weight(None, "")
    if 0 < rows < SMALL:
        return Weight(Severity.info, f"; an info, for {counted}")
    if rows >= LARGE:
        return Weight(Severity.error, f"; an error, for {counted}")
    return Weight(None, "")


def estimated_rows(catalog: Catalog, table: Relation) -> int:
    """Return how many rows a table probably has, 0 where nothing tells.

    An estimate of 0 tells nothing: before PostgreSQL 14 it also stood for a table that was never
    analysed (manual: pg_class, reltuples), and an empty table is not yet what it is made to be.
    Where a partitioned table has no estimate of its own, its partitions have.
    """
    if table.estimated_rows or table.kind is not Kind.partitioned_table:
        return table.estimated_rows or 0
    rows = [
        estimated_rows(catalog, other) for other in catalog.tables() if other.partition_of is table
    ]
    return sum(rows) if all(rows) or sum(rows) >= LARGE else 0


def rows_in_words(rows: int) -> str:
    """Return "50 rows", "12,000 rows" or "50 million rows": two digits are all that is known."""
    for unit, name in ((10**9, "billion"), (10**6, "million")):
        if rows >= unit:
            return f"{float(f'{rows / unit:.2g}'):,g} {name} rows"
    if rows == 1:
        return "1 row"
    digits = max(len(str(rows)) - 2, 0)
    return f"{round(rows, -digits):,} rows"
