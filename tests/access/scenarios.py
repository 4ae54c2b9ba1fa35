"""SQL replayed into a catalog, for tests that put the same SQL to a server."""

from rlslint.catalog import Catalog
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.replay import HANDLED_KINDS
from rlslint.replay.state import Replay
from rlslint.sql.parser import parsed_statements
from rlslint.text import Text


def replayed(sql: str) -> Catalog:
    replay = Replay()
    for parsed in parsed_statements(Text("history.sql", sql.encode()), HANDLED_KINDS):
        if parsed is not None:
            replay.run(parsed)
    return replay.catalog


def relation(catalog: Catalog, name: str) -> Relation:
    schema, _, short = name.rpartition(".")
    found = catalog.relation(schema or "public", short)
    assert found is not None
    return found


def function(catalog: Catalog, name: str) -> Function:
    schema, _, short = name.rpartition(".")
    (found,) = catalog.function_names[schema or "public", short]
    return found
