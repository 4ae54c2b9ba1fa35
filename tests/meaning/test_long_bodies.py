"""Long bodies and deep calls: each body is scanned and parsed once, and the work ends."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

import pytest

from tests.linting import lint

TABLE = """
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docs TO app_user;
"""
LINES = {
    "settings": "IF current_setting('app.s{n}', true) = 'x' THEN a := a + 1; END IF;",
    "assignments": "a := a + {n};",
    "changes": "INSERT INTO docs VALUES ({n}, 1);",
    "grants": "GRANT SELECT ON docs TO app_user;",
    "settings written": "PERFORM set_config('app.s{n}', 'x', true);",
    "variables set": "SET LOCAL app.s{n} = 'x';",
}


def _long_body(line: str, count: int) -> str:
    lines = "\n".join(line.format(n=number) for number in range(count))
    return (
        f"{TABLE}CREATE FUNCTION seen() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$\n"
        f"DECLARE a int := 0;\nBEGIN\n{lines}\nRETURN a > 1;\nEND $$;\nSELECT seen();\n"
        "CREATE POLICY p ON docs USING (seen());\n"
    )


def _calls(folder: Path, sql: str) -> dict[str, int]:
    """Return how often each function is called while a history is linted."""
    folder.mkdir()
    profile = cProfile.Profile()
    profile.runcall(lint, folder, {"migrations/0001_a.sql": sql})
    counted: dict[tuple[str, int, str], tuple[int, ...]] = vars(pstats.Stats(profile))["stats"]
    calls = {"all": 0}
    for (_, _, name), times in counted.items():
        calls["all"] += times[1]
        calls[name] = calls.get(name, 0) + times[1]
    return calls


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_body_twice_as_long_is_twice_the_work(line: str, tmp_path: Path) -> None:
    few, many = (
        _calls(tmp_path / str(count), _long_body(line, count))["all"] for count in (100, 200)
    )
    assert many < 2.3 * few


def test_a_body_is_scanned_and_parsed_once(tmp_path: Path) -> None:
    calls = _calls(tmp_path / "history", _long_body(LINES["settings"], 50))
    assert calls["outermost"] == 1


@pytest.mark.parametrize(
    "function",
    [
        "RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN {last}() + {last}(); END $$",
        "RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM {last}(); RETURN {last}(); END $$",
        "RETURNS int LANGUAGE sql STABLE AS $$ SELECT {last}() + {last}() $$",
    ],
)
def test_functions_that_call_the_last_one_twice_cost_no_more_than_a_budget(
    function: str, tmp_path: Path
) -> None:
    first = (
        "CREATE FUNCTION f0() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
        " EXECUTE 'GRANT SELECT ON docs TO app_user';"
        " RETURN current_setting('app.tenant_id')::int; END $$;\n"
    )

    def history(count: int) -> str:
        functions = "".join(
            f"CREATE FUNCTION f{number}() {function.format(last=f'f{number - 1}')};\n"
            for number in range(1, count)
        )
        last = f"f{count - 1}()"
        return (
            f"{TABLE}{first}{functions}SELECT {last};\n"
            f"CREATE POLICY p ON docs USING (tenant_id = {last});\n"
        )

    fifteen, thirty = (_calls(tmp_path / str(count), history(count))["all"] for count in (15, 30))
    assert thirty < 3 * fifteen
