"""However migrations are damaged, a run ends with a result: nothing raises, nothing is lost."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from rlslint.reports import Result
from rlslint.rules import card, rule_names
from tests.linting import lint

EXAMPLES = [
    example.source
    for name in rule_names()
    for example in card(name).examples
    if example.language == "sql" and example.kind in ("bad", "good")
]
TOKENS = re.compile(r"\w+|\s+|.", re.DOTALL)
OTHER_WORDS = st.sampled_from(
    [
        "docs", "NULL", "public", "(", ")", "ALL", "SELECT", "x.y.z", "'", "$$", "CASCADE", "ONLY",
        "PUBLIC", "current_user", "::int", "OR", "NOT", "IF EXISTS", ";", "9e9", "[]", "*", "é",
    ]
)  # fmt: skip
CERTAIN = """
CREATE ROLE sure_user LOGIN;
CREATE TABLE sure.fire (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE sure.fire OWNER TO sure_user;
ALTER TABLE sure.fire ENABLE ROW LEVEL SECURITY;
"""


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """An example from a card with some of its words taken out, doubled or exchanged."""
    words = TOKENS.findall(draw(st.sampled_from(EXAMPLES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(words) - 1))
        match draw(st.sampled_from(["delete", "replace", "double", "move"])):
            case "delete":
                words[at] = ""
            case "replace":
                words[at] = draw(OTHER_WORDS)
            case "double":
                words[at] *= 2
            case _:
                words.insert(draw(st.integers(0, len(words) - 1)), words[at])
    return "".join(words)


def lint_script(script: str) -> Result:
    with TemporaryDirectory() as folder:
        return lint(Path(folder), {"migrations/0001_damaged.sql": script})


@given(damaged())
def test_a_damaged_migration_ends_in_a_result(script: str) -> None:
    result = lint_script(script)
    assert result.errors == ()
    for reported in result.findings:
        assert reported.place is None or reported.place.start <= reported.place.end


def test_what_stands_before_the_damage_is_found_all_the_same() -> None:
    result = lint_script(CERTAIN + "CREATE POLICY ON (;\n" + "SELECT 'open")
    assert "rls-not-forced" in {reported.name for reported in result.findings}
