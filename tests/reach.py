"""What each role of a database reads, changes and adds, whoever the session says that it serves.

Every table is filled with rows of two tenants, whose keys, names and users all hold the number 71
or 72, so that a row tells whose it is. Each role then tries everything in several sessions: without
a context, with that of either tenant, with every setting by itself, and with empty ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, LiteralString, NamedTuple

import psycopg
from psycopg import sql

TENANTS = (71, 72)
PLATFORM_SCHEMAS = ("pg_catalog", "information_schema", "pg_toast")
_MOST_ROLES = 6
_TENANT = re.compile(r"7[12]")


class Reach(NamedTuple):
    """That `role` did something to a row, or was shown it, in a session of `world`.

    `verb` is SELECT, INSERT, UPDATE, DELETE, or CALL for what a function returned. `row` is the row
    as JSON; of an update, behind it, what was written.
    """

    role: str
    world: str
    verb: str
    relation: str
    row: str

    @property
    def tenants(self) -> frozenset[str]:
        """The numbers of the tenants whose values are in the row."""
        return frozenset(_TENANT.findall(self.row))

    @property
    def is_indirect(self) -> bool:
        """Whether a view or a function stands between the role and the row."""
        return self.verb == "CALL" or self.relation.endswith(" view")

    @property
    def is_own(self) -> bool:
        """Whether the session was that of the one tenant whose row this is."""
        return self.tenants == {self.world}


class World(NamedTuple):
    """A session's context: values of settings; an empty mapping leaves all of them unset."""

    name: str
    settings: dict[str, str]


class Probe(NamedTuple):
    """What is tried: which roles, worlds, relations and functions, as the server takes them.

    `owners` are the roles that own a relation: they see rows as such.
    """

    roles: tuple[str, ...]
    owners: frozenset[str]
    worlds: tuple[World, ...]
    targets: str
    calls: str


def prepare(connection: psycopg.Connection) -> Probe:
    """Fill the tables of a database, and return what to try there. Asks for a superuser."""
    text = _predicates(connection)
    roles = _roles(connection)
    tables = _relations(connection, "rp")
    # A partitioned table holds nothing itself, and cannot be emptied where a partition is foreign.
    held = _relations(connection, "r")
    if held:
        names = sql.SQL(", ").join(sql.SQL(_name(table)) for table in held)
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
    filled = [_filled(connection, table, text, roles) for table in tables]
    views = [
        {"relation": _name(one), "rows": [], "columns": _columns(connection, one.oid, False)}
        for one in _relations(connection, "vmf")
    ]
    for one in _relations(connection, "m"):
        connection.execute(sql.SQL("REFRESH MATERIALIZED VIEW {}").format(sql.SQL(_name(one))))
    targets = [{**target, "table": True} for target in filled if target is not None]
    targets += [{**view, "table": False} for view in views]
    owners = _rows(connection, "SELECT DISTINCT relowner::regrole::text FROM pg_class")
    return Probe(
        roles,
        frozenset(name for (name,) in owners),
        _worlds(text),
        json.dumps(targets),
        json.dumps(_calls(connection)),
    )


def reached(connection: psycopg.Connection, probe: Probe) -> frozenset[Reach]:
    """Return all that the roles get at. Nothing is changed; the session must be a new one."""
    connection.execute(_TRY)
    found: set[Reach] = set()
    for world in probe.worlds:
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL statement_timeout = '20s'")
            for name, value in world.settings.items():
                try:
                    with connection.transaction():
                        connection.execute("SELECT set_config(%s, %s, true)", [name, value])
                except psycopg.Error:
                    continue
            rows = connection.execute(
                "SELECT * FROM pg_temp.reach(%s, %s, %s)",
                [list(probe.roles), probe.targets, probe.calls],
            )
            found.update(
                Reach(role, world.name, verb, relation, row or "")
                for role, verb, relation, row in rows
            )
    return frozenset(found)


class _Relation(NamedTuple):
    oid: int
    schema: str
    name: str


def _name(relation: _Relation) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in relation[1:])


def _rows(
    connection: psycopg.Connection, query: LiteralString, *values: object
) -> list[tuple[Any, ...]]:
    return connection.execute(query, values or None).fetchall()


