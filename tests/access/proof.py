"""Every answer of `access`, put to a server: each role in each session uses each table.

An answer is a claim about a table: that a command passes exactly the rows that meet a condition,
all of them, or none. The table is tried as it is, and once more with one policy for each command in
place of all that it had, made of what is claimed: PostgreSQL has to do the same both times. Then
"none" has to give no row and "every row" all of them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import psycopg

from rlslint.access import inherited_roles
from rlslint.access.effective import COMMANDS, Extent, Ground, Rows
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.meaning.context import own_columns
from rlslint.project.matrix import Matrix, matrix_of
from rlslint.project.project import Project
from rlslint.reports.access_words import condition_sql
from tests.reach import Probe, prepare

NOBODY = "proof_nobody"
"""A role that has what PUBLIC has."""

_NO_PRIVILEGE = (Ground.no_privilege, Ground.no_usage)
_ROWS_INSERTED = 4
_SETTLED = frozenset(("42501", "42P17"))
"""What row security raises: a row that it refuses, and policies that ask each other for ever."""


class Refuted(NamedTuple):
    """An answer that a server did not confirm."""

    role: str
    table: str
    command: str
    world: str
    said: str
    statement: str
    happened: str
    expected: str


class Proof:
    """What became of the answers about a database."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.refuted: list[Refuted] = []

    def __str__(self) -> str:
        counted = ", ".join(f"{number} {what}" for what, number in sorted(self.answers.items()))
        return f"{sum(self.answers.values())} answers: {counted}"

    @property
    def share_unknown(self) -> float:
        return self.answers["unknown"] / (sum(self.answers.values()) or 1)


class _Attempt(NamedTuple):
    command: str
    statement: str
    gone: str
    is_whole: bool


class _Cells(NamedTuple):
    role: str
    table: Relation
    rows: dict[str, Rows]
    attempts: list[_Attempt]
    swap: list[str] | None
    owns: bool


def prove(connection: psycopg.Connection, project: Project) -> Proof:
    """Ask a server whose tables a project describes, as a superuser, in a session of its own."""
    proof = Proof()
    connection.execute(f"CREATE ROLE {NOBODY}")
    probe = prepare(connection)
    connection.execute(FUNCTIONS)
    cells = list(_cells(connection, matrix_of(project), probe, proof))
    plan = json.dumps(
        [
            {
                "role": one.role,
                "table": one.table.sql_name,
                "swap": one.swap,
                "attempts": [
                    {"statement": attempt.statement, "gone": attempt.gone}
                    for attempt in one.attempts
                ],
            }
            for one in cells
        ]
    )
    for world in probe.worlds:
        with connection.transaction(force_rollback=True):
            for name, value in world.settings.items():
                try:
                    with connection.transaction():
                        connection.execute("SELECT set_config(%s, %s, true)", [name, value])
                except psycopg.Error:
                    continue
            outcomes = connection.execute("SELECT * FROM pg_temp.proven(%s)", [plan]).fetchall()
        for cell, attempt, happened, expected, everything in outcomes:
            one = cells[cell]
            _judge(one, one.attempts[attempt], world.name, happened, expected, everything, proof)
    return proof


def _cells(
    connection: psycopg.Connection, matrix: Matrix, probe: Probe, proof: Proof
) -> Iterator[_Cells]:
    there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    targets = {target["relation"]: target for target in json.loads(probe.targets)}
    for table in matrix.tables:
        if table.knows("kind") and table.is_foreign_table:
            # Its rows are elsewhere.
            continue
        quoted = ".".join(
            '"' + part.replace('"', '""') + '"' for part in (table.schema, table.name)
        )
        target = targets.get(quoted)
        for role in matrix.roles:
            name = NOBODY if role.name == PUBLIC else role.name
            rows = {c: matrix.rows(role.name, table, c) for c in COMMANDS}
            if target is None or not target["rows"] or name not in there:
                proof.answers["not there"] += len(rows)
                continue
            proof.answers.update(map(_kind, rows.values()))
            settled = {c: one for c, one in rows.items() if _kind(one) == "told"}
            if settled:
                attempts = list(_attempts(table, settled, target))
                owns = table.owner in inherited_roles(matrix.project.catalog, role.name)
                yield _Cells(name, table, settled, attempts, _swap(table, name, rows), owns)


