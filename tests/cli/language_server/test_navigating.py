"""What is said, found and offered at a place of a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from lsprotocol import types as lsp

from rlslint.cli.language_server.actions import REASON, File, actions_for
from rlslint.cli.language_server.diagnostics import Shown, by_path
from rlslint.cli.language_server.navigating import (
    Asked,
    definitions_at,
    hover_at,
    references_at,
    symbols_in,
)
from rlslint.cli.language_server.projects import Analysis, Analyst, Place

A = TypeVar("A")

SHOWN = Shown(lsp.PositionEncodingKind.Utf16, True, lambda path: path)
TABLES = """\
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int, tenant_id int);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE
    AS $$ SELECT current_setting('app.tenant')::int $$;
GRANT SELECT, INSERT ON docs TO app_user;
"""
POLICIES = """\
CREATE INDEX ON docs (tenant_id);
CREATE POLICY bound ON docs TO app_user USING (tenant_id = tenant());
CREATE POLICY opened ON docs FOR SELECT USING (true)
"""
PROGRAM = """\
import psycopg

def handler(pool, tenant):
    with pool.connection() as conn, conn.transaction():
        conn.execute("SELECT set_config('app.tenant', %s, true)", (tenant,))
        return conn.execute("SELECT * FROM docs").fetchall()
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, content in {
        ".git/HEAD": "",
        "migrations/0001_tables.sql": TABLES,
        "migrations/0002_policies.sql": POLICIES,
        "app.py": PROGRAM,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    return tmp_path


def _at(project: Path, name: str, marked: str, question: Callable[[Asked, Analysis], A]) -> A:
    """Put a question at the place in a file that `¦` marks in a part of it."""
    source = (project / name).read_text("utf-8")
    character = source.index(marked.replace("¦", "")) + marked.index("¦")
    before = source[:character]
    position = lsp.Position(before.count("\n"), len(before) - before.rfind("\n") - 1)
    asked = Asked(str(project / name), source, position, str(project), SHOWN)
    return question(asked, Analyst().look(Place(str(project), (".",)), {}))


def _places(project: Path, found: list[lsp.Location]) -> list[tuple[str, str]]:
    """Return the files and the words of locations."""
    places = []
    for one in found:
        path = Path(one.uri)
        line = path.read_text("utf-8").split("\n")[one.range.start.line]
        places.append((path.name, line[one.range.start.character : one.range.end.character]))
    return places


TABLE, POLICY, CODE = "migrations/0001_tables.sql", "migrations/0002_policies.sql", "app.py"


@pytest.mark.parametrize(
    ("name", "marked", "said"),
    [
        (POLICY, "bo¦und ON", "it lets rows whose tenant_id is app.tenant pass"),
        (POLICY, "ON do¦cs TO", "app_user: SELECT every row: its policies let every row pass"),
        (POLICY, "TO app_¦user", "serves requests"),
        (POLICY, "= tenant¦()", "It reads `app.tenant`."),
        (TABLE, "('app.ten¦ant", "set for the transaction at app.py:5"),
        (CODE, "('app.ten¦ant", "Read by public.docs.bound."),
        (CODE, "FROM do¦cs", "row security is enabled and not forced"),
    ],
)
def test_what_stands_at_a_place_is_said(project: Path, name: str, marked: str, said: str) -> None:
    hover = _at(project, name, marked, hover_at)
    assert hover is not None
    assert isinstance(hover.contents, lsp.MarkupContent)
    assert said in hover.contents.value


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        (CODE, "con¦n.transaction"),
        (CODE, "ten¦ant):"),
        (POLICY, "CRE¦ATE INDEX"),
        (POLICY, "USING (tr¦ue"),
    ],
)
def test_what_names_nothing_is_passed_over(project: Path, name: str, marked: str) -> None:
    assert _at(project, name, marked, hover_at) is None
    assert _at(project, name, marked, definitions_at) == []


@pytest.mark.parametrize(
    ("name", "marked", "made"),
    [
        (POLICY, "ON do¦cs TO", [("0001_tables.sql", "docs")]),
        (POLICY, "bo¦und ON", [("0001_tables.sql", "docs")]),
        (POLICY, "= tenant¦()", [("0001_tables.sql", "tenant")]),
        (POLICY, "TO app_¦user", [("0001_tables.sql", "app_user")]),
        (TABLE, "('app.ten¦ant", [("app.py", "app.tenant")]),
        (
            CODE,
            "('app.ten¦ant",
            [("0002_policies.sql", "tenant()"), ("0001_tables.sql", "current_setting")],
        ),
    ],
)
def test_what_stands_at_a_place_leads_to_what_makes_it(
    project: Path, name: str, marked: str, made: list[tuple[str, str]]
) -> None:
    assert _places(project, _at(project, name, marked, definitions_at)) == made