def _relations(connection: psycopg.Connection, kinds: str) -> list[_Relation]:
    rows = _rows(
        connection,
        "SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n"
        " ON n.oid = c.relnamespace WHERE c.relkind::text = ANY (%s) AND c.relpersistence <> 't'"
        " AND n.nspname <> ALL (%s) AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid"
        " AND d.deptype = 'e') ORDER BY c.oid",
        list(kinds),
        list(PLATFORM_SCHEMAS),
    )
    return [_Relation(*row) for row in rows]


def _roles(connection: psycopg.Connection) -> tuple[str, ...]:
    rows = _rows(
        connection,
        "SELECT rolname FROM pg_roles WHERE NOT rolsuper AND NOT rolbypassrls"
        " AND rolname !~ '^pg_' ORDER BY NOT rolcanlogin, oid",
    )
    return tuple(name for (name,) in rows)[:_MOST_ROLES]


def _predicates(connection: psycopg.Connection) -> str:
    """Return all conditions and bodies, in which settings and words stand."""
    rows = _rows(
        connection,
        "SELECT concat_ws(' ', qual, with_check) FROM pg_policies UNION ALL"
        " SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n"
        " ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'p') AND n.nspname <> ALL (%s)"
        " UNION ALL SELECT pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n"
        " ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND n.nspname <> ALL (%s)",
        list(PLATFORM_SCHEMAS),
        list(PLATFORM_SCHEMAS),
    )
    return "\n".join(text for (text,) in rows)


_SETTING = re.compile(r"current_setting\(\s*'([^']+\.[^']+)'")
_CLAIM = re.compile(r"->>?\s*'(\w+)'")
_JSON_SETTINGS = ("request.jwt.claims",)


def _worlds(text: str) -> tuple[World, ...]:
    settings = sorted({*_SETTING.findall(text)} - {*_JSON_SETTINGS})
    if "request.jwt" in text or "auth." in text:
        settings += [*_JSON_SETTINGS]
    full = {n: {name: _value(name, n, text) for name in settings} for n in map(str, TENANTS)}
    worlds = [World("none", {})]
    worlds += [World(str(number), values) for number, values in full.items()]
    first = full["71"]
    if len(settings) > 1:
        nothing = dict.fromkeys(settings, "")
        worlds += [World(f"only {name}", nothing | {name: first[name]}) for name in settings]
    for name in settings:
        said = re.findall(
            rf"current_setting\(\s*'{re.escape(name)}'[^=\n]{{0,60}}=\s*\(*'(\w+)'", text
        )
        worlds += [World(f"{name} {word}", first | {name: word}) for word in dict.fromkeys(said)]
    worlds.append(World("empty", dict.fromkeys(settings, "")))
    return tuple(worlds)


def _value(name: str, number: str, text: str) -> str:
    uuid = f"00000000-0000-0000-0000-0000000000{number}"
    if name in _JSON_SETTINGS:
        claims: dict[str, object] = {"sub": uuid, "email": number, "role": "authenticated"}
        for key in _CLAIM.findall(text):
            typed = re.search(rf"'{key}'(?:::text)?\)*::(\w+)", text)
            claims.setdefault(key, uuid if typed and typed[1] == "uuid" else number)
        claims["app_metadata"] = claims["user_metadata"] = {
            key: value for key, value in claims.items() if isinstance(value, str)
        }
        return json.dumps(claims)
    near = re.search(rf"'{re.escape(name)}'[^;]{{0,50}}?(?:::|AS )(uuid|\w*int\w*)\b", text)
    named = near[1] if near else ""
    if not named and re.search(rf"RETURNS (SETOF )?uuid[^;]{{0,300}}'{re.escape(name)}'", text):
        named = "uuid"
    return uuid if named == "uuid" or name.endswith(".sub") else number


class _Column(NamedTuple):
    name: str
    type: str
    category: str
    labels: list[str] | None
    is_key: bool


def _columns(connection: psycopg.Connection, oid: int, fillable: bool) -> list[str]:
    rows = _rows(
        connection,
        "SELECT attname FROM pg_attribute WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped"
        + (" AND attgenerated = '' AND attidentity <> 'a'" if fillable else ""),
        oid,
    )
    return [name for (name,) in rows]


