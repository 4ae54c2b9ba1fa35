"""The command line as a user meets it: exit codes, streams, and input that is not clean."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rlslint.config import OUTPUT_FORMATS

FAULTY = """CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
ALTER TABLE docs OWNER TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO app_user
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""
CLEAN = FAULTY.replace(
    "ENABLE ROW LEVEL SECURITY", "ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
)
CLEAN = CLEAN.replace("ALTER TABLE docs OWNER TO app_user;", "GRANT SELECT ON docs TO app_user;")


def rlslint(
    *arguments: str | Path, cwd: Path, given: str | bytes = b"", **environment: str
) -> subprocess.CompletedProcess[str]:
    data = given.encode() if isinstance(given, str) else given
    completed = subprocess.run(
        [sys.executable, "-m", "rlslint", *map(str, arguments)],
        cwd=cwd,
        input=data,
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )
    return subprocess.CompletedProcess(
        completed.args, completed.returncode, completed.stdout.decode(), completed.stderr.decode()
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_docs.sql").write_text(FAULTY)
    return tmp_path


def test_findings_go_to_standard_output_and_end_with_1(project: Path) -> None:
    run = rlslint("check", cwd=project)
    assert run.returncode == 1
    assert "migrations/0001_docs.sql:5:1" in run.stdout
    assert "rls-not-forced" in run.stdout
    assert "Checked 1 migration (6 statements)" in run.stderr


def test_nothing_found_ends_with_0(project: Path) -> None:
    (project / "migrations" / "0001_docs.sql").write_text(CLEAN)
    run = rlslint("check", cwd=project)
    assert (run.returncode, run.stdout) == (0, "")


def test_exit_zero_and_fail_on_decide_the_status(project: Path) -> None:
    (project / "migrations" / "0001_docs.sql").write_text(
        FAULTY.replace("ALTER TABLE docs OWNER TO app_user;", "")
        .replace("CREATE ROLE app_user LOGIN;", "")
        .replace(" TO app_user", "")
    )
    assert rlslint("check", "-e", cwd=project).returncode == 0
    statuses = [
        rlslint("check", "--fail-on", level, cwd=project).returncode
        for level in ("info", "warning", "error")
    ]
    assert statuses == [1, 1, 0]


def test_a_run_is_the_same_every_time(project: Path) -> None:
    runs = {rlslint("check", cwd=project, PYTHONHASHSEED=seed).stdout for seed in ("1", "2", "3")}
    assert len(runs) == 1


@pytest.mark.parametrize("output_format", OUTPUT_FORMATS)
def test_every_format_names_the_rule(project: Path, output_format: str) -> None:
    run = rlslint("check", "--output-format", output_format, cwd=project)
    assert run.returncode == 1
    assert "rls-not-forced" in run.stdout


def test_json_of_nothing_is_json(tmp_path: Path) -> None:
    run = rlslint("check", "--output-format", "json", cwd=tmp_path)
    assert run.returncode == 0
    assert json.loads(run.stdout)["findings"] == []


def test_a_path_that_does_not_exist_ends_with_2_after_the_rest(project: Path) -> None:
    run = rlslint("check", "migrations", "nowhere", cwd=project)
    assert run.returncode == 2
    assert "rls-not-forced" in run.stdout
    assert "nowhere" in run.stderr


def test_a_directory_without_sql_says_so(tmp_path: Path) -> None:
    run = rlslint("check", cwd=tmp_path)
    assert run.returncode == 0
    assert "No SQL was found" in run.stderr


def test_an_empty_file_is_fine(tmp_path: Path) -> None:
    (tmp_path / "empty.sql").write_text("")
    assert rlslint("check", cwd=tmp_path).returncode == 0


def test_binary_data_is_passed_over_with_a_note(project: Path) -> None:
    (project / "migrations" / "0002_image.sql").write_bytes(b"\x89PNG\0\0\xff")
    run = rlslint("check", cwd=project)
    assert run.returncode == 1
    assert "0002_image.sql" in run.stderr


def test_what_is_not_utf8_is_read_with_a_note(project: Path) -> None:
    data = b"-- caf\xe9\n" + FAULTY.encode()
    (project / "migrations" / "0001_docs.sql").write_bytes(data)
    run = rlslint("check", cwd=project)
    assert "0001_docs.sql:6:1" in run.stdout
    assert "Latin-1" in run.stderr


@pytest.mark.parametrize(
    "predicate",
    ["NOT " * 500 + "true", "(" * 12_000 + "true" + ")" * 12_000, "1 = 1" + " + 1" * 3_000],
    ids=["nested NOT", "parentheses", "sum"],
)
def test_a_monstrous_predicate_is_a_finding_and_the_rest_is_checked(
    project: Path, predicate: str
) -> None:
    (project / "migrations" / "0002_monster.sql").write_text(
        f"CREATE POLICY monster ON docs USING ({predicate});\n"
    )
    run = rlslint("check", cwd=project)
    assert "Traceback" not in run.stderr
    assert "fault of its own" not in run.stderr
    assert "rls-not-forced" in run.stdout or "Not checked: 1 table" in run.stderr


def test_windows_line_ends_and_a_byte_order_mark_keep_positions(project: Path) -> None:
    data = b"\xef\xbb\xbf" + FAULTY.replace("\n", "\r\n").encode()
    (project / "migrations" / "0001_docs.sql").write_bytes(data)
    run = rlslint("check", "--output-format", "concise", cwd=project)
    assert run.stdout.startswith("migrations/0001_docs.sql:5:1: RLS006")


@pytest.mark.parametrize(
    ("configuration", "hint"),
    [
        ("runtime-role = ['app']", "runtime-roles"),
        ("select = 'all'", "list of strings"),
        ("fail-on = 'fatal'", "fail-on"),
        ("select = [", "rlslint.toml"),
        ("[[accept]]\nrule = 'rls-not-forced'", "object"),
    ],
)
def test_a_wrong_configuration_ends_with_2_and_says_where(
    project: Path, configuration: str, hint: str
) -> None:
    (project / "rlslint.toml").write_text(configuration)
    run = rlslint("check", cwd=project)
    assert run.returncode == 2
    assert "rlslint.toml" in run.stderr
    assert hint in run.stderr
    assert run.stdout == ""


def test_an_unknown_rule_ends_with_2_and_a_suggestion(project: Path) -> None:
    run = rlslint("check", "--select", "rls-not-enforced", cwd=project)
    assert run.returncode == 2
    assert "rls-not-forced" in run.stderr


def test_selectors_may_be_names_codes_and_prefixes(project: Path) -> None:
    for selector in ("rls-not-forced", "RLS006", "RLS0"):
        assert "rls-not-forced" in rlslint("check", "--select", selector, cwd=project).stdout
    assert rlslint("check", "--ignore", "RLS006", cwd=project).returncode == 0
    assert (
        rlslint("check", "--select", "RLS1,RLS2", "--ignore", "RLS201", cwd=project).returncode == 0
    )


def test_standard_input_takes_the_place_of_a_file(project: Path) -> None:
    run = rlslint(
        "check", "-", "--stdin-filename", "migrations/0001_docs.sql", cwd=project, given=CLEAN
    )
    assert run.returncode == 0
    run = rlslint("check", "-", cwd=project, given=FAULTY)
    assert run.returncode == 1
    assert "rls-not-forced" in run.stdout


def test_a_named_file_reports_what_it_has_a_part_in(project: Path) -> None:
    (project / "migrations" / "0002_more.sql").write_text("CREATE TABLE other (id int);")
    assert rlslint("check", "migrations/0002_more.sql", cwd=project).returncode == 0
    assert rlslint("check", "migrations/0001_docs.sql", cwd=project).returncode == 1


def test_a_comment_and_an_accept_entry_let_a_finding_stand(project: Path) -> None:
    (project / "rlslint.toml").write_text(
        "[[accept]]\nrule = 'rls-not-forced'\nobject = 'public.docs'\nreason = 'one tenant'\n"
    )
    assert rlslint("check", cwd=project).returncode == 0
    (project / "rlslint.toml").unlink()
    migration = project / "migrations" / "0001_docs.sql"
    comment = "-- rlslint: ignore[rls-not-forced] one tenant\nALTER TABLE docs ENABLE"
    migration.write_text(FAULTY.replace("ALTER TABLE docs ENABLE", comment))
    assert rlslint("check", cwd=project).returncode == 0


def test_a_closed_pipe_ends_quietly(project: Path) -> None:
    many = "".join(f"CREATE POLICY p{n} ON docs USING (true);\n" for n in range(2_000))
    (project / "migrations" / "0002_many.sql").write_text(many)
    process = subprocess.Popen(
        [sys.executable, "-m", "rlslint", "check"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    complaint = process.stderr.read().decode()
    process.wait(timeout=60)
    assert "Traceback" not in complaint
    assert "BrokenPipe" not in complaint


def test_an_interrupt_ends_with_one_sentence(project: Path) -> None:
    big = "INSERT INTO docs VALUES (1, 1, 'text of some length to be read');\n" * 200_000
    (project / "migrations" / "0002_big.sql").write_text(FAULTY + big)
    process = subprocess.Popen(
        [sys.executable, "-m", "rlslint", "check"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaint.decode().strip() == "Interrupted."


def test_no_color_and_force_color_are_honoured(project: Path) -> None:
    escape = "\x1b["
    assert escape not in rlslint("check", cwd=project).stdout
    assert escape in rlslint("check", cwd=project, FORCE_COLOR="1").stdout
    assert escape not in rlslint("check", cwd=project, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert escape in rlslint("check", "--color", "always", cwd=project, NO_COLOR="1").stdout


def test_a_terminal_without_unicode_gets_escapes(project: Path) -> None:
    (project / "migrations" / "0001_docs.sql").write_text(FAULTY.replace("docs", '"Müller"'))
    run = rlslint("check", cwd=project, PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    assert run.returncode == 1
    assert "M\\xfcller" in run.stdout


def test_the_output_can_go_to_a_file(project: Path) -> None:
    run = rlslint("check", "-o", "found.txt", cwd=project)
    assert run.stdout == ""
    assert "rls-not-forced" in (project / "found.txt").read_text()


def test_statistics_count_findings(project: Path) -> None:
    run = rlslint("check", "--statistics", cwd=project)
    assert "1  RLS006  rls-not-forced" in run.stdout


def test_cards_and_options_are_printed(tmp_path: Path) -> None:
    assert rlslint("rule", "rls-not-forced", cwd=tmp_path).stdout.startswith("# rls-not-forced")
    assert rlslint("explain", "RLS006", cwd=tmp_path).stdout.startswith("# rls-not-forced")
    assert rlslint("rule", "nothing", cwd=tmp_path).returncode == 2
    assert "runtime-roles" in rlslint("config", cwd=tmp_path).stdout
    assert rlslint("config", "runtime-role", cwd=tmp_path).returncode == 2
    assert json.loads(rlslint("config", "--json-schema", cwd=tmp_path).stdout)["type"] == "object"
    for shell in ("bash", "zsh", "fish"):
        assert "_RLSLINT_COMPLETE" in rlslint("completion", shell, cwd=tmp_path).stdout
