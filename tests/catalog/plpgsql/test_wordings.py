"""Every fact after blocks as migrations word them: the replay says what PostgreSQL says.

Each block of `wordings/*.sql` starts with `-- name:`. After `-- unknown:` stand the facts that the
replay may not know then, and `-- reported` tells that the block counts as unresolved.
"""

import re
from pathlib import Path

import pytest

from rlslint.catalog.model import Catalog
from tests.catalog.plpgsql.blocks import SETUP, Block
from tests.catalog.plpgsql.test_parity import replayed
from tests.parity import (
    UNKNOWN,
    clause_differences,
    differences,
    facts_of_catalog,
    facts_of_database,
)
from tests.postgres import Database

_FOLDER = Path(__file__).parent / "wordings"
_HEADER = re.compile(r"^-- name: (.*)\n(?:-- unknown: (.*)\n)?(-- reported\n)?", re.MULTILINE)


def _blocks() -> list[Block]:
    found = []
    for path in sorted(_FOLDER.glob("*.sql")):
        text = path.read_text()
        headers = list(_HEADER.finditer(text))
        ends = [header.start() for header in headers[1:]] + [len(text)]
        for header, end in zip(headers, ends, strict=True):
            name, unknown, reported = header.groups()
            facts = frozenset(part.strip() for part in (unknown or "").split(";")) - {""}
            sql = text[header.end() : end]
            found.append(Block(f"{path.stem}: {name}", sql, facts, bool(reported)))
    return found


def unknown_facts(catalog: Catalog) -> set[str]:
    """Return the facts that the replay does not know."""
    facts = facts_of_catalog(catalog)
    return {f"{key[0]} {key[1]}" for key, value in facts.items() if value is UNKNOWN}


def disagreements(database: Database, catalog: Catalog) -> list[str]:
    """Return where the two differ, but for policies that the replay says it may not know."""
    live = facts_of_database(database)
    clauses, _ = clause_differences(live, catalog)
    gaps = [fact.split(" ")[0] for fact in unknown_facts(catalog) if fact.endswith(" policies")]
    return [
        difference
        for difference in differences(live, facts_of_catalog(catalog)) + clauses
        if not any(difference.startswith(f"{table}.") for table in gaps)
    ]


@pytest.mark.parametrize("block", _blocks(), ids=lambda block: block.name.replace(" ", "-"))
def test_wording_leaves_what_the_server_has(database: Database, block: Block) -> None:
    database.run(SETUP + block.sql)
    catalog = replayed(SETUP + block.sql)
    assert disagreements(database, catalog) == []
    assert unknown_facts(catalog) == block.unknown
    assert bool(catalog.dynamic) == block.noted, catalog.dynamic