def _described(connection: psycopg.Connection, oid: int) -> list[_Column]:
    rows = _rows(
        connection,
        "SELECT a.attname, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL),"
        " t.typcategory::text, (SELECT array_agg(enumlabel::text ORDER BY enumsortorder)"
        " FROM pg_enum WHERE enumtypid = t.oid), EXISTS (SELECT FROM pg_index i"
        " WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY (i.indkey::int2[]))"
        " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = %s"
        " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum",
        oid,
    )
    return [_Column(*row) for row in rows]


def _filled(
    connection: psycopg.Connection, table: _Relation, text: str, roles: tuple[str, ...]
) -> dict[str, object] | None:
    """Insert rows of both tenants; return what to try with the table, None for a partition."""
    (is_partition,) = connection.execute(
        "SELECT relispartition FROM pg_class WHERE oid = %s", [table.oid]
    ).fetchone() or (False,)
    columns = _described(connection, table.oid)
    rows: list[str] = []
    users = [*roles] if re.search("CURRENT_USER|SESSION_USER|CURRENT_ROLE", text) else []
    for values in _drafts(columns, text, users):
        inserted = None if is_partition else _insert(connection, table, values)
        if inserted is not None:
            rows.append(inserted)
    if is_partition:
        found = connection.execute(
            sql.SQL("SELECT to_jsonb(t)::text FROM {} t").format(sql.SQL(_name(table)))
        )
        rows = [row for (row,) in found]
    tenants = [
        column.name
        for column in columns
        if column.name != "id"
        and column.category in "NUS"
        and re.search(r"id$|tenant|org|owner|user", column.name)
    ]
    return {
        "relation": _name(table),
        "rows": rows,
        "columns": _columns(connection, table.oid, True),
        "moved": tenants[:3],
    }


def _drafts(columns: list[_Column], text: str, users: list[str]) -> Iterator[dict[str, str]]:
    for turn in range(2):
        for number in TENANTS:
            yield {c.name: v for c in columns if (v := _held(c, str(number), turn)) is not None}
    for column in columns:
        if column.category != "S" or column.is_key:
            continue
        said = re.findall(rf"\b{re.escape(column.name)}\)?(?:::text)? (?:=|<>) '(\w+)'", text)
        for word in dict.fromkeys(said):
            for number in TENANTS:
                draft = {c.name: v for c in columns if (v := _held(c, str(number), 0)) is not None}
                yield draft | {column.name: word}
    for user in users:
        yield {
            c.name: user if c.category == "S" else v
            for c in columns
            if (v := _held(c, "71", 0)) is not None
        }


def _held(column: _Column, number: str, turn: int) -> str | None:
    match column.category:
        case "N":
            return number
        case "S":
            return number
        case "U" if column.type == "uuid":
            return f"00000000-0000-0000-0000-0000000000{number}"
        case "U" if column.type in ("json", "jsonb"):
            return "{}"
        case "B":
            return "true" if turn else "false"
        case "D":
            return None if not turn and "deleted" in column.name else "2024-06-01"
        case "E" if column.labels:
            return column.labels[turn % len(column.labels)]
        case "A" if column.type in ("uuid[]", "text[]", "integer[]", "bigint[]"):
            is_uuid = column.type == "uuid[]"
            return (
                "{" + (f"00000000-0000-0000-0000-0000000000{number}" if is_uuid else number) + "}"
            )
        case _:
            return None


