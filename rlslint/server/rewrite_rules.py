"""Rules that rewrite commands (manual: The Rule System), which no catalog of rlslint holds."""

from __future__ import annotations

import json
from typing import NamedTuple

from rlslint.server.snapshot import Snapshot

# Oids below 16384 are initdb's (FirstNormalObjectId in src/include/access/transam.h), and _RETURN
# is what makes a view.
_QUERY = """SELECT coalesce(json_agg(json_build_array(r.rulename, n.nspname, c.relname)
        ORDER BY n.nspname, c.relname, r.rulename), '[]')::text
    FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE r.oid >= 16384 AND r.rulename <> '_RETURN' AND r.ev_enabled IN ('O', 'A')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'
        AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)"""


class RewriteRule(NamedTuple):
    """What CREATE RULE has made of commands on a relation.

    Its actions have the rights of the relation's owner, and are asked that role's policies
    (manual: Rules and Privileges).
    """

    name: str
    schema: str
    relation: str

    def __str__(self) -> str:
        return f"{self.name} on {self.schema}.{self.relation}"


def rewrite_rules(live: Snapshot) -> tuple[RewriteRule, ...]:
    """Return the rules that fire, but for those that views and extensions consist of."""
    return tuple(RewriteRule(*row) for row in json.loads(live.ask(_QUERY)))
