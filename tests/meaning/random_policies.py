"""Policies drawn at random over one small table, in the shapes that people give them and in others.

They compare the row with settings of the session, guard those against being empty, fall back to
other values, and combine all that; some read them by helper functions.
"""

from __future__ import annotations

from random import Random

HELPERS = """
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.tenant', true), '')::int $$;
CREATE FUNCTION tenant_unguarded() RETURNS int LANGUAGE sql STABLE
    AS $$ SELECT current_setting('app.tenant', true)::int $$;
CREATE FUNCTION tenant_text() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT current_setting('app.tenant', true) $$;
CREATE FUNCTION tenant_or(fallback int) RETURNS int LANGUAGE sql STABLE
    AS $$ SELECT coalesce(nullif(current_setting('app.tenant', true), '')::int, fallback) $$;
CREATE FUNCTION has_tenant() RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT coalesce(current_setting('app.tenant', true), '') <> '' $$;
CREATE FUNCTION may_see(whose int) RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT tenant() IS NULL OR whose = tenant() $$;
CREATE FUNCTION tenant_checked() RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE given text := current_setting('app.tenant', true);
BEGIN
    IF given IS NULL OR given = '' THEN RETURN NULL; END IF;
    RETURN given::int;
END $$;
CREATE FUNCTION tenant_or_first() RETURNS int LANGUAGE sql STABLE
    AS $$ SELECT coalesce(tenant(), (SELECT min(m.tenant) FROM members m)) $$;
CREATE FUNCTION tenant_or_one() RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE given text := current_setting('app.tenant', true);
BEGIN
    IF coalesce(given, '') = '' THEN RETURN 1; END IF;
    RETURN given::int;
END $$;
"""
"""What the policies call."""

COLUMNS = {
    "int": "id int NOT NULL, tenant_id int NOT NULL, owner_id int, is_public boolean,"
    " locked boolean NOT NULL, status text",
    "nullable": "id int NOT NULL, tenant_id int, owner_id int, is_public boolean,"
    " locked boolean NOT NULL, status text",
    "text": "id int NOT NULL, tenant_id text NOT NULL, owner_id int, is_public boolean,"
    " locked boolean NOT NULL, status text",
}
"""The table that a policy stands on, by the kind of its tenant column."""

