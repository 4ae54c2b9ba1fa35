"""PostgreSQL judges what the rules claim of random policies, and what they are silent about."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from rlslint.reports import ReportedFinding
from tests.linting import lint
from tests.meaning.random_policies import COLUMNS, HELPERS, RandomPolicies
from tests.postgres import Database, Server

POLICIES = 800

MEMBERS = """
CREATE TABLE members (tenant int NOT NULL, member int, role text);
GRANT SELECT ON members TO app_user;
"""

JUDGE = """
CREATE TABLE policies (number int, kind text, condition text);
CREATE FUNCTION judge() RETURNS TABLE (number int, answer text) LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
    FOR one IN SELECT * FROM policies ORDER BY 1 LOOP
        number := one.number;
        EXECUTE format('ALTER POLICY p ON %s_docs USING (%s)', one.kind, one.condition);
        BEGIN
            SET LOCAL ROLE app_user;
            EXECUTE format('SELECT string_agg(id::text, $s$ $s$) FROM %s_docs', one.kind)
                INTO answer;
            answer := coalesce('ids ' || answer, 'ids');
        EXCEPTION WHEN OTHERS THEN
            answer := SQLSTATE;
        END;
        RESET ROLE;
        RETURN NEXT;
    END LOOP;
END $$;
"""

SESSIONS = {
    "never set": "",
    "reset": "BEGIN; SET LOCAL app.tenant = '5'; SET LOCAL app.member = '5'; COMMIT;",
    "ours": "SET app.tenant = '5'; SET app.member = '5';",
    "malformed": "SET app.tenant = 'nobody'; SET app.member = 'nobody';",
}

LEAKS = frozenset(
    ("policy-tautology", "policy-null-context-allows", "policy-coalesce-to-column",
     "policy-using-true", "policy-no-row-reference", "policy-inequality-on-tenant")
)  # fmt: skip

OURS, WITHOUT = "5", "NULL"
_TENANTS = ("0", "1", OURS, "8")
_OWNERS = ("0", "1", OURS, "8", "9", "NULL")
_STATUSES = ("'open'", "NULL", "''", "'0'", "'1'", "'5'", "'8'")
_FLAGS = ("true", "false", "NULL")


class Rows:
    """Rows of every kind of owner, flag and status for each tenant, by their tenants."""

    def __init__(self) -> None:
        self.tenants: dict[int, str] = {}
        self.values: list[str] = []
        for tenant in _TENANTS:
            for owner in _OWNERS:
                for status in _STATUSES:
                    self._add(tenant, f"{owner}, {self._flags()}, {status}")
        self._add(WITHOUT, "1, true, false, 'open'")
        self._add(WITHOUT, "NULL, false, true, NULL")

    def _flags(self) -> str:
        number = len(self.values) * 7919 % 9
        return f"{_FLAGS[number % 3]}, {_FLAGS[number // 3 % 2]}"

    def _add(self, tenant: str, rest: str) -> None:
        number = len(self.tenants)
        self.tenants[number] = tenant
        self.values.append(f"{number}, {tenant}, {rest}")

    def inserted(self, kind: str) -> str:
        kept = [
            values
            for number, values in enumerate(self.values)
            if kind == "nullable" or self.tenants[number] != WITHOUT
        ]
        return f"INSERT INTO {kind}_docs VALUES {', '.join(f'({values})' for values in kept)};"


ROWS = Rows()


class Answer:
    """What one session got: the tenants of rows, or an error."""

    def __init__(self, text: str) -> None:
        self.failed = not text.startswith("ids")
        self.error = text if self.failed else ""
        self.ids = frozenset() if self.failed else frozenset(map(int, text.split()[1:]))

    def shows_all_of(self, tenants: tuple[str, ...]) -> bool:
        return all(n in self.ids for n, tenant in ROWS.tenants.items() if tenant in tenants)

    def shows_some_of(self, tenants: tuple[str, ...]) -> bool:
        return any(ROWS.tenants[n] in tenants for n in self.ids)


COMPARED_WITH_ITSELF = "XX000"
"""What PostgreSQL answers to `ctx = ctx`, which it cannot plan; see rules/policy-tautology.md."""

OTHERS = ("0", "1", "8")
Answers = dict[str, list[Answer]]


def ask(database: Database, policies: list[tuple[str, str]]) -> Answers:
    tables = "".join(
        f"CREATE TABLE {kind}_docs ({columns}); GRANT SELECT ON {kind}_docs TO app_user;"
        f"ALTER TABLE {kind}_docs ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY p ON {kind}_docs USING (true);" + ROWS.inserted(kind)
        for kind, columns in COLUMNS.items()
    )
    listed = ", ".join(f"({n}, '{kind}', $c${sql}$c$)" for n, (kind, sql) in enumerate(policies))
    members = "INSERT INTO members VALUES (5, 5, '5'), (8, 8, '8'), (0, 8, NULL);"
    prepared = database.run(
        "CREATE ROLE app_user;" + MEMBERS + members + HELPERS + tables + JUDGE
        + f"INSERT INTO policies VALUES {listed};"
    )  # fmt: skip
    assert not prepared.errors, prepared.errors[0]
    answers: Answers = {}
    for session, settings in SESSIONS.items():
        transcript = database.run(settings + "SELECT answer FROM judge() ORDER BY number")
        assert not transcript.errors, transcript.errors[0]
        answers[session] = [Answer(row) for row in transcript.rows]
    return answers


def told(folder: Path, policies: list[tuple[str, str]]) -> tuple[dict[int, list[str]], set[int]]:
    """What rlslint reports of each policy, as rules with their severity, and what it gives up."""
    history = "CREATE ROLE app_user LOGIN;" + MEMBERS + HELPERS
    for number, (kind, sql) in enumerate(policies):
        table = f"docs_{number}"
        history += (
            f"CREATE TABLE {table} ({COLUMNS[kind]}); GRANT SELECT ON {table} TO app_user;\n"
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
            f"CREATE POLICY p ON {table} FOR SELECT USING ({sql});\n"
        )
    result = lint(folder, {"migrations/0001_docs.sql": history})
    found: dict[int, list[str]] = {}
    for reported in result.findings:
        policy = _number(reported.finding.object or "")
        if policy is not None:
            found.setdefault(policy, []).append(_claim(reported))
    given_up = {_number(unchecked.object) for unchecked in result.not_checked}
    return found, {number for number in given_up if number is not None}


def _number(name: str) -> int | None:
    found = re.search(r"\bdocs_(\d+)", name)
    return int(found[1]) if found else None


def _claim(reported: ReportedFinding) -> str:
    some = " that has " in reported.finding.message or "tenant's rows" in reported.finding.message
    return reported.name + (" of some" if some else "")


def is_refuted(claim: str, number: int, kind: str, answers: Answers) -> bool:
    """Tell whether the server contradicts a claim about a policy."""
    never, reset, ours, malformed = (answers[session][number] for session in SESSIONS)
    if ours.error == COMPARED_WITH_ITSELF:
        return False
    everybody = (*_TENANTS, WITHOUT) if kind == "nullable" else _TENANTS
    match claim.split():
        case ["current-setting-empty-cast"]:
            return reset.error != "22P02"
        case ["policy-null-context-allows" | "policy-coalesce-to-column"]:
            return not any(a.shows_all_of(everybody) for a in (never, reset, malformed))
        case ["policy-tautology" | "policy-using-true"]:
            return not ours.shows_all_of(everybody)
        case ["policy-no-row-reference"]:
            return not ours.shows_all_of(everybody)
        case [
            "policy-null-context-allows" | "policy-coalesce-to-column" | "policy-tautology",
            "of",
            "some",
        ]:
            return not any(a.shows_some_of(OTHERS) for a in (never, reset, ours, malformed))
        case ["policy-inequality-on-tenant", *_]:
            return not ours.shows_some_of(OTHERS)
        case _:
            return False


@pytest.mark.parametrize("seed", range(2))
def test_the_server_refutes_no_claim_and_few_leaks_are_silent(
    seed: int, server: Server, tmp_path: Path
) -> None:
    random = RandomPolicies(seed)
    policies = [random.policy() for _ in range(POLICIES)]
    with server.database() as database:
        answers = ask(database, policies)
    found, given_up = told(tmp_path, policies)
    claims: Counter[str] = Counter()
    refuted, silent, unclaimed = [], [], []
    for number, (kind, sql) in enumerate(policies):
        told_here = found.get(number, [])
        claims.update(told_here)
        refuted += [(claim, sql) for claim in told_here if is_refuted(claim, number, kind, answers)]
        leaks = any(answers[session][number].shows_all_of(OTHERS) for session in SESSIONS)
        names = {claim.split()[0] for claim in told_here}
        if leaks:
            claims["leaks"] += 1
            if LEAKS.isdisjoint(names) and number not in given_up:
                silent.append(sql)
        if answers["reset"][number].error == "22P02":
            claims["fails"] += 1
            # A finding about a helper is at the helper; what is read without missing_ok is to fail.
            elsewhere = "tenant_unguarded" in sql or "current_setting('app.tenant')::int" in sql
            is_told = elsewhere or "current-setting-empty-cast" in names
            if not is_told and number not in given_up:
                unclaimed.append(sql)
    assert not refuted, refuted[0]
    assert len(silent) <= claims["leaks"] / 20, (claims, len(silent), silent[:5])
    assert len(unclaimed) <= claims["fails"] / 25, (claims, len(unclaimed), unclaimed[:5])
    assert all(claims[rule] for rule in LEAKS), claims
