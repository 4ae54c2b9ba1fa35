"""Of several functions of a name, a call means the one that PostgreSQL calls, or none is chosen."""

from itertools import combinations

from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.functions import Function
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Call
from rlslint.sql.nodes import expression
from rlslint.sql.parser import parse_expression
from tests.histories import run
from tests.postgres import Database

TYPES = (
    "int4", "int8", "numeric", "float8", "text", "varchar", "date", "timestamptz", "bool", "uuid",
)  # fmt: skip
ARGUMENTS = (
    "small", "i", "big", "n", "f", "t", "v", "c", "d", "ts", "tz", "b", "u", "'5'", "NULL", "5",
    "1.5", "i + 1", "t || v", "i::text", "upper(t)", "coalesce(i, 1)", "current_setting('a', true)",
)  # fmt: skip
TABLE = """
CREATE TABLE rows (small int2, i int4, big int8, n numeric, f float8, t text, v varchar(9),
    c char(3), d date, ts timestamp, tz timestamptz, b bool, u uuid);
INSERT INTO rows DEFAULT VALUES;
"""


def meant(replay: Replay, call: str) -> str:
    """Return the type of the argument of the function that a call in a policy of `rows` means."""
    scope = Scope(replay.catalog, replay.search_path)
    table = replay.catalog.names["public", "rows"]
    bound = bind(expression(parse_expression(call)), scope.with_own_row(table))
    assert isinstance(bound, Call)
    if bound.unknown:
        return "not known"
    function = bound.function
    return ", ".join(function.argument_types) if isinstance(function, Function) else "none"


def test_the_types_of_arguments_choose_among_overloads(database: Database) -> None:
    script, calls = TABLE, []
    for number, overloads in enumerate(combinations(TYPES, 2)):
        script += f"CREATE SCHEMA s{number};\n" + "".join(
            f"CREATE FUNCTION s{number}.f({type_}) RETURNS text LANGUAGE sql"
            f" AS $$ SELECT '{type_}' $$;\n"
            for type_ in overloads
        )
        calls += [f"s{number}.f({argument})" for argument in ARGUMENTS]
    database.run(script)
    replay = Replay()
    run(replay, script)
    asked = database.run("".join(f"SELECT {call} FROM rows;\n" for call in calls)).statements
    wrong, unknown = [], 0
    for call, answer in zip(calls, asked, strict=True):
        ours = meant(replay, call)
        theirs = "none" if answer.error is not None else answer.output[0]
        unknown += ours == "not known" and theirs != "none"
        if ours not in ("not known", theirs) and theirs != "none":
            wrong.append(f"{call}: {ours}, not {theirs}")
    assert wrong == []
    # Nothing tells a number with a fraction from a quoted one.
    assert unknown <= 45 * 2


def test_functions_of_postgresql_come_first_unless_the_path_names_them_later(
    database: Database,
) -> None:
    script = TABLE + "CREATE SCHEMA own;\n" + "".join(
        f"CREATE FUNCTION own.{name}({types}) RETURNS {result} LANGUAGE sql"
        f" AS $$ SELECT NULL::{result} $$;\n"
        for name, types, result in (
            ("now", "", "timestamptz"), ("upper", "text", "text"), ("md5", "uuid", "text"),
            ("current_setting", "text, bool", "text"), ("length", "int4", "int4"),
        )
    )  # fmt: skip
    database.run(script)
    calls = (
        "now()", "upper(t)", "upper(v)", "md5(t)", "md5(u)", "current_setting('a', true)",
        "length(t)", "length(i)", "length(small)",
    )  # fmt: skip
    for path in ("own, public", "own, pg_catalog, public"):
        asked = database.run(
            f"SET search_path = {path};\n"
            + "".join(
                f"CREATE VIEW w{at} AS SELECT {call} FROM rows;\n" for at, call in enumerate(calls)
            )
            + "RESET search_path;\n"
            + "".join(
                f"SELECT pg_get_viewdef('own.w{at}'::regclass);\n" for at in range(len(calls))
            )
            + "".join(f"DROP VIEW own.w{at};\n" for at in range(len(calls)))
        ).statements
        shown = [answer.output[0] for answer in asked if answer.sql.startswith("SELECT")]
        replay = Replay()
        run(replay, script + f"SET search_path = {path};")
        for call, view in zip(calls, shown, strict=True):
            found = meant(replay, call)
            assert (found not in ("none", "not known")) == ("own." in view.split("FROM")[0]), call
