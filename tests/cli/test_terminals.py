"""What a user sees on a terminal: its width, links, progress, and runs that are repeated."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from rlslint.cli.progress import Progress
from tests.command_line import rlslint

PROJECT = {
    "migrations/0001_docs.sql": """CREATE ROLE app_user LOGIN;
CREATE TABLE documents_of_all_departments (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
ALTER TABLE documents_of_all_departments ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "Members of a tenant can see its rows" ON documents_of_all_departments TO app_user USING (tenant_id = current_setting('app.current_tenant_id', true)::int);
GRANT SELECT ON documents_of_all_departments TO app_user;
"""  # noqa: E501
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, content in PROJECT.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True)
        file.write_text(content)
    (tmp_path / ".git").mkdir()
    return tmp_path


_PROGRESS = re.compile(r"\r\x1b\[K(?:[^\r\n…]+ …)?")
"""What a busy machine shows for a while."""


class Terminal:
    """A process whose output is a terminal of 80 columns, and what it has printed so far."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self.descriptor = descriptor
        self.text = ""

    def until(self, wanted: str = "") -> str:
        """Return what was printed up to some words, or all up to the end of the process."""
        while not wanted or wanted not in self.text:
            try:
                read = os.read(self.descriptor, 65536)
            except OSError:
                read = b""
            if not read:
                break
            self.text += read.decode("utf-8", "replace")
        before, _, self.text = self.text.partition(wanted) if wanted else (self.text, "", "")
        return _PROGRESS.sub("", before.replace("\r\n", "\n"))


@contextmanager
def on_a_terminal(*arguments: str, cwd: Path, **environment: str) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 80, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "CI")}
    process = subprocess.Popen(
        [sys.executable, "-m", "rlslint", *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**inherited, "TERM": "xterm-256color", **environment},
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_nothing_is_wider_than_the_terminal(project: Path) -> None:
    with on_a_terminal("check", "--no-cache", cwd=project, NO_COLOR="1") as terminal:
        lines = terminal.until().splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in "".join(lines)
    mend = next(number for number, line in enumerate(lines) if "help: ALTER POLICY" in line)
    assert lines[mend + 2].split()[0] == "USING"


def test_the_name_of_a_rule_is_a_link_where_links_are_shown(project: Path) -> None:
    link = "\x1b]8;;https://github.com/rlslint/rlslint/blob/main/rules/"
    with on_a_terminal("check", "--no-cache", cwd=project, VTE_VERSION="7600") as terminal:
        assert link in terminal.until("Checked")
    with on_a_terminal("check", "--no-cache", cwd=project, FORCE_HYPERLINK="0") as terminal:
        assert "\x1b]8" not in terminal.until("Checked")


@pytest.mark.usefixtures("interruptible")
def test_a_run_is_watched_until_it_is_interrupted(project: Path) -> None:
    with on_a_terminal("check", "--watch", cwd=project, NO_COLOR="1") as terminal:
        assert "policy-column-unindexed" in terminal.until("Watching")
        file = project / "migrations" / "0002_index.sql"
        file.write_text("CREATE INDEX ON documents_of_all_departments (tenant_id);\n")
        again = terminal.until("Watching")
        assert "\x1b[2J" in again
        assert "current-setting-empty-cast" in again
        assert "policy-column-unindexed" not in again
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.process.wait(30) == 0
        assert "Interrupted" not in terminal.until()


def test_progress_is_shown_when_it_takes_a_while_and_wiped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr("rlslint.cli.progress._PATIENCE_SECONDS", 0.05)
        with Progress() as progress:
            progress.tell("Looking for files")
            time.sleep(0.2)
            progress.tell("Asking the rules")
        with Progress() as progress:
            progress.tell("never shown")
        assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    shown = ""
    with suppress(OSError):
        while True:
            shown += os.read(ours, 4096).decode()
    os.close(ours)
    assert re.findall(r"\r\x1b\[K([^\r]*)", shown) == [
        "Looking for files …",
        "Asking the rules …",
        "",
    ]


@pytest.mark.parametrize("command", ["check --min-severity info", "rule policy-using-true"])
def test_colours_can_be_read_on_a_light_and_on_a_dark_background(
    project: Path, command: str
) -> None:
    """Of the sixteen, yellow, cyan, green, white and black vanish on one of the two."""
    run = rlslint(*command.split(), cwd=project, FORCE_COLOR="1")
    codes = {code for one in re.findall(r"\x1b\[([\d;]*)m", run.stdout) for code in one.split(";")}
    assert codes
    assert codes <= {"0", "1", "22", "31", "34", "35"}
