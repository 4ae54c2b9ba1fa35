"""Every fact after blocks as migrations word them: the replay says what PostgreSQL says.

Each block of `wordings/*.sql` starts with `-- name:`. After `-- unknown:` stand the facts that the
replay may not know then, and `-- reported` tells that the block counts as unresolved.
"""

import re
from pathlib import Path

import pytest

from rlslint.catalog import Catalog
from rlslint.drift.comparison import compare, facts_of, with_possible
from rlslint.drift.fact_values import NoValue
from rlslint.server.introspection import introspect
from rlslint.server.snapshot import snapshot
from tests.postgres import SUPERUSER, Database
from tests.replay.plpgsql.blocks import SETUP, Block
from tests.replay.plpgsql.test_parity import replayed

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
    """Return the facts that the replay does not know of what it has."""
    missing = set(map(str, catalog.unknown_relations.values()))
    return {
        f"{key.name} {key.fact}"
        for key, value in facts_of(catalog, SUPERUSER).items()
        if value is NoValue.unknown and key.name not in missing
    }


def disagreements(database: Database, catalog: Catalog) -> list[str]:
    """Return where the two differ in what the replay knows."""
    with snapshot(database.conninfo()) as live:
        theirs = facts_of(introspect(live.ask, live.database, live.version), SUPERUSER)
    ours = with_possible(facts_of(catalog, SUPERUSER), catalog, theirs)
    return [str(found) for found in compare(ours, theirs, version=live.version).differences]


@pytest.mark.parametrize("block", _blocks(), ids=lambda block: block.name.replace(" ", "-"))
def test_wording_leaves_what_the_server_has(database: Database, block: Block) -> None:
    database.run(SETUP + block.sql)
    catalog = replayed(SETUP + block.sql)
    assert disagreements(database, catalog) == []
    assert unknown_facts(catalog) == block.unknown
    assert bool(catalog.dynamic) == block.noted, catalog.dynamic