@pytest.mark.parametrize(
    ("name", "marked", "used"),
    [
        (TABLE, "FUNCTION ten¦ant", {(TABLE, "tenant"), (POLICY, "tenant()")}),
        (
            CODE,
            "('app.ten¦ant",
            {(CODE, "app.tenant"), (POLICY, "tenant()"), (TABLE, "current_setting")},
        ),
        (TABLE, "ROLE app¦_user", {(TABLE, "app_user"), (POLICY, "app_user")}),
        (TABLE, "TABLE do¦cs (", {(TABLE, "docs"), (POLICY, "docs")}),
    ],
)
def test_what_stands_at_a_place_is_found_where_it_is_used(
    project: Path, name: str, marked: str, used: set[tuple[str, str]]
) -> None:
    found = set(_places(project, _at(project, name, marked, references_at)))
    assert found == {(Path(path).name, words) for path, words in used}


def test_symbols_are_what_statements_make() -> None:
    found = symbols_in("x.sql", f"{TABLES}{POLICIES};selec broken;CREATE VIEW v AS SELECT 1", SHOWN)
    assert [(one.name, one.kind) for one in found] == [
        ("app_user", lsp.SymbolKind.Class),
        ("docs", lsp.SymbolKind.Struct),
        ("tenant", lsp.SymbolKind.Function),
        ("bound", lsp.SymbolKind.Key),
        ("opened", lsp.SymbolKind.Key),
        ("v", lsp.SymbolKind.Interface),
    ]
    assert symbols_in("app.py", PROGRAM, SHOWN) == []


def _actions(project: Path, name: str, source: str, code: str) -> dict[str, lsp.CodeAction]:
    path = str(project / name)
    analysis = Analyst().look(Place(str(project), (".",)), {path: source.encode()})
    told = by_path(analysis.findings, str(project), {path: 1}, SHOWN)[path]
    told = [one for one in told if one.code == code]
    file = File(path, path, 1, source)
    found = actions_for(told[:1], analysis.findings, file, str(project), SHOWN)
    return {one.title.split()[0]: one for one in found}


def _applied(action: lsp.CodeAction, source: str) -> str:
    assert action.edit is not None
    assert action.edit.changes is not None
    ((edit,),) = action.edit.changes.values()
    lines = source.split("\n")
    start = sum(len(line) + 1 for line in lines[: edit.range.start.line])
    place = start + edit.range.start.character
    return source[:place] + edit.new_text + source[place:]


@pytest.mark.parametrize("end", ["", ";\n", "-- a comment", "; -- a comment; with a semicolon"])
def test_the_mend_ends_the_finding(project: Path, end: str) -> None:
    source = f"{POLICIES}{end}"
    mended = _applied(_actions(project, POLICY, source, "RLS101")["Add"], source)
    analysis = Analyst().look(Place(str(project), (".",)), {str(project / POLICY): mended.encode()})
    assert {"policy-using-true", "unparsable-sql"}.isdisjoint(one.name for one in analysis.findings)


def test_the_mend_stands_before_the_way_back(project: Path) -> None:
    source = f"-- +goose Up\n{POLICIES};\n-- +goose Down\nDROP POLICY opened ON docs;\n"
    mended = _applied(_actions(project, POLICY, source, "RLS101")["Add"], source)
    assert mended.index("ALTER POLICY") < mended.index("-- +goose Down")


def test_an_ignore_lets_a_finding_stand(project: Path) -> None:
    for name, source, code in ((POLICY, POLICIES, "RLS101"), (CODE, _FAULTY, "RLS502")):
        found = _actions(project, name, source, code)
        ignored = _applied(found["Let"], source)
        assert REASON in ignored
        analysis = Analyst().look(
            Place(str(project), (".",)), {str(project / name): ignored.encode()}
        )
        assert code not in {one.code for one in analysis.findings}
        assert "unused-ignore" not in {one.name for one in analysis.findings}
        card = found["Show"].command
        assert card is not None
        assert card.command == "rlslint.showCard"


_FAULTY = PROGRAM.replace("true)", "false)")
