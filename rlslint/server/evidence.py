"""What only a server tells: its version, the settings of its sessions, its rewrite rules."""

from __future__ import annotations

import json
from collections.abc import Callable

from rlslint import NamedTuple
from rlslint.text import Span

# Oids below 16384 are initdb's (FirstNormalObjectId in src/include/access/transam.h), and _RETURN
# is what makes a view.
_REWRITE_RULES = """SELECT coalesce(json_agg(json_build_array(r.rulename, n.nspname, c.relname)
        ORDER BY n.nspname, c.relname, r.rulename), '[]')::text
    FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE r.oid >= 16384 AND r.rulename <> '_RETURN' AND r.ev_enabled IN ('O', 'A')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'
        AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)"""


class Server(NamedTuple):
    """A server as it tells of itself; `version` is server_version_num.

    `version_text` may have a distributor's name behind the number.
    """

    database: str
    version: int
    version_text: str


class SessionSetting(NamedTuple):
    """That sessions of a role set a setting until their end and none is known to take it back.

    A server's statistics tell so, of `calls` times at least. `is_masked` is True where the values
    are not shown: then some may be empty, which takes a setting back as well.
    """

    span: Span
    name: str
    role: str
    calls: int
    is_masked: bool

    def __str__(self) -> str:
        return self.name


class ServerRewriteRule(NamedTuple):
    """What CREATE RULE has made of commands on a relation, which no catalog of rlslint holds.

    Its actions have the rights of the relation's owner, and are asked that role's policies
    (manual: Rules and Privileges).
    """

    name: str
    schema: str
    relation: str

    def __str__(self) -> str:
        return f"{self.name} on {self.schema}.{self.relation}"


def rewrite_rules(ask: Callable[[str], str]) -> tuple[ServerRewriteRule, ...]:
    """Return the rules that fire, but for those that views and extensions consist of."""
    return tuple(ServerRewriteRule(*row) for row in json.loads(ask(_REWRITE_RULES)))
