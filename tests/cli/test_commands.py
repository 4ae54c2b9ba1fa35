"""The command line as a user meets it: exit codes, streams, and input that is not clean."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rlslint.cli.arguments import GROUPS
from rlslint.config.options import OUTPUT_FORMATS
from tests.command_line import rlslint, rlslint_process

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
    runs = {
        rlslint_process("check", cwd=project, PYTHONHASHSEED=seed).stdout
        for seed in ("1", "2", "3")
    }
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


def test_a_file_that_a_script_runs_is_said_to_be_unread(project: Path) -> None:
    (project / "migrations" / "0002_more.sql").write_text("SELECT 1;\n\\i 'other grants.sql'\n")
    run = rlslint("check", cwd=project)
    assert "1 statement that could not be followed" in run.stderr
    assert "migrations/0002_more.sql:2 runs other grants.sql, which is not read:" in run.stderr


@pytest.mark.parametrize(
    ("name", "runs", "found"),
    [
        ("lib/forced.sql", "../lib/forced.sql", False),
        ("lib/forced.sql", "lib/forced.sql", False),
        ("lib/forced.sql", "missing.sql", False),
        ("lib/forced.sql", "../lib/grants.sql", True),
        ("migrations/0003_forced.sql", "0003_forced.sql", False),
    ],
)
def test_what_a_file_changes_that_a_script_runs_is_not_claimed(
    project: Path, name: str, runs: str, found: bool
) -> None:
    (project / "lib").mkdir()
    (project / name).write_text("ALTER TABLE docs FORCE ROW LEVEL SECURITY;\n")
    (project / "lib" / "grants.sql").write_text("GRANT SELECT ON docs TO app_user;\n")
    (project / "migrations" / "0002_more.sql").write_text(f"\\ir {runs}\n")
    run = rlslint("check", "--min-severity", "info", cwd=project)
    assert ("rls-not-forced" in run.stdout) == found
    assert "No findings" not in run.stderr or runs != "missing.sql"


def test_what_a_script_runs_is_read_in_its_place(project: Path) -> None:
    (project / "lib").mkdir()
    (project / "lib" / "all.sql").write_text("\\ir notes.sql\n")
    (project / "lib" / "notes.sql").write_text(
        "CREATE TABLE notes (id int, tenant_id int);\nALTER TABLE notes OWNER TO app_user;\n"
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n"
    )
    (project / "migrations" / "0002_more.sql").write_text(
        "\\ir ../lib/all.sql\nALTER TABLE docs FORCE ROW LEVEL SECURITY;\n"
    )
    run = rlslint("check", "--output-format", "concise", cwd=project)
    assert "lib/notes.sql:3:1: RLS006" in run.stdout
    assert "migrations/0001_docs.sql:5:1: RLS006" not in run.stdout
    (project / "lib" / "all.sql").write_text("\\ir notes.sql\n\\ir all.sql\n")
    run = rlslint("check", cwd=project)
    assert "lib/all.sql:2 runs all.sql, which is not read" in run.stderr


def test_scripts_that_another_one_runs_are_no_histories_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "sql"
    folder.mkdir()
    (folder / "install.sql").write_text("\\i sql/tables.sql\n\\i sql/access.sql\n")
    (folder / "access.sql").write_text(
        "ALTER TABLE docs ENABLE ROW LEVEL SECURITY;\nALTER TABLE docs FORCE ROW LEVEL SECURITY;\n"
    )
    (folder / "tables.sql").write_text(
        "CREATE TABLE docs (id int, tenant_id int);\nCREATE ROLE app LOGIN;\n"
        "GRANT SELECT ON docs TO app;\nCREATE POLICY own ON docs USING (true);\n"
    )
    for named in (".", "sql/access.sql"):
        run = rlslint("check", "--output-format", "concise", named, cwd=tmp_path)
        assert "RLS003" not in run.stdout
        assert "RLS101" in run.stdout or named != "."


def test_what_psql_may_pass_over_is_not_claimed(project: Path) -> None:
    forced = "ALTER TABLE docs FORCE ROW LEVEL SECURITY;\n"
    for condition, is_found in (
        (f"\\if :full\n{forced}\\endif\n", False),
        (f"\\if :full\nSELECT 1;\n\\else\n{forced}\\endif\n", False),
        (f"\\if false\n{forced}\\endif\n", True),
        (f"\\if false\nSELECT 1;\n\\elif on\n{forced}\\else\nSELECT 2;\n\\endif\n", False),
        (f"\\if true\nSELECT 1;\n\\else\n{forced}\\endif\n", True),
        (f"\\if :a\n\\if true\n{forced}\\endif\n\\endif\n", False),
        ("\\if :a\n\\else\n\\endif\n" + forced, False),
    ):
        (project / "migrations" / "0002_more.sql").write_text(condition)
        run = rlslint("check", cwd=project)
        assert ("rls-not-forced" in run.stdout) == is_found, condition
        is_told = "could not be followed" in run.stderr or "Not checked: 1 table" in run.stderr
        is_certain = condition.endswith(forced) or ":" not in condition
        assert is_told or is_found or is_certain, run.stderr


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


def test_a_named_file_that_brings_a_fault_about_reports_it(project: Path) -> None:
    migration = project / "migrations" / "0001_docs.sql"
    migration.write_text(FAULTY.replace("ALTER TABLE docs OWNER TO app_user;", ""))
    later = project / "migrations" / "0002_owner.sql"
    later.write_text("ALTER TABLE docs OWNER TO app_user;")
    run = rlslint("check", "migrations/0002_owner.sql", cwd=project)
    assert run.returncode == 1
    assert "migrations/0001_docs.sql:5:1" in run.stdout


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


def test_patterns_of_the_configuration_start_where_it_stands(project: Path) -> None:
    (project / "sql").mkdir()
    (project / "sql" / "b.sql").write_text(FAULTY.replace("docs", "notes"))
    (project / "rlslint.toml").write_text(
        'migrations = ["sql/*.sql"]\nexclude = ["migrations/*"]\n'
    )
    for directory in (project, project / "sql"):
        run = rlslint("check", project, "--output-format", "json", cwd=directory)
        objects = {found["object"] for found in json.loads(run.stdout)["findings"]}
        assert objects == {"public.notes"}


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


def test_a_reader_that_goes_away_changes_no_status(project: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "rlslint", "check", "-q", "-"],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stdin is not None
    process.stdin.write(FAULTY.encode())
    process.stdin.close()
    assert process.wait(timeout=60) == 1
    assert process.stderr is not None
    assert process.stderr.read() == b""


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_with_one_sentence(project: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "rlslint", "check", "-"],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stderr is not None
    # More than a pipe holds: once it is written, rlslint is reading.
    process.stdin.write(b"SELECT 1;\n" * 200_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    # A signal that comes just before a read is noticed only after it.
    process.stdin.close()
    complaint = process.stderr.read()
    assert process.wait(timeout=60) == 130
    assert complaint.decode().strip() == "Interrupted."


def test_output_that_cannot_be_written_ends_with_2_and_one_sentence(project: Path) -> None:
    for target in ("nowhere/found.txt", "migrations"):
        run = rlslint("check", "-o", target, cwd=project)
        assert run.returncode == 2
        assert f"{target} cannot be written: " in run.stderr
        assert "fault of its own" not in run.stderr
    with Path("/dev/full").open("w") as full:
        completed = subprocess.run(
            [sys.executable, "-m", "rlslint", "check", "-q"],
            cwd=project,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert completed.returncode == 2
    assert b"Standard output cannot be written: " in completed.stderr


@pytest.mark.parametrize("stream", ["1", "2"])
def test_a_stream_that_is_closed_from_the_start_changes_no_status(
    project: Path, stream: str
) -> None:
    command = f'exec "$0" -m rlslint check {stream}>&-'
    run = subprocess.run(
        ["sh", "-c", command, sys.executable], cwd=project, capture_output=True, check=False
    )
    assert run.returncode == 1
    assert b"fault of its own" not in run.stderr


def test_no_color_and_force_color_are_honoured(project: Path) -> None:
    escape = "\x1b["
    assert escape not in rlslint("check", cwd=project).stdout
    assert escape in rlslint("check", cwd=project, FORCE_COLOR="1").stdout
    assert escape not in rlslint("check", cwd=project, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert escape in rlslint("check", "--color", "always", cwd=project, NO_COLOR="1").stdout
    rlslint("check", "-o", "found.txt", cwd=project, FORCE_COLOR="1")
    assert escape not in (project / "found.txt").read_text()


def test_a_terminal_without_unicode_gets_escapes(project: Path) -> None:
    (project / "migrations" / "0001_docs.sql").write_text(FAULTY.replace("docs", '"Müller"'))
    run = rlslint_process(
        "check", cwd=project, PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0"
    )
    assert run.returncode == 1
    assert "M\\xfcller" in run.stdout


def test_the_output_can_go_to_a_file(project: Path) -> None:
    run = rlslint("check", "-o", "found.txt", cwd=project)
    assert run.stdout == ""
    assert "rls-not-forced" in (project / "found.txt").read_text()


def test_statistics_count_findings(project: Path) -> None:
    run = rlslint("check", "--statistics", cwd=project)
    assert "1  RLS006  rls-not-forced" in run.stdout
    run = rlslint("check", "--statistics", "--output-format", "json", cwd=project)
    assert json.loads(run.stdout) == [
        {"code": "RLS006", "name": "rls-not-forced", "severity": "error", "count": 1}
    ]


def test_what_was_not_checked_stands_before_the_summary(project: Path) -> None:
    (project / "migrations" / "0002.sql").write_text(
        "DO LANGUAGE plperl $$ spi_exec_query(x) $$;\n"
    )
    said = rlslint("check", "--show-unchecked", cwd=project).stderr.splitlines()
    assert said[0].startswith("migrations/0002.sql:1:1: ")
    assert said[-2].startswith("Checked 2 migrations")


def test_options_are_shown_in_groups(tmp_path: Path) -> None:
    help = rlslint("check", "--help", cwd=tmp_path, COLUMNS="80").stdout
    headings = re.findall(r"^(\w+):$", help, re.M)
    assert headings == [group for group in GROUPS if group in headings]
    assert {"Output", "Selection", "Files", "Miscellaneous"} <= set(headings)
    assert "--select RULES" in help.partition("Selection:")[2].partition("Files:")[0]
    assert max(map(len, help.splitlines())) <= 80


def test_cards_and_options_are_printed(tmp_path: Path) -> None:
    assert rlslint("rule", "rls-not-forced", cwd=tmp_path).stdout.startswith("rls-not-forced (")
    assert rlslint("explain", "RLS006", cwd=tmp_path).stdout.startswith("rls-not-forced (")
    assert rlslint("rule", "nothing", cwd=tmp_path).returncode == 2
    (as_data,) = json.loads(rlslint("rule", "RLS006", "--output-format=json", cwd=tmp_path).stdout)
    assert as_data["name"] == "rls-not-forced"
    titles = [title for title in rlslint("rule", "--all", cwd=tmp_path).stdout.split("\n") if title]
    assert titles[:3] == ["========", "Coverage", "========"]
    assert titles.count("Policies") == 1
    assert "runtime-roles" in rlslint("config", cwd=tmp_path).stdout
    assert rlslint("config", "runtime-role", cwd=tmp_path).returncode == 2
    assert json.loads(rlslint("config", "--json-schema", cwd=tmp_path).stdout)["type"] == "object"
    for shell in ("bash", "zsh", "fish"):
        assert "_RLSLINT_COMPLETE" in rlslint("completion", shell, cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("check", "--isolated", "--config", "rlslint.toml"), "--isolated"),
        (("check", "--config", "one.toml", "--config", "two.toml"), "two files"),
        (("check", "--config", "migrations"), "migrations: cannot be read: Is a directory"),
        (("check", "--config", "nowhere.toml"), "nowhere.toml: cannot be read: No such file"),
        (("check", "--config", "fail-on=eror"), 'did you mean "error"?'),
        (("check", "--per-file-ignores", "RLS1"), "PATTERN:RULES"),
        (("check", "--statistics", "--output-format", "sarif"), "--statistics"),
        (("check", "--watch", "-"), "--watch"),
        (("check", "--stdin-filename", "x.sql", "migrations"), "--stdin-filename"),
        (("check", "--quiet", "--verbose"), "--verbose"),
        (("check", "--selct", "RLS1"), "Did you mean '--select'?"),
        (("check", "--ouput-format", "json"), "Did you mean '--output-format'?"),
        (("check", "--format", "json"), "Did you mean '--output-format'?"),
        (("check", "--fix-only"), "Did you mean '--fix'?"),
        (("check", "--server"), "Did you mean 'rlslint server'?"),
        (("check", "--zzz"), "No such option '--zzz'.\n"),
        (("chek",), "check"),
        (("rule", "RLS0", "--all"), "--all"),
        (("rule", "rls-not-force"), "did you mean `rls-not-forced`?"),
        (("config", "fail-on", "--json-schema"), "--json-schema"),
        (("config", "fail"), 'did you mean "fail-on"?'),
        (("completion", "tcsh"), "tcsh"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_ends_with_2_and_names_what_is_wrong(
    project: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    run = rlslint(*arguments, cwd=project)
    assert (run.returncode, run.stdout) == (2, "")
    assert complaint in run.stderr


def test_what_fails_a_run_is_shown(project: Path) -> None:
    (project / "migrations" / "0002_dynamic.sql").write_text(
        "CREATE TABLE settings (secured text);\n"
        "DO $$ DECLARE name text; BEGIN SELECT secured INTO name FROM settings LIMIT 1;\n"
        "EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name); END $$;"
    )
    only = ("check", "--select", "unresolved-dynamic-ddl")
    hidden = rlslint(*only, cwd=project)
    assert hidden.returncode == 0
    assert "Not shown: 1 finding (1 info)" in hidden.stderr
    shown = rlslint(*only, "--fail-on", "info", cwd=project)
    assert shown.returncode == 1
    assert "info[unresolved-dynamic-ddl]" in shown.stdout
    assert rlslint(*only, "--fail-on", "info", "--min-severity", "error", cwd=project).stdout == ""


def test_the_settings_in_force_are_printed_as_a_configuration(project: Path) -> None:
    accepted = '[[accept]]\nrule = "RLS006"\nobject = "public.docs"\nreason = "it \\"is\\" so"\n'
    (project / "rlslint.toml").write_text(f'runtime-roles = ["app"]\n{accepted}')
    run = rlslint("check", "--show-settings", "--fail-on", "error", cwd=project)
    assert "rlslint.toml" in run.stdout.splitlines()[0]
    settings = tomllib.loads(run.stdout)
    assert (settings["runtime-roles"], settings["fail-on"]) == (["app"], "error")
    (project / "rlslint.toml").write_text(run.stdout)
    assert rlslint("check", "--show-settings", cwd=project).stdout == run.stdout


def test_verbose_says_what_is_in_force(project: Path) -> None:
    (project / "rlslint.toml").write_text('ignore = ["rls-not-forced"]\n')
    run = rlslint("check", "--verbose", cwd=project)
    assert "rlslint.toml" in run.stderr
    assert "Off: rls-not-forced." in run.stderr


def test_quiet_leaves_findings_and_errors(project: Path) -> None:
    (project / "migrations" / "0002_more.sql").write_bytes(b"-- caf\xe9\n")
    run = rlslint("check", "--quiet", "migrations", "nowhere", cwd=project)
    assert "rls-not-forced" in run.stdout
    assert run.stderr == "nowhere does not exist.\n"


def test_files_are_listed_that_would_be_read(project: Path) -> None:
    run = rlslint("check", "--show-files", cwd=project)
    assert (run.returncode, run.stdout) == (0, "migrations/0001_docs.sql\n")
    run = rlslint("check", "--show-files", "migrations", "nowhere", cwd=project)
    assert (run.returncode, run.stdout) == (2, "migrations/0001_docs.sql\n")
    assert "nowhere does not exist" in run.stderr


def test_files_can_be_left_out(project: Path) -> None:
    (project / "scratch").mkdir()
    (project / "scratch" / "try.sql").write_text(FAULTY)

    def read(*arguments: str) -> list[str]:
        return rlslint("check", "--show-files", *arguments, cwd=project).stdout.splitlines()

    both = ["migrations/0001_docs.sql", "scratch/try.sql"]
    assert read() == both
    assert read("--exclude", "scratch") == both[:1]
    assert read("--extend-exclude", "scratch/*") == both[:1]
    assert read("--exclude", "scratch", "scratch/try.sql") == both[1:]
    assert read("--exclude", "scratch", "--force-exclude", "scratch/try.sql") == []
    run = rlslint("check", "--per-file-ignores", "migrations/*:RLS006", "migrations", cwd=project)
    assert run.returncode == 0


def test_paths_with_spaces_and_letters_of_any_script(tmp_path: Path) -> None:
    folder = tmp_path / "größe x" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001 документы.sql").write_text(FAULTY)
    shown = "größe x/migrations/0001 документы.sql:5:1: RLS006"
    for path in ("größe x", folder, folder / "0001 документы.sql"):
        run = rlslint("check", "--output-format", "concise", path, cwd=tmp_path)
        assert run.stdout.startswith(shown)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run = rlslint("check", "--output-format", "concise", "../größe x", cwd=elsewhere)
    assert run.stdout.startswith(f"{tmp_path}/{shown}")


def test_standard_input_may_be_a_file_that_is_not_there_yet(project: Path) -> None:
    run = rlslint("check", "--stdin-filename", "db/new.sql", cwd=project, given=FAULTY)
    assert run.returncode == 1
    assert "db/new.sql:5:1" in run.stdout


@pytest.mark.parametrize("output_format", OUTPUT_FORMATS)
def test_no_findings_are_an_empty_document(tmp_path: Path, output_format: str) -> None:
    run = rlslint("check", "--output-format", output_format, cwd=tmp_path)
    assert run.returncode == 0
    match output_format:
        case "json" | "sarif" | "gitlab" | "rdjson":
            json.loads(run.stdout)
        case "junit":
            assert ElementTree.fromstring(run.stdout).get("failures") == "0"
        case "markdown":
            assert "Checked nothing." in run.stdout
        case _:
            assert run.stdout == ""


HOSTILE = 'x"\n::error::y\x1b[31m\x07\u202e<b>|`\r\u2028'


@pytest.mark.parametrize("output_format", OUTPUT_FORMATS)
def test_no_name_acts_on_a_terminal_or_breaks_a_format(tmp_path: Path, output_format: str) -> None:
    (tmp_path / "migrations").mkdir()
    table = '"' + HOSTILE.replace('"', '""') + '"'
    file = tmp_path / "migrations" / f"0001_{HOSTILE}.sql"
    file.write_bytes(FAULTY.replace("docs", table).encode())
    (tmp_path / "migrations" / f"0002_{HOSTILE}.sql").write_bytes(b"\0")
    run = rlslint(
        "check", "--output-format", output_format, "--show-unchecked", "-v", cwd=tmp_path,
        FORCE_COLOR="",
    )  # fmt: skip
    assert run.returncode == 2
    for stream in (run.stdout, run.stderr):
        assert not set("\x1b\x07\u202e\r\u2028") & set(stream)
        assert not any(line.startswith("::error::") for line in stream.splitlines())
    assert "rls-not-forced" in run.stdout
    if output_format in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(run.stdout)
    elif output_format == "junit":
        ElementTree.fromstring(run.stdout)


def test_names_in_lists_of_files_and_complaints_act_on_no_terminal(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m.sql").write_text("SELECT 1;")
    for arguments in (("--show-files",), ("nowhere\x1b[31m",), ("--select", "\x1b[31m")):
        run = rlslint("check", *arguments, cwd=tmp_path)
        assert "\x1b" not in run.stdout + run.stderr


def test_shells_complete_commands_and_options(tmp_path: Path) -> None:
    run = rlslint(
        cwd=tmp_path,
        COMP_WORDS="rlslint check --output",
        COMP_CWORD="2",
        _RLSLINT_COMPLETE="bash_complete",
    )
    assert run.stdout.splitlines() == ["plain,--output-format", "plain,--output-file"]
