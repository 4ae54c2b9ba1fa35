"""Views, children and functions give a role what `access` says, and nothing that it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
import pytest
from psycopg import sql

from rlslint.access.effective import Extent
from rlslint.access.ways import Way
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.config.options import Config
from rlslint.project.matrix import Matrix, matrix_of
from rlslint.project.project import Project
from tests.access.proof import FUNCTIONS, NOBODY
from tests.access.random_access import random_database
from tests.access.scenarios import replayed
from tests.postgres import Database
from tests.reach import prepare


class _Tried(NamedTuple):
    """A command by another name than that of the table, and by that of the table."""

    role: str
    table: Relation
    via: Relation | Function
    command: str
    direct: str
    by_way: str
    way: Way | None
    is_perhaps_refused: bool


def _tries(matrix: Matrix) -> Iterator[_Tried]:
    catalog = matrix.project.catalog
    for table in matrix.tables:
        if not table.is_table or table.name == "lookup":
            continue
        others: list[Relation | Function] = [
            one
            for some in (catalog.relations.known(), catalog.functions.known())
            for one in some
            if one.name.startswith((f"{table.name}_", *(f"{p.name}" for p in table.parents)))
            and one is not table
        ]
        for role in matrix.roles:
            for via in others:
                for command in ("select", "update", "delete"):
                    ways = matrix.ways(role.name, table, command)
                    way = next((one for one in ways if one.via[0] is via), None)
                    if isinstance(via, Function) and command != "select":
                        continue
                    is_told = any(one.kind in ("parent", "child") for one in ways)
                    if way is None and is_told and _has_rights_of(role.name, via):
                        continue
                    direct, by_way = (_statement(one, command, table) for one in (table, via))
                    refused = matrix.rows(role.name, table, command).lack is not None
                    yield _Tried(role.name, table, via, command, direct, by_way, way, refused)


def _has_rights_of(role: str, used: Relation | Function) -> bool:
    """Tell whether something only passes on what its caller gets at by another told way."""
    if isinstance(used, Function):
        return not used.security_definer or used.owner == role
    return used.is_view and (used.option("security_invoker") or used.owner == role)


def _statement(used: Relation | Function, command: str, table: Relation) -> str:
    name = f"{used}()" if isinstance(used, Function) else used.sql_name
    match command:
        case "select":
            return f"SELECT string_agg(body, ' ') FROM {name} WHERE body LIKE '{table}.%'"
        case "update":
            return f"UPDATE {name} SET body = 'changed'"
        case _:
            return f"DELETE FROM {name}"


@pytest.mark.times(1, 40)
def test_no_way_is_left_out(number: int, database: Database) -> None:
    script = random_database(number, beside=True)
    assert database.run(script).errors == ()
    matrix = matrix_of(Project(replayed(script), Config()))
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {NOBODY}")
        probe = prepare(connection)
        connection.execute(FUNCTIONS)
        for table in matrix.tables:
            if table.name != "lookup":
                _mark(connection, table)
        there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        there.add(PUBLIC)
        tries = [one for one in _tries(matrix) if one.role in there]
        for world in probe.worlds[:3]:
            with connection.transaction(force_rollback=True):
                for name, value in world.settings.items():
                    connection.execute("SELECT set_config(%s, %s, true)", [name, value])
                outcomes = connection.execute(_BOTH, [_plan(tries)]).fetchall()
                for (direct, by_way, everything), one in zip(outcomes, tries, strict=True):
                    _judge(one, direct, by_way, everything, world.name)


def _mark(connection: psycopg.Connection, table: Relation) -> None:
    """Write into each row of whose table it is; a copy gets what is written."""
    marked = f"UPDATE ONLY {table.sql_name} SET body = concat('{table}.', id)"
    filled = f"REFRESH MATERIALIZED VIEW {table.sql_name}"
    connection.execute(sql.SQL(filled if table.is_materialized_view else marked))


def _plan(tries: list[_Tried]) -> str:
    return json.dumps(
        [
            {
                "role": NOBODY if one.role == PUBLIC else one.role,
                "table": one.table.sql_name,
                "direct": one.direct,
                "by_way": one.by_way,
            }
            for one in tries
        ]
    )


_BOTH = """
SELECT pg_temp.outcome(t ->> 'role', t ->> 'table', t ->> 'direct', ''),
       pg_temp.outcome(t ->> 'role', t ->> 'table', t ->> 'by_way', ''),
       CASE WHEN t ->> 'direct' LIKE 'SELECT%%' THEN pg_temp.ids(t ->> 'table')
            ELSE array_to_string(pg_temp.keys(t ->> 'table'), ' ') END
FROM jsonb_array_elements(%s::jsonb) t
"""


def _judge(one: _Tried, direct: str, by_way: str, everything: str, world: str) -> None:
    refused = by_way.startswith("refused ")
    given = set() if refused else set(by_way.split())
    plain = set() if direct.startswith("refused ") else set(direct.split())
    told = f"{one.role} {one.by_way} in {world}: {by_way or 'nothing'}, and directly {direct}"
    if one.way is None:
        if one.is_perhaps_refused and direct.startswith("refused "):
            # That depends on which rows are looked at: with a condition they may be others.
            return
        assert given <= plain, f"no way was told: {told}"
    elif one.way.rows.extent is Extent.every and not one.way.is_part and not refused:
        # What a materialized view keeps was there when it was filled.
        assert given == set(everything.split()), f"every row was told: {told}"