def _kind(rows: Rows) -> str:
    if rows.extent is Extent.unknown:
        return "unknown"
    return "doubted" if rows.doubts else "told"


def _swap(table: Relation, role: str, rows: dict[str, Rows]) -> list[str] | None:
    """Return what puts the conditions that are claimed in place of a table's policies."""
    made = []
    for command, one in rows.items():
        if command == "truncate":
            continue
        if one.extent is Extent.unknown or one.ground in (Ground.recursion, Ground.refused):
            return None
        using = _claimed(one, table)
        check = _claimed(one.leaves, table) if one.leaves is not None else using
        clauses = {
            "select": [("USING", using)],
            "delete": [("USING", using)],
            "insert": [("WITH CHECK", using)],
            "update": [("USING", using), ("WITH CHECK", check)],
        }[command]
        words = " ".join(f"{clause} ({sql})" for clause, sql in clauses)
        named = f"proof_{command}"
        made.append(f'CREATE POLICY {named} ON {table.sql_name} FOR {command} TO "{role}" {words}')
    return made


def _claimed(rows: Rows, table: Relation) -> str:
    match rows.extent:
        case Extent.every:
            return "true"
        case Extent.none:
            return "false"
        case _:
            return condition_sql(rows, table)


def _attempts(
    table: Relation, rows: dict[str, Rows], target: dict[str, list[str]]
) -> Iterator[_Attempt]:
    name = table.sql_name
    if "select" in rows:
        columns = rows["select"].columns
        shown = f'"{columns[0]}"' if columns else "tableoid, ctid"
        key = "count(*)::text" if columns else "string_agg(concat(tableoid, ctid), ' ')"
        select = f"SELECT {key} FROM (SELECT {shown} FROM {name}) t"
        yield _Attempt("select", select, "", not columns)
    if "delete" in rows:
        yield _Attempt("delete", f"DELETE FROM {name}", "", True)
        yield _Attempt("delete", f"DELETE FROM {name} t WHERE t IS NOT NULL OR true", "", False)
    if "truncate" in rows:
        yield _Attempt("truncate", f"TRUNCATE {name}", "", True)
    if "update" in rows:
        changeable = rows["update"].columns
        for column in _free_columns(table, rows, target):
            if not changeable or column in changeable:
                value = _value(target["rows"][0], column)
                blind = f'UPDATE {name} SET "{column}" = {value}'
                yield _Attempt("update", blind, "", True)
                yield _Attempt("update", f'{blind} WHERE "{column}" IS NULL OR true', "", False)
                break
    if "insert" in rows:
        allowed = rows["insert"].columns
        own = [one.name for one in table.columns.values() if not one.generated]
        listed = ", ".join(f'"{one}"' for one in own if not allowed or one in allowed)
        for row in target["rows"][:_ROWS_INSERTED]:
            quoted = _literal(row)
            values = f"SELECT {listed} FROM jsonb_populate_record(NULL::{name}, {quoted})"
            statement = f"INSERT INTO {name} ({listed}) OVERRIDING SYSTEM VALUE {values}"
            gone = f"DELETE FROM {name} t WHERE to_jsonb(t) = {quoted}::jsonb"
            yield _Attempt("insert", statement, gone, not allowed)


