"""Well-typed predicates over tests.meaning.tenancy's tables, drawn at random."""

from __future__ import annotations

from random import Random

_SYMBOLS = ("=", "=", "=", "<>", "<", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM")


class Generator:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def predicate(self, depth: int) -> str:
        if depth == 0:
            return self._leaf()
        choose = self.random.randrange(13)
        below = [self.predicate(depth - 1) for _ in range(3)]
        match choose:
            case 0 | 1:
                return f"({below[0]} OR {below[1]})"
            case 2 | 3:
                return f"({below[0]} AND {below[1]})"
            case 4 | 5:
                return f"(NOT {below[0]})"
            case 6:
                test = self.random.choice(("TRUE", "FALSE", "UNKNOWN", "NULL"))
                negated = self.random.choice(("", "NOT "))
                return f"({below[0]} IS {negated}{test})"
            case 7:
                return f"COALESCE({below[0]}, {below[1]})"
            case 8:
                return f"(CASE WHEN {below[0]} THEN {below[1]} ELSE {below[2]} END)"
            case 9:
                return f"(CASE WHEN {below[0]} THEN {below[1]} END)"
            case 10:
                return f"(({below[0]}) {self.random.choice(('=', '<>'))} ({below[1]}))"
            case 11:
                return f"(SELECT {below[0]})"
            case _:
                return f"({below[0]} OR NOT {below[0]})"

    def _leaf(self) -> str:
        a, b, c = (self._number(1) for _ in range(3))
        s, t = (self._text(1) for _ in range(2))
        symbol = self.random.choice(_SYMBOLS)
        match self.random.randrange(20):
            case 0 | 1 | 2 | 3:
                return f"({a} {symbol} {b})"
            case 4 | 5:
                return f"({s} {symbol} {t})"
            case 6:
                return f"({a} IS {self.random.choice(('', 'NOT '))}NULL)"
            case 7:
                return f"({s} IS {self.random.choice(('', 'NOT '))}NULL)"
            case 8:
                return self.random.choice(("true", "false", "NULL::boolean"))
            case 9:
                return self.random.choice(("is_public", "locked"))
            case 10:
                return f"({a} {self.random.choice(('', 'NOT '))}IN ({b}, {c}))"
            case 11:
                return f"({a} BETWEEN {b} AND {c})"
            case 12:
                return f"({s} {self.random.choice(('', 'NOT '))}LIKE {t} || '%')"
            case 13:
                return f"({a} = ANY (ARRAY[{b}, {c}]))"
            case 14:
                return (
                    f"EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = {a} AND m.user_id = {b})"
                )
            case 15:
                return f"({a} IN (SELECT m.tenant_id FROM members m WHERE m.user_id = {b}))"
            case 16:
                return f"EXISTS (SELECT 1 WHERE {a} = {b})"
            case 17:
                return f"((SELECT count(*) FROM members m WHERE m.user_id = {a}) > 0)"
            case 18:
                array = f"string_to_array({s}, ',')"
                return f"({t} {self.random.choice(('= ANY', '<> ALL'))} ({array}))"
            case _:
                return f"({s} = '' OR tenant_id::text = {t})"

    def _number(self, depth: int) -> str:
        match self.random.randrange(12 if depth else 8):
            case 0 | 1:
                return "tenant_id"
            case 2:
                return self.random.choice(("owner_id", "id"))
            case 3:
                return str(self.random.randrange(3))
            case 4:
                return "NULLIF(current_setting('app.tenant', true), '')::int"
            case 5:
                return "current_setting('app.member', true)::int"
            case 6:
                return "(SELECT NULLIF(current_setting('app.member', true), '')::int)"
            case 7:
                return "NULL::int"
            case 8:
                return f"COALESCE({self._number(0)}, {self._number(0)})"
            case 9:
                return f"NULLIF({self._number(0)}, {self._number(0)})"
            case 10:
                when = f"{self._number(0)} = {self._number(0)}"
                return f"(CASE WHEN {when} THEN {self._number(0)} ELSE {self._number(0)} END)"
            case _:
                who = self._number(0)
                return f"(SELECT max(m.tenant_id) FROM members m WHERE m.user_id = {who})"

    def _text(self, depth: int) -> str:
        match self.random.randrange(12 if depth else 7):
            case 0 | 1:
                return "status"
            case 2:
                return self.random.choice(("'x'::text", "''::text", "'1'::text"))
            case 3:
                return "current_setting('app.tenant', true)"
            case 4:
                return "current_setting('app.member')"
            case 5:
                return "tenant_id::text"
            case 6:
                return "NULLIF(current_setting('app.member', true), '')"
            case 7:
                return f"COALESCE({self._text(0)}, {self._text(0)})"
            case 8:
                return f"lower({self._text(0)})"
            case 9:
                return f"({self._text(0)} || {self._text(0)})"
            case 10:
                return f"btrim({self._text(0)})"
            case _:
                return f"NULLIF({self._text(0)}, {self._text(0)})"