def _insert(connection: psycopg.Connection, table: _Relation, values: dict[str, str]) -> str | None:
    """Insert a row past triggers and foreign keys; a key that is taken gets another number."""
    keys = [name for name in values if re.search(r"(^|_)id$|key|no$|number", name)] or [*values]
    for attempt in range(4):
        bumped = dict(values)
        if attempt:
            name = keys[0] if "id" not in values else "id"
            bumped[name] = f"{values[name][:-2]}{attempt}{values[name][-2:]}"
            if len(values[name]) > 8:
                bumped[name] = f"{values[name][:7]}{attempt}{values[name][8:]}"
        statement = sql.SQL(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({}) RETURNING *"
        ).format(
            sql.SQL(_name(table)),
            sql.SQL(", ").join(map(sql.Identifier, bumped)),
            sql.SQL(", ").join(map(sql.Literal, bumped.values())),
        )
        try:
            with connection.transaction():
                connection.execute("SET LOCAL session_replication_role = replica")
                row = connection.execute(
                    sql.SQL("WITH t AS ({}) SELECT to_jsonb(t)::text FROM t").format(statement)
                ).fetchone()
                return row[0] if row else None
        except psycopg.errors.UniqueViolation:
            continue
        except psycopg.Error:
            return None
    return None


def _calls(connection: psycopg.Connection) -> list[str]:
    """Return a call of every function, with arguments of each tenant."""
    rows = _rows(
        connection,
        "SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname),"
        " ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) t)"
        " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE p.prokind = 'f' AND p.prorettype NOT IN ('trigger'::regtype,"
        " 'event_trigger'::regtype) AND n.nspname <> ALL (%s) AND NOT EXISTS (SELECT FROM"
        " pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY p.oid",
        list(PLATFORM_SCHEMAS),
    )
    calls: dict[str, None] = {}
    for name, types in rows:
        for number in map(str, TENANTS):
            arguments = [
                f"'00000000-0000-0000-0000-0000000000{number}'::uuid"
                if one == "uuid"
                else f"'{number}'::{one}"
                for one in types
            ]
            calls[f"{name}({', '.join(arguments)})"] = None
    return [*calls]


def gained(before: Iterable[Reach], after: Iterable[Reach]) -> list[Reach]:
    """Return what nobody got at before and somebody does now.

    What a view or a function makes of rows may change with them: of those it counts whose they are.
    """
    known = {_told(one) for one in before if one.is_indirect}
    return sorted(
        one
        for one in {*after} - {*before}
        if not one.is_indirect or (one.tenants and _told(one) not in known)
    )


def _told(one: Reach) -> tuple[str, str, str, frozenset[str]]:
    return one.role, one.world, one.relation, one.tenants


