"""A small tenant schema, and predicates over it bound as CREATE POLICY would bind them."""

from __future__ import annotations

from rlslint.catalog import Catalog
from rlslint.catalog.binding import Scope, bind
from rlslint.meaning.calls import inlined
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Expr
from rlslint.sql.nodes import expression
from rlslint.sql.parser import parse_expression
from tests.histories import run

TABLES = """
CREATE TABLE docs (
    id int NOT NULL, tenant_id int NOT NULL, owner_id int,
    is_public boolean, locked boolean NOT NULL, status text
);
CREATE TABLE members (tenant_id int NOT NULL, user_id int, role text);
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE TABLE links (doc_id int NOT NULL);
"""

NOT_NULL = frozenset((1, 2, 5))
"""The attribute numbers of the columns of docs that are NOT NULL."""

ID, TENANT, OWNER, PUBLIC, LOCKED, STATUS = range(1, 7)


class Tenancy:
    """The schema after some more statements."""

    def __init__(self, script: str = "") -> None:
        replay = Replay()
        run(replay, TABLES + script)
        self.catalog: Catalog = replay.catalog

    def predicate(self, sql: str) -> Expr:
        """A predicate of a policy on docs."""
        scope = Scope(self.catalog, ("public",)).with_own_row(self.catalog.names["public", "docs"])
        return bind(expression(parse_expression(sql)), scope)

    def meaning(self, sql: str) -> Expr:
        """The same with its helper functions replaced by their bodies."""
        return inlined(self.predicate(sql), self.catalog)
