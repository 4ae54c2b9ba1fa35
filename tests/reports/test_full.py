from __future__ import annotations

import re

from rlslint.project import Finding
from rlslint.reports import full
from rlslint.text.display import Screen
from tests.reports.examples import audited, live, related, reported, result, shadowed, span


def shown(*findings: object, colour: bool = False) -> str:
    return "\n".join(full.render(result(*findings), screen=Screen(colour)))  # type: ignore[arg-type]


def test_a_finding_is_shown_with_its_source_marked() -> None:
    assert shown(shadowed()) == (
        "error[policy-column-shadowed] RLS103: "
        "any member of any tenant can read every row of public.docs\n"
        " --> migrations/0007_members.sql:4:26\n"
        "  |\n"
        "4 |        AND m.tenant_id = tenant_id));\n"
        "  |                          ^^^^^^^^^ resolves to m.tenant_id\n"
        "  |\n"
        "  help: qualify the outer column:  m.tenant_id = docs.tenant_id\n"
        "  more: rlslint rule policy-column-shadowed\n"
    )


def test_another_place_gets_a_frame_of_its_own() -> None:
    text = shown(related())
    assert " ::: migrations/0001.sql:1:14\n" in text
    assert "  |              ---- the table is made here\n" in text


def test_help_of_several_lines_is_indented() -> None:
    text = shown(shadowed(help="first\nsecond\n"))
    assert "  help: first\n        second\n  more:" in text


def test_a_finding_without_a_file_names_its_object() -> None:
    assert "--> public.notes\n" in shown(live())


def test_what_a_database_shows_needs_no_file_and_its_name_once() -> None:
    assert shown(audited()).splitlines()[1:-1] == [
        " --> shop on db1: public.notes",
        "  |",
        "  | / CREATE TABLE public.notes (id int8);",
        "  | | ALTER ROLE app PASSWORD '***'",
        "  | |_____________________________^ is not forced",
        "  |",
        "  | CREATE TABLE public.notes (id int8);",
        "  |              ------------ made here",
        "  |",
    ]


def test_a_statement_of_a_migration_has_the_servers_words_below_it() -> None:
    beside = audited().finding
    text = shown(shadowed(related=beside.related, database="shop on db1"))
    assert " --> migrations/0007_members.sql:4:26\n" in text
    assert " ::: shop on db1, as the server has it\n  |\n  | CREATE TABLE" in text


def marked(source: str, part: str) -> list[str]:
    finding = Finding("x", "m", span(source, part, "a.sql"), "here")
    return shown(reported(finding)).splitlines()[3:-1]


def test_tabs_and_wide_characters_stay_above_their_mark() -> None:
    line, mark, _ = marked("\tSELECT '日本', ä, tenant_id;\n", "tenant_id")
    # Each of the two wide characters takes two columns.
    assert mark.index("^") == line.index("tenant_id") + 2


def test_a_span_of_several_lines_is_bracketed() -> None:
    assert marked(
        "SELECT 1;\nCREATE POLICY p\n  ON docs\n  USING (true);\n",
        "CREATE POLICY p\n  ON docs\n  USING (true)",
    ) == [
        "2 | / CREATE POLICY p",
        "3 | |   ON docs",
        "4 | |   USING (true);",
        "  | |______________^ here",
        "  |",
    ]


def test_a_span_that_starts_within_a_line_says_where() -> None:
    lines = marked("SELECT 1; SELECT\n  2;\n", "SELECT\n  2")
    assert lines[:2] == ["1 |   SELECT 1; SELECT", "  |  ___________^"]
    assert lines[3] == "  | |___^ here"


def test_the_middle_of_a_long_span_is_left_out() -> None:
    body = "\n".join(f"  {number}," for number in range(40))
    lines = marked(f"SELECT\n{body}\n  40;\n", f"SELECT\n{body}\n  40")
    assert len(lines) == 9
    assert "   | | ..." in lines


def test_a_long_line_is_cut_round_the_mark() -> None:
    line, mark, _ = marked(f"SELECT {'x, ' * 500}tenant_id{', y' * 500};\n", "tenant_id")
    assert len(line) < 200
    assert line[mark.index("^") :].startswith("tenant_id")


def test_passwords_are_not_shown_and_marks_stay_aligned() -> None:
    source = "A=postgres://me:hunter2@db/app?x=1 -- me\n"
    line, mark, _ = marked(source, "app")
    assert "hunter2" not in line
    assert line[mark.index("^") :].startswith("app")
    line, *_ = marked("CREATE ROLE app LOGIN PASSWORD 'hunter2';\n", "app")
    assert line == "1 | CREATE ROLE app LOGIN PASSWORD '***';"


def test_escape_sequences_never_reach_the_terminal() -> None:
    finding = Finding(
        "x", "role \x1b[2Jevil\r\n\x9b\u202e", span("SELECT '\x1b]0;evil\x07', x;", "x"), "\x1b[1m"
    )
    text = shown(reported(finding._replace(help="\x1b[8m")))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "␛]0;evil␇" in text


def test_colours_are_added_only_when_wanted() -> None:
    assert "\x1b[" not in shown(shadowed())
    coloured = shown(shadowed(), colour=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == shown(shadowed())
    assert "\x1b[31m\x1b[1merror[policy-column-shadowed]\x1b[0m" in coloured


def test_of_many_alike_three_are_framed_and_the_others_get_a_line_each() -> None:
    many = [shadowed(object=f"public.t{number}") for number in range(9)]
    text = shown(*many, live())
    assert text.count("resolves to m.tenant_id") == 3
    assert "error[policy-column-shadowed] RLS103: 6 more\n" in text
    further = [line for line in text.splitlines() if line.startswith("  migrations/")]
    assert further == [f"  migrations/0007_members.sql:4:26 public.t{n}" for n in range(3, 9)]


def test_many_alike_end_in_a_table_of_what_to_mend_first() -> None:
    many = [live() for _ in range(4)]
    assert shown(*many, shadowed()).splitlines()[-3:] == [
        "  severity  effect  count  rule, what to mend first on top",
        "  error     leak        1  policy-column-shadowed (RLS103)",
        "  warning   leak        4  rls-not-forced (RLS006)",
    ]
    assert "mend first" not in shown(*many[:3], shadowed())