def _literal(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _value(row: str, column: str) -> str:
    value = json.loads(row)[column]
    return "NULL" if value is None else _literal(str(value))


def _free_columns(
    table: Relation, rows: dict[str, Rows], target: dict[str, list[str]]
) -> Iterator[str]:
    """Yield the columns that no condition of a table and no index looks at."""
    used = {
        number
        for policy in table.policies.known()
        for clause in policy.known_clauses
        for number in own_columns(clause.expression)
    }
    used |= {number for index in table.indexes.known() for number in index.columns}
    used |= {number for one in table.constraints.known() for number in one.columns}
    if 0 in used:
        return
    for column in table.columns.values():
        kept = json.loads(target["rows"][0]).get(column.name)
        plain = isinstance(kept, str | int | bool) or (kept is None and not column.not_null)
        if column.number not in used and column.name in target["columns"] and plain:
            yield column.name


def _judge(
    cells: _Cells,
    attempt: _Attempt,
    world: str,
    happened: str,
    expected: str | None,
    everything: str,
    proof: Proof,
) -> None:
    rows = cells.rows[attempt.command]

    def refute(wanted: str) -> None:
        said = f"{rows.extent.value} ({rows.ground.value}) {condition_sql(rows, cells.table)}"
        proof.refuted.append(
            Refuted(cells.role, str(cells.table), attempt.command, world, said,
                    attempt.statement, happened, wanted)
        )  # fmt: skip

    denied = happened == f"refused 42501 permission denied for table {cells.table.name}"
    denied |= happened == f"refused 42501 permission denied for schema {cells.table.schema}"
    if rows.ground in _NO_PRIVILEGE:
        # An error of planning may come before the one of the privilege.
        if not happened.startswith("refused "):
            refute("no privilege")
        return
    if rows.ground is Ground.refused:
        # A body is not run where there is no row.
        may_pass = happened == "" and rows.lack is not None and rows.lack.through
        if attempt.is_whole and not happened.startswith("refused ") and not may_pass:
            refute("a refusal")
        proof.answers["refused for what policies ask"] += 1
        return
    if denied and cells.owns:
        # It has revoked from itself what it can grant itself again.
        proof.answers["revoked from the owner"] += 1
        return
    # What WITH CHECK asks refuses a row that is there.
    is_told = rows.extent is Extent.none or (rows.leaves is not None and rows.leaves.lack)
    if attempt.is_whole and (denied or (not is_told and _is_denied(happened))):
        refute("a privilege")
        return
    if _failed(happened) or (expected is not None and _failed(expected)):
        # A constraint, or a default that has moved on: conditions raise their errors both times.
        states = {_state(happened), _state(expected or "")}
        is_comparable = "42501" not in states and not any(one[:2] == "23" for one in states)
        if is_comparable and expected and _outline(happened) != _outline(expected):
            refute(expected)
        proof.answers["tried in vain"] += 1
        return
    refused = happened.startswith("refused ")
    if attempt.is_whole and rows.extent is Extent.none and not refused and happened:
        refute("no row")
    if attempt.is_whole and rows.extent is Extent.every and rows.leaves is None:
        whole = "1 row" if attempt.command == "insert" else everything
        if _outline(happened) != _outline(whole):
            refute(whole)
    if expected is not None and _outline(happened) != _outline(expected):
        refute(expected)


def _state(outcome: str) -> str:
    return outcome.split(" ")[1] if outcome.startswith("refused ") else ""


def _failed(outcome: str) -> bool:
    """Tell whether something else than row security refused a statement.

    A condition may look into a table that the role may not read: whether it does before another
    part of it decides, the planner says.
    """
    return _is_denied(outcome) or _state(outcome) not in ("", *_SETTLED)


def _is_denied(happened: str) -> bool:
    return happened.startswith("refused 42501 permission denied for")


def _outline(outcome: str) -> str:
    """Return an outcome without the order of rows and why something was refused.

    Which of two errors comes first, the planner decides.
    """
    return "refused" if outcome.startswith("refused ") else " ".join(sorted(outcome.split(" ")))


def shown(refuted: Iterable[Refuted]) -> str:
    """Return refuted answers for a message."""
    return "\n".join(
        f"{one.role} {one.command} {one.table} in {one.world}: said {one.said}\n"
        f"    {one.statement}\n    happened: {one.happened}\n    expected: {one.expected}"
        for one in refuted
    )


FUNCTIONS = r"""
CREATE FUNCTION pg_temp.keys(relation text) RETURNS text[] LANGUAGE plpgsql AS $keys$
DECLARE found text[];
BEGIN
  EXECUTE format('SELECT array_agg(concat(tableoid, ctid)) FROM %s', relation)
    INTO found;
  RETURN coalesce(found, '{}');
END $keys$;

CREATE FUNCTION pg_temp.ids(relation text) RETURNS text LANGUAGE plpgsql AS $ids$
DECLARE found text;
BEGIN
  EXECUTE format('SELECT string_agg(body, %L) FROM ONLY %s', ' ', relation) INTO found;
  RETURN coalesce(found, '');
END $ids$;

CREATE FUNCTION pg_temp.outcome(role text, relation text, statement text, gone text)
RETURNS text LANGUAGE plpgsql AS $outcome$
DECLARE was text[]; is_now text[]; found text;
BEGIN
  BEGIN
    SET LOCAL session_replication_role = replica;
    IF gone <> '' THEN EXECUTE gone; END IF;
    was := pg_temp.keys(relation);
    EXECUTE format('SET LOCAL ROLE %I', role);
    IF statement LIKE 'SELECT%' THEN
      EXECUTE statement INTO found;
      found := coalesce(found, '');
      IF found = '0' THEN found := ''; END IF;
    ELSE
      EXECUTE statement;
    END IF;
    RESET ROLE;
    IF found IS NULL THEN
      is_now := pg_temp.keys(relation);
      IF statement LIKE 'INSERT%' THEN
        found := CASE WHEN cardinality(is_now) > cardinality(was) THEN '1 row' ELSE '' END;
      ELSE
        SELECT coalesce(string_agg(k, ' '), '') INTO found
          FROM unnest(was) k WHERE k <> ALL (is_now);
      END IF;
    END IF;
    RAISE EXCEPTION USING errcode = 'P9999', message = found;
  EXCEPTION
    WHEN SQLSTATE 'P9999' THEN found := SQLERRM;
    WHEN OTHERS THEN found := concat('refused ', SQLSTATE, ' ', SQLERRM);
  END;
  RETURN found;
END $outcome$;

CREATE FUNCTION pg_temp.proven(plan jsonb)
RETURNS TABLE (cell int, attempt int, happened text, expected text, everything text)
LANGUAGE plpgsql AS $proven$
DECLARE
  cells jsonb; tried jsonb; made text; policy record; relation text; role text;
  happenings text[]; expectations text[]; total int; was_swapped bool;
BEGIN
  cell := 0;
  FOR cells IN SELECT * FROM jsonb_array_elements(plan) LOOP
    relation := cells ->> 'table';
    role := cells ->> 'role';
    everything := array_to_string(pg_temp.keys(relation), ' ');
    happenings := '{}';
    expectations := '{}';
    FOR tried IN SELECT * FROM jsonb_array_elements(cells -> 'attempts') LOOP
      happenings := happenings
        || pg_temp.outcome(role, relation, tried ->> 'statement', tried ->> 'gone');
    END LOOP;
    was_swapped := false;
    IF jsonb_typeof(cells -> 'swap') = 'array' THEN
      BEGIN
        -- Those for others stay: a function may read the table in their name.
        FOR policy IN
          SELECT polname FROM pg_policy WHERE polrelid = relation::regclass
          AND (0 = ANY (polroles)
            OR EXISTS (SELECT FROM unnest(polroles) r WHERE pg_has_role(role, r, 'usage')))
        LOOP
          EXECUTE format('DROP POLICY %I ON %s', policy.polname, relation);
        END LOOP;
        FOR made IN SELECT * FROM jsonb_array_elements_text(cells -> 'swap') LOOP
          EXECUTE made;
        END LOOP;
        was_swapped := true;
        FOR tried IN SELECT * FROM jsonb_array_elements(cells -> 'attempts') LOOP
          expectations := expectations
            || pg_temp.outcome(role, relation, tried ->> 'statement', tried ->> 'gone');
        END LOOP;
        RAISE EXCEPTION USING errcode = 'P9999';
      EXCEPTION WHEN OTHERS THEN
        IF SQLSTATE <> 'P9999' THEN was_swapped := false; END IF;
      END;
    END IF;
    total := coalesce(cardinality(happenings), 0);
    FOR number IN 0 .. total - 1 LOOP
      attempt := number;
      happened := happenings[attempt + 1];
      expected := CASE WHEN was_swapped THEN expectations[attempt + 1] END;
      RETURN NEXT;
    END LOOP;
    cell := cell + 1;
  END LOOP;
END $proven$;
"""
