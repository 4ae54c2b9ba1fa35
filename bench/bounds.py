"""How much time and memory a run takes on projects that want it to take much.

    python -m bench.bounds                 # all of strangers.PROJECTS
    python -m bench.bounds --only YAML     # those with the word in their name

Each project is linted in a process of its own, and what exceeds the promise is printed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.strangers import PROJECTS

MOST_SECONDS = 2.0
MOST_BYTES = 300_000_000
_CHECK = (sys.executable, "-m", "rlslint", "check", "--no-cache", "--min-severity", "info")
_CUT_OFF_SECONDS = 30
_CUT_OFF_BYTES = 2 << 30


class Cost(NamedTuple):
    """What a run took: CPU seconds (user and system), bytes at its peak, and how it ended."""

    seconds: float
    peak: int
    status: int
    said: str

    @property
    def is_kept(self) -> bool:
        ended = self.status in (0, 1, 2) and "Traceback" not in self.said
        has_fault = "fault of its own" in self.said
        return ended and not has_fault and self.seconds <= MOST_SECONDS and self.peak <= MOST_BYTES


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


_MEASURING = """
import os, resource, sys
said, seconds, peak = map(int, sys.argv[1:4])
process = os.fork()
if process == 0:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (peak, peak))
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.execv(sys.argv[4], sys.argv[4:])
_, status, used = os.wait4(process, 0)
print(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, os.waitstatus_to_exitcode(status))
"""
"""Starts a program and prints what it took: a process keeps the peak of the one it was forked from,
which may be large."""


def cost(folder: Path, *arguments: str) -> Cost:
    """Lint a folder in a process of its own; one that takes far too much is cut off."""
    with tempfile.TemporaryFile() as said:
        limits = (str(said.fileno()), str(_CUT_OFF_SECONDS), str(_CUT_OFF_BYTES))
        measured = subprocess.run(
            [sys.executable, "-c", _MEASURING, *limits, *_CHECK, *arguments, "."],
            cwd=folder,
            stdout=subprocess.PIPE,
            pass_fds=(said.fileno(),),
            check=True,
            text=True,
        )
        said.seek(max(0, said.seek(0, os.SEEK_END) - 2_000))
        tail = said.read().decode("utf-8", "replace")
    seconds, peak, returncode = measured.stdout.split()
    return Cost(float(seconds), int(peak), int(returncode), tail)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="projects with this word in their name")
    parser.add_argument("--after", default="", help="those behind this one")
    parser.add_argument("--all", action="store_true", help="print every figure")
    options = parser.parse_args()
    over = 0
    names = [name for name in PROJECTS if options.only in name]
    if options.after:
        names = names[names.index(options.after) + 1 :]
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), PROJECTS[name]())
            found = cost(Path(folder))
        over += not found.is_kept
        if options.all or not found.is_kept:
            last = (found.said.strip().splitlines() or [""])[-1][:150]
            figures = f"{found.seconds:6.2f} s {found.peak / 1e6:6.0f} MB"
            print(f"{figures}  status {found.status:3}  {name}: {last}", flush=True)
    print(f"{len(names)} projects, {over} over {MOST_SECONDS} s or {MOST_BYTES // 10**6} MB.")


if __name__ == "__main__":
    main()
