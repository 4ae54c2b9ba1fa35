"""The command line, run in this process or in one of its own, and what came of it."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple

import pytest

from rlslint.cli.main import main


class Run(NamedTuple):
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def rlslint(*arguments: str | Path, cwd: Path, given: str | bytes = b"", **environment: str) -> Run:
    """Run a command in this process, which spares Python's start and all imports."""
    streams = {name: TextIOWrapper(BytesIO(), encoding="utf-8") for name in ("stdout", "stderr")}
    data = given.encode() if isinstance(given, str) else given
    depth = sys.getrecursionlimit()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        patch.setattr(gc, "disable", lambda: None)
        # All that the other tests hold would be looked through, too.
        patch.setattr(gc, "collect", lambda: 0)
        patch.setattr(sys, "argv", ["rlslint", *map(str, arguments)])
        patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(data), encoding="utf-8"))
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        for name, value in environment.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
        sys.setrecursionlimit(depth)
        printed = {}
        for name, stream in streams.items():
            stream.flush()
            printed[name] = stream.buffer.getvalue().decode()
    assert isinstance(ended.value.code, int)
    return Run(ended.value.code, **printed)


def rlslint_process(
    *arguments: str | Path, cwd: Path, given: bytes = b"", **environment: str
) -> Run:
    """Run a command as a process of its own, where the test is about the process."""
    completed = subprocess.run(
        [sys.executable, "-m", "rlslint", *map(str, arguments)],
        cwd=cwd,
        input=given,
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )
    return Run(completed.returncode, completed.stdout.decode(), completed.stderr.decode())