_SYMBOLS = ("=", "=", "=", "=", "<>", "<", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM")
_PATTERNS = ("'^[0-9]+$'", "'^\\d+$'", "'^[1-9][0-9]*$'", "'.+'", "'.'", "'^.*$'", "'^$'")


class RandomPolicies:
    """Conditions of policies; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._is_text = False

    def policy(self) -> tuple[str, str]:
        """Return the kind of a table, see COLUMNS, and a condition over it."""
        kind = self._one("int", "int", "nullable", "text")
        self._is_text = kind == "text"
        return kind, self._condition(self._random.randrange(3))

    def _one(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _condition(self, depth: int) -> str:
        if depth == 0:
            return self._atom()
        one, two = self._condition(depth - 1), self._condition(self._random.randrange(depth))
        three = self._condition(0)
        match self._random.randrange(16):
            case 0 | 1 | 2:
                return f"({one} OR {two})"
            case 3 | 4 | 5:
                return f"({one} AND {two})"
            case 6 | 7:
                return f"(NOT {one})"
            case 8:
                return f"({one} IS {self._one('', 'NOT ')}{self._one('TRUE', 'FALSE', 'UNKNOWN')})"
            case 9:
                return f"COALESCE({one}, {self._one('true', 'false', two)})"
            case 10:
                return f"(CASE WHEN {self._guard()} THEN {one} ELSE {two} END)"
            case 11:
                return f"(CASE WHEN {one} THEN {two} END)"
            case 12:
                return f"({one} {self._one('=', '<>')} {two})"
            case 13:
                return f"({self._guard()} {self._one('AND', 'OR')} {one})"
            case 14:
                return f"(SELECT {one})"
            case _:
                return f"(CASE WHEN {one} THEN {two} ELSE {three} END)"

    def _atom(self) -> str:
        column, caller = self._column(), self._caller()
        match self._random.randrange(25):
            case 0 | 1 | 2 | 3 | 4:
                symbol = self._random.choice(_SYMBOLS)
                sides = [column, caller]
                self._random.shuffle(sides)
                return f"({sides[0]} {symbol} {sides[1]})"
            case 5 | 6:
                return f"({column} {self._random.choice(_SYMBOLS)} {self._fallback()})"
            case 7:
                return self._guard()
            case 8:
                return f"({column} {self._one('', 'NOT ')}IN ({caller}, {self._value()}))"
            case 9:
                array = f"ARRAY[{caller}, {self._value()}]"
                return f"({column} {self._one('= ANY', '= ANY', '<> ALL')} ({array}))"
            case 10:
                return self._one("is_public", "(NOT locked)", "(status = 'open')", "true", "false")
            case 11:
                return f"({self._value()} IS {self._one('', 'NOT ')}NULL)"
            case 12:
                return f"({column} = {column})"
            case 13:
                return f"({self._value()} {self._random.choice(_SYMBOLS)} {self._value()})"
            case 14:
                where = f"m.tenant::text = {column}::text AND m.member = {self._member()}"
                return f"{self._one('', 'NOT ')}EXISTS (SELECT 1 FROM members m WHERE {where})"
            case 15:
                query = f"SELECT m.tenant{self._cast()} FROM members m"
                return f"({column} {self._one('', 'NOT ')}IN ({query} WHERE {self._mine()}))"
            case 16:
                given = self._text()
                return f"({column}::text {self._random.choice(_SYMBOLS)} {given})"
            case 17:
                array = f"string_to_array({self._text()}, ',')"
                return f"({column}::text {self._one('= ANY', '<> ALL')} ({array}))"
            case 18:
                return f"({column}::text {self._one('', 'NOT ')}LIKE {self._text()} || '%')"
            case 19:
                return self._one("has_tenant()", "NOT has_tenant()", self._by_helper())
            case 20:
                return f"({column} {self._one('', 'NOT ')}BETWEEN {caller} AND {self._value()})"
            case 21:
                where = f"m.tenant::text = {column}::text AND ({self._mine()} OR {self._guard()})"
                return f"{self._one('', 'NOT ')}EXISTS (SELECT 1 FROM members m WHERE {where})"
            case 22:
                where = f"(m.tenant::text = {column}::text AND {self._mine()}) OR {self._guard()}"
                return f"{self._one('', 'NOT ')}EXISTS (SELECT 1 FROM members m WHERE {where})"
            case 23:
                return f"({column} {self._one('', 'NOT ')}IN ({self._listed(caller)}))"
            case _:
                return f"({column} = {caller} OR {self._guard()})"

    def _listed(self, caller: str) -> str:
        value = self._value()
        return self._one(
            f"VALUES ({caller}), ({value})",
            f"SELECT v FROM (VALUES ({caller}), ({value})) AS given (v) WHERE v IS NOT NULL",
            f"SELECT unnest(ARRAY[{caller}, {value}])",
            f"SELECT v FROM unnest(ARRAY[{caller}, {value}]) AS given (v)",
        )

    def _by_helper(self) -> str:
        return (
            f"(tenant_text() = {self._column()}::text)" if self._is_text else "may_see(tenant_id)"
        )

    def _mine(self) -> str:
        return self._one(f"m.member = {self._member()}", f"m.role = {self._text()}", "true")

    def _cast(self) -> str:
        return "::text" if self._is_text else ""

    def _column(self) -> str:
        if self._is_text:
            return self._one("tenant_id", "tenant_id", "tenant_id", "lower(tenant_id)")
        return self._one("tenant_id", "tenant_id", "tenant_id", "tenant_id", "owner_id")

    def _member(self) -> str:
        return self._one(
            "nullif(current_setting('app.member', true), '')::int",
            "current_setting('app.member', true)::int",
            "(SELECT nullif(current_setting('app.member', true), '')::int)",
        )

    def _caller(self) -> str:
        """Return what a condition compares the tenant with."""
        if self._is_text:
            return self._text()
        return self._one(
            "nullif(current_setting('app.tenant', true), '')::int",
            "nullif(current_setting('app.tenant', true), '')::int",
            "current_setting('app.tenant', true)::int",
            "(current_setting('app.tenant', true))::integer",
            "current_setting('app.tenant')::int",
            "(SELECT nullif(current_setting('app.tenant', true), '')::int)",
            "(SELECT current_setting('app.tenant', true)::int)",
            "tenant()",
            "tenant_unguarded()",
            "(SELECT tenant())",
            "tenant_checked()",
            "tenant_or_first()",
            "tenant_or_one()",
            "nullif(current_setting('app.member', true), '')::int",
            self._guarded_cast(),
        )

    def _guarded_cast(self) -> str:
        raw = "current_setting('app.tenant', true)"
        pattern = self._random.choice(_PATTERNS)
        return self._one(
            f"(CASE WHEN {raw} ~ {pattern} THEN {raw}::int END)",
            f"(CASE WHEN {self._guard()} THEN {raw}::int END)",
            f"(CASE WHEN {self._guard()} THEN NULL ELSE {raw}::int END)",
            f"(CASE {raw} WHEN '' THEN NULL ELSE {raw}::int END)",
            f"COALESCE(nullif({raw}, ''), '0')::int",
            f"COALESCE({raw}, '0')::int",
            f"(SELECT {raw}::int WHERE {raw} {self._one('<>', '~', '!~')} {pattern})",
            f"(SELECT {raw}::int WHERE {raw} <> '')",
        )

    def _text(self) -> str:
        return self._one(
            "current_setting('app.tenant', true)",
            "current_setting('app.tenant', true)",
            "nullif(current_setting('app.tenant', true), '')",
            "nullif(current_setting('app.tenant', true), '')",
            "current_setting('app.tenant')",
            "(SELECT current_setting('app.tenant', true))",
            "btrim(current_setting('app.tenant', true))",
            "lower(current_setting('app.tenant', true))",
            "COALESCE(current_setting('app.tenant', true), '')",
            "tenant_text()",
        )

    def _value(self) -> str:
        """Return a value of the tenant's type: the row's own, a constant, the caller's."""
        if self._is_text:
            return self._one("tenant_id", "'1'", "''", "status", self._text(), self._fallback())
        return self._one(
            "tenant_id", "tenant_id", "owner_id", "0", "1", "NULL::int", self._caller(),
            f"nullif(tenant_id, {self._caller()})", self._fallback(),
        )  # fmt: skip

    def _fallback(self) -> str:
        """Return the caller's value, or another one without it."""
        one, other = self._caller(), self._random.choice((self._column(), self._column(), "NULL"))
        raw = "current_setting('app.tenant', true)"
        array, values = f"ARRAY[{one}, {other}]", f"(VALUES ({one}), ({other}))"
        shown = f"COALESCE(nullif({raw}, ''), {self._column()}::text)"
        found = self._one(
            f"COALESCE({one}, {other})",
            f"COALESCE({one}, {other})",
            f"(CASE WHEN {self._guard()} THEN {other} ELSE {one} END)",
            f"(CASE WHEN {self._guard()} THEN {one} ELSE {other} END)",
            f"(SELECT COALESCE({one}, {other}))",
            f"LEAST({one}, {other})",
            f"GREATEST({other}, {one})",
            f"({array})[{self._one('1', '2')}]",
            f"COALESCE((SELECT max(m.tenant) FROM members m WHERE {self._mine()}){self._cast()},"
            f" {other})",
            f"{shown}{'' if self._is_text else '::int'}",
            f"(SELECT v FROM {values} AS given (v) WHERE v IS NOT NULL LIMIT 1)",
            f"(SELECT v FROM unnest({array}) AS given (v) WHERE v IS NOT NULL LIMIT 1)",
            f"(SELECT max(v) FROM {values} AS given (v))",
            f"(array_remove({array}, NULL))[1]",
        )
        if not self._is_text and self._random.randrange(12) == 0:
            return f"tenant_or({self._column()})"
        return found

    def _guard(self) -> str:
        """Return a test whether a setting is there, however it is spelled."""
        raw = "current_setting('app.tenant', true)"
        pattern = self._random.choice(_PATTERNS)
        test = self._one(
            f"{raw} IS NULL",
            f"{raw} = ''",
            f"'' = {raw}",
            f"{raw} <> ''",
            f"NOT ({raw} <> '')",
            f"COALESCE({raw}, '') = ''",
            f"COALESCE({raw}, '') <> ''",
            f"nullif({raw}, '') IS {self._one('', 'NOT ')}NULL",
            f"length({raw}) {self._one('=', '>', '<>', '<=')} 0",
            f"length(COALESCE({raw}, '')) {self._one('<', '>=')} 1",
            f"char_length(btrim({raw})) {self._one('=', '>')} 0",
            f"octet_length({raw}) = 0",
            f"{raw} {self._one('~', '!~')} {pattern}",
            f"COALESCE({raw}, '') {self._one('~', '!~')} {pattern}",
            f"{raw} {self._one('', 'NOT ')}LIKE '{self._one('', '_%', '%')}'",
            f"{raw} {self._one('', 'NOT ')}IN ('', '0')",
            f"{raw} IS {self._one('', 'NOT ')}DISTINCT FROM ''",
            f"({raw} = '') IS {self._one('', 'NOT ')}TRUE",
            f"current_setting('app.member', true) {self._one('=', '<>')} ''",
            "tenant() IS NULL",
            "tenant() IS NOT NULL",
            "has_tenant()",
            f"starts_with({raw}, '')",
            f"substr({raw}, 1, 1) {self._one('=', '<>')} ''",
            f"({raw} || '') = ''",
            f"md5({raw}) = md5('')",
            f"num_nulls({raw}) {self._one('=', '<')} 1",
            f"num_nonnulls(nullif({raw}, '')) = 0",
            f"concat({raw}, '') {self._one('=', '<>')} ''",
            f"concat_ws(',', {raw}) = ''",
            f"format('%s', {raw}) = ''",
        )
        return f"({test})"
