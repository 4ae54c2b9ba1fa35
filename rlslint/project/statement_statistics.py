"""What a server remembers of the statements that it has run (manual: pg_stat_statements)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from rlslint import NamedTuple, Pattern
from rlslint.catalog import Catalog
from rlslint.project.setting_writes import setting_writes
from rlslint.server.evidence import SessionSetting
from rlslint.server.snapshot import Snapshot
from rlslint.sql.parser import ParsedStatement
from rlslint.sql.statements import read
from rlslint.text import CatalogText, Span, Text

_REFUSED = "refused"
# Without its library the view fails, and only a library has settings that pg_settings shows.
_PLACE = f"""SELECT (SELECT CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'USAGE')
        AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
        THEN pg_catalog.format('%I.pg_stat_statements', n.nspname) ELSE '{_REFUSED}' END
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = e.extname
    WHERE e.extname = 'pg_stat_statements'
    AND EXISTS (SELECT FROM pg_catalog.pg_settings s WHERE s.name = 'pg_stat_statements.max'))"""
_HIDDEN = "<insufficient privilege>"
# What a function runs is the function's business; PostgreSQL 13 does not tell it apart.
_STATEMENTS = r"""SELECT coalesce(json_agg(json_build_array(r.rolname, s.query, s.calls)
        ORDER BY r.rolname, s.query), '[]')::text
    FROM {place} s JOIN pg_catalog.pg_roles r ON r.oid = s.userid
    JOIN pg_catalog.pg_database d ON d.oid = s.dbid AND d.datname = current_database()
    WHERE coalesce(to_jsonb(s) ->> 'toplevel', 'true') = 'true' AND (s.query = '{hidden}'
        OR s.query ~* '^(\s|/\*([^*]|\*[^/])*\*/|--[^\n]*\n)*(set|reset|discard)\s')"""
_KINDS = frozenset(("VariableSetStmt", "DiscardStmt"))
_PARAMETER = Pattern(r"\$\d+")
_EVERYTHING = "*"


class Statistics(NamedTuple):
    """Which roles have set which settings for whole sessions and do not take them back.

    `hidden` are the roles whose statements the one who asks may not read, `refused` tells that it
    may read none at all.
    """

    settings: tuple[SessionSetting, ...] = ()
    hidden: tuple[str, ...] = ()
    refused: bool = False


def statistics_of(live: Snapshot, catalog: Catalog) -> Statistics:
    """Return what pg_stat_statements tells of settings, nothing where it is not there."""
    place = live.ask(_PLACE)
    if not place or place == _REFUSED:
        return Statistics(refused=bool(place))
    hidden: dict[str, None] = {}
    made: Counter[tuple[str, str]] = Counter()
    undone: set[tuple[str, str]] = set()
    masked: set[tuple[str, str]] = set()
    for role, sql, calls in json.loads(live.ask(_STATEMENTS.format(place=place, hidden=_HIDDEN))):
        if sql == _HIDDEN:
            hidden[role] = None
        for name, resets in _changes(sql, catalog):
            if resets:
                undone.add((role, name))
                continue
            made[role, name] += calls
            if _PARAMETER().search(sql):
                masked.add((role, name))
    settings = []
    for (role, name), calls in made.items():
        # Of a prepared statement of this kind only the first run is counted (tried on 15 and 18),
        # so that how often a role takes its settings back is not known, only that it does.
        if undone.isdisjoint(((role, name), (role, _EVERYTHING))):
            text = CatalogText(live.database, f"SET {name} = $1".encode("utf-8", "replace"))
            span = Span(text, 0, len(text.data))
            settings.append(SessionSetting(span, name, role, calls, (role, name) in masked))
    return Statistics(tuple(settings), tuple(hidden))


def _changes(sql: str, catalog: Catalog) -> Iterator[tuple[str, bool]]:
    """Yield the settings that a statement changes for the session, and whether it takes them back.

    For constants PostgreSQL 18 shows a parameter, which its grammar has no place for in SET: a
    value has to stand there.
    """
    text = Text("", _PARAMETER().sub("'x'", sql).encode("utf-8", "replace"))
    for parsed in read(text, _KINDS):
        if not isinstance(parsed, ParsedStatement):
            continue
        if parsed.node.get("target") == "DISCARD_ALL":
            yield _EVERYTHING, True
        for write in setting_writes(parsed, catalog):
            if not write.local:
                yield write.name, write.resets
