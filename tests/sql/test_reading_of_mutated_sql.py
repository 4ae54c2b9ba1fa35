"""However SQL is damaged, reading it ends, in order, and finds what stands before the damage."""

import re

from hypothesis import given
from hypothesis import strategies as st

from rlslint.sql.statements import BrokenStatement, read
from rlslint.text import Text
from tests.sql.every_kind import EveryKind

STATEMENTS = (
    "SELECT 1",
    "SELECT 'it''s; é', E'\\';', \"a;b\", $$;$$, $é$ ' $é$ -- it's\n, 2",
    "CREATE POLICY p ON t FOR ALL TO app USING (a = current_setting('x', true)::uuid)",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END",
    "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)",
    "DO $body$ BEGIN EXECUTE 'SELECT 1;'; END $body$",
    '/* a /* ; */ b */ ALTER TABLE "größe" ENABLE ROW LEVEL SECURITY',
    "GRANT SELECT ON t TO app",
    "\\connect - bob\nSELECT :x, y[1:2]",
    "COPY t FROM stdin;\n1\tit's\n\\.\nSELECT 3",
    "SELECT a ? 'b', %s, @c, $1 IN %(x)s, {{ y }}",
)
TOKENS = re.compile(r"\w+|\s+|.", re.DOTALL)
DAMAGE = st.sampled_from(
    [
        "'", '"', "$$", "$a$", "/*", "*/", "--", ";", "(", ")", "\\", "\n", "\r\n", "E'", "U&'",
        "BEGIN ATOMIC", "END", "CASE", "\0", "é", ":", "?", "%s", "{{", "\\.", "@x",
        "\nCREATE TABLE x ();\n",
    ]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str]:
    """SQL, and the statements before the damage."""
    statements = draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=6))
    place = draw(st.integers(0, len(statements) - 1))
    words = TOKENS.findall(statements[place])
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(words) - 1))
        match draw(st.sampled_from(["delete", "insert", "swap", "double", "cut"])):
            case "delete":
                words[at] = ""
            case "insert":
                words.insert(at, draw(DAMAGE))
            case "swap":
                other = draw(st.integers(0, len(words) - 1))
                words[at], words[other] = words[other], words[at]
            case "double":
                words[at] *= 2
            case _:
                words[at] = words[at][: len(words[at]) // 2]
    untouched = "".join(f"{statement};\n" for statement in statements[:place])
    statements[place] = "".join(words)
    return ";\n".join(statements), untouched


@given(damaged(), st.booleans())
def test_damage_stays_where_it_is(sql_and_untouched: tuple[str, str], application: bool) -> None:
    sql, untouched = sql_and_untouched
    text = Text("x.sql", sql.encode())
    entries = [x for x in read(text, EveryKind(), application=application) if x is not None]
    end = 0
    for entry in entries:
        assert end <= entry.statement.start <= entry.statement.end <= len(text.data)
        assert entry.statement.start < entry.statement.end
        end = entry.statement.end
        if isinstance(entry, BrokenStatement):
            assert entry.statement.start <= entry.offset <= len(text.data)
    before = Text("x.sql", untouched.encode())
    expected = [x for x in read(before, EveryKind(), application=application) if x is not None]
    found = entries[: len(expected)]
    assert [(x.statement.sql, type(x)) for x in found] == [
        (x.statement.sql, type(x)) for x in expected
    ]