_TRY = r"""
CREATE FUNCTION pg_temp.reach(roles text[], targets jsonb, calls jsonb)
RETURNS TABLE (role text, verb text, relation text, line text) LANGUAGE plpgsql AS $reach$
DECLARE
  target jsonb; one text; other text; name text; list text; call text; changed bigint;
  found text[]; was text[]; left_over text[];
  who oid; what oid; may_read bool; may_add bool; may_change bool; may_delete bool;
BEGIN
  FOR target IN SELECT * FROM jsonb_array_elements(targets) LOOP
    relation := target ->> 'relation';
    SELECT string_agg(format('%I', c), ', ') INTO list
      FROM jsonb_array_elements_text(target -> 'columns') c;
    IF (target ->> 'table')::bool THEN
      EXECUTE format('SELECT array_agg(to_jsonb(t)::text) FROM %s t', relation) INTO was;
    END IF;
    FOREACH role IN ARRAY roles LOOP
      relation := target ->> 'relation';
      -- What is refused for want of any privilege costs as much to try as what is not.
      who := to_regrole(quote_ident(role)); what := to_regclass(relation);
      may_read := has_any_column_privilege(who, what, 'SELECT');
      may_add := has_any_column_privilege(who, what, 'INSERT');
      may_change := may_read AND has_any_column_privilege(who, what, 'UPDATE');
      may_delete := has_table_privilege(who, what, 'DELETE');
      IF may_read THEN BEGIN
        PERFORM set_config('role', role, true);
        SELECT string_agg(format('%I', c), ', ') INTO list
          FROM jsonb_array_elements_text(target -> 'columns') c
          WHERE has_column_privilege(role, relation, c, 'SELECT');
        EXECUTE format(
          'SELECT array_agg(to_jsonb(t)::text) FROM (SELECT %s FROM %s) t', list, relation
        ) INTO found;
        PERFORM set_config('role', 'none', true);
        verb := 'SELECT';
        IF NOT (target ->> 'table')::bool THEN relation := relation || ' view'; END IF;
        FOREACH line IN ARRAY coalesce(found, '{}') LOOP RETURN NEXT; END LOOP;
      EXCEPTION WHEN OTHERS THEN PERFORM set_config('role', 'none', true);
      END; END IF;
      CONTINUE WHEN NOT (target ->> 'table')::bool;
      verb := 'DELETE';
      left_over := was;
      IF may_delete THEN BEGIN
        PERFORM set_config('role', role, true);
        EXECUTE format('DELETE FROM %s', relation);
        PERFORM set_config('role', 'none', true);
        EXECUTE format('SELECT array_agg(to_jsonb(t)::text) FROM %s t', relation) INTO left_over;
        left_over := coalesce(left_over, '{}');
        RAISE EXCEPTION 'undo' USING ERRCODE = 'P9999';
      EXCEPTION WHEN OTHERS THEN PERFORM set_config('role', 'none', true);
      END; END IF;
      FOREACH line IN ARRAY coalesce(was, '{}') LOOP
        IF line <> ALL (left_over) THEN RETURN NEXT; END IF;
      END LOOP;
      SELECT string_agg(format('%I', c), ', ') INTO list
        FROM jsonb_array_elements_text(target -> 'columns') c;
      FOR one IN SELECT * FROM jsonb_array_elements_text(target -> 'rows') LOOP
        verb := 'INSERT';
        IF may_add THEN BEGIN
          PERFORM set_config('role', role, true);
          EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM jsonb_populate_record(NULL::%s, $1)',
            relation, list, list, relation) USING one::jsonb;
          RAISE EXCEPTION 'undo' USING ERRCODE = 'P9999';
        EXCEPTION
          WHEN integrity_constraint_violation OR SQLSTATE 'P9999' THEN
            PERFORM set_config('role', 'none', true);
            line := one; RETURN NEXT;
          WHEN OTHERS THEN PERFORM set_config('role', 'none', true);
        END; END IF;
        CONTINUE WHEN may_change IS NOT TRUE;
        CONTINUE WHEN NOT EXISTS (SELECT FROM unnest(found) f WHERE f = one);
        verb := 'UPDATE';
        FOR name IN SELECT * FROM jsonb_array_elements_text(target -> 'moved') LOOP
          FOREACH other IN ARRAY ARRAY['71', '72'] LOOP
            BEGIN
              PERFORM set_config('role', role, true);
              EXECUTE format('UPDATE %s t SET %I = overlay(%I::text placing $1 from '
                'greatest(length(%I::text) - 1, 1))::%s WHERE to_jsonb(t)::text = $2',
                relation, name, name, name,
                (SELECT format_type(atttypid, NULL) FROM pg_attribute
                  WHERE attrelid = relation::regclass AND attname = name))
                USING other, one;
              GET DIAGNOSTICS changed = ROW_COUNT;
              IF changed = 0 THEN
                RAISE EXCEPTION 'none' USING ERRCODE = 'P9998';
              END IF;
              RAISE EXCEPTION 'undo' USING ERRCODE = 'P9999';
            EXCEPTION
              WHEN integrity_constraint_violation OR SQLSTATE 'P9999' THEN
                PERFORM set_config('role', 'none', true);
                line := format('%s %s=%s', one, name, other); RETURN NEXT;
              WHEN OTHERS THEN PERFORM set_config('role', 'none', true);
            END;
          END LOOP;
        END LOOP;
      END LOOP;
    END LOOP;
  END LOOP;
  FOR call IN SELECT * FROM jsonb_array_elements_text(calls) LOOP
    FOREACH role IN ARRAY roles LOOP
      verb := 'CALL'; relation := call; found := '{}';
      BEGIN
        PERFORM set_config('role', role, true);
        EXECUTE format('SELECT array_agg(to_jsonb(t)::text) FROM %s t', call) INTO found;
        RAISE EXCEPTION 'undo' USING ERRCODE = 'P9999';
      EXCEPTION WHEN OTHERS THEN PERFORM set_config('role', 'none', true);
      END;
      FOREACH line IN ARRAY coalesce(found, '{}') LOOP RETURN NEXT; END LOOP;
    END LOOP;
  END LOOP;
END $reach$
"""
