from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol.types import DiagnosticSeverity, DiagnosticTag, PositionEncodingKind

from rlslint.cli.language_server.diagnostics import Shown, by_path
from rlslint.cli.language_server.projects import Analysis, Analyst, Place, place_of
from tests.command_line import rlslint

TABLE = "CREATE TABLE docs (id int, tenant_id int);\nALTER TABLE docs ENABLE ROW LEVEL SECURITY;\n"
OPEN = "CREATE POLICY p ON docs USING (true);\n"
BOUND = "CREATE POLICY p ON docs USING (tenant_id = current_setting('app.id')::int);\n"
SHOWN = Shown(PositionEncodingKind.Utf16, True, lambda path: f"file://{path}")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0001_docs.sql").write_text(TABLE, "utf-8")
    (tmp_path / "migrations/0002_policy.sql").write_text(BOUND, "utf-8")
    return tmp_path


def _analysed(project: Path, **buffers: str) -> Analysis:
    contents = {str(project / "migrations" / f"{name}.sql"): sql for name, sql in buffers.items()}
    return Analyst().look(
        Place(str(project), (".",)), {path: sql.encode() for path, sql in contents.items()}
    )


def _rules(analysis: Analysis) -> set[str]:
    return {one.name for one in analysis.findings}


def test_a_buffer_stands_in_place_of_its_file(project: Path) -> None:
    assert "policy-using-true" not in _rules(_analysed(project))
    assert "policy-using-true" in _rules(_analysed(project, **{"0002_policy": OPEN}))


def test_several_buffers_stand_in_place_of_files_that_need_not_exist(project: Path) -> None:
    mended = "ALTER POLICY p ON docs USING (tenant_id = 1);\n"
    buffers = {"0002_policy": OPEN, "0003_mend": mended}
    assert "policy-using-true" not in _rules(_analysed(project, **buffers))


def test_buffers_give_what_check_gives_once_they_are_saved(project: Path) -> None:
    buffers = {"0002_policy": OPEN, "0003_more": f"{TABLE.replace('docs', 'notes')}"}
    before = [(one.code, one.where, one.message) for one in _analysed(project, **buffers).findings]
    for name, sql in buffers.items():
        (project / "migrations" / f"{name}.sql").write_text(sql, "utf-8")
    after = [(one.code, one.where, one.message) for one in _analysed(project).findings]
    assert before == after
    assert before


def test_standard_input_named_otherwise_is_the_same_file(project: Path) -> None:
    arguments = ("check", "--output-format", "concise", "--stdin-filename")
    plain = rlslint(*arguments, "migrations/0002_policy.sql", cwd=project, given=OPEN)
    other = rlslint(
        *arguments, "./migrations/../migrations/0002_policy.sql", cwd=project, given=OPEN
    )
    assert "policy-using-true" in plain.stdout
    assert other.stdout == plain.stdout


def test_a_finding_is_shown_where_it_stands_while_a_part_of_it_is_open(project: Path) -> None:
    analysis = _analysed(project, **{"0002_policy": OPEN})
    table, policy = (
        str(project / f"migrations/{name}.sql") for name in ("0001_docs", "0002_policy")
    )
    shown = by_path(analysis.findings, str(project), {policy: 1}, SHOWN)
    (found,) = (one for one in shown[policy] if one.code == "RLS101")
    (behind,) = (one for one in analysis.findings if one.code == "RLS101")
    assert found.severity is DiagnosticSeverity[behind.severity.name.capitalize()]
    assert found.code_description is not None
    assert found.code_description.href.endswith("policy-using-true.md")
    assert [one.location.uri for one in found.related_information or ()] == [f"file://{table}"]
    assert by_path(analysis.findings, str(project), {str(project / "other.sql"): 1}, SHOWN) == {}


def test_what_can_go_is_shown_as_such(project: Path) -> None:
    ignored = f"-- rlslint: ignore[policy-using-true] on purpose\n{BOUND}"
    analysis = _analysed(project, **{"0002_policy": ignored})
    path = str(project / "migrations/0002_policy.sql")
    tags = {
        one.code: one.tags
        for one in by_path(analysis.findings, str(project), {path: 1}, SHOWN)[path]
    }
    assert [DiagnosticTag.Unnecessary] in tags.values()


def test_a_client_without_other_places_is_told_them_in_words(project: Path) -> None:
    analysis = _analysed(project, **{"0002_policy": OPEN})
    path = str(project / "migrations/0002_policy.sql")
    plain = Shown(PositionEncodingKind.Utf16, False, lambda path: path)
    (found,) = (
        one
        for one in by_path(analysis.findings, str(project), {path: 1}, plain)[path]
        if one.code == "RLS101"
    )
    assert found.related_information is None
    assert "migrations/0001_docs.sql:1" in found.message


def test_a_mistake_in_the_configuration_is_a_sentence_with_a_place(project: Path) -> None:
    path = project / "rlslint.toml"
    analysis = Analyst().look(Place(str(project), (".",)), {str(path): b'selct = ["RLS101"]\n'})
    assert "selct" in analysis.problem
    assert analysis.place is not None
    assert analysis.place.source.startswith(b"selct")


def test_a_directory_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    analysis = Analyst().look(Place(str(tmp_path / "gone"), (".",)), {})
    assert len(analysis.failures) == 1
    assert "gone cannot be checked" in analysis.failures[0]


def test_a_file_belongs_to_the_nearest_project(project: Path) -> None:
    inner = project / "services/a"
    (inner / "db").mkdir(parents=True)
    path = str(inner / "db/x.sql")
    assert place_of(path, ()) == Place(str(project), (".",))
    (inner / "rlslint.toml").write_text("", "utf-8")
    assert place_of(path, ()) == Place(str(inner), (".",))


def test_a_file_without_a_project_is_checked_in_its_workspace_or_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / ".git").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    path = str(home / "code/x.sql")
    assert place_of(path, ()) == Place(str(home / "code"), ("x.sql",))
    assert place_of(path, (str(home / "code"),)) == Place(str(home / "code"), (".",))


def test_what_the_baseline_has_is_not_shown(project: Path) -> None:
    (project / "migrations/0002_policy.sql").write_text(OPEN, "utf-8")
    (project / "rlslint.toml").write_text('baseline = "old.toml"\n', "utf-8")
    assert rlslint("check", "--write-baseline", cwd=project).returncode == 0
    assert "policy-using-true" not in _rules(_analysed(project))
    another = f"{OPEN}CREATE POLICY q ON docs USING (true);\n"
    assert "policy-using-true" in _rules(_analysed(project, **{"0002_policy": another}))
    (project / "old.toml").write_text("version = 2\n", "utf-8")
    assert "version 2" in _analysed(project).problem
