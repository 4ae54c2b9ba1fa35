"""Lints random damaged projects for as long as one likes, and prints what should not happen.

    python -m bench.fuzz --minutes 60              # from a number that nobody has had
    python -m bench.fuzz --first 4711 --count 1    # that project again
    python -m bench.fuzz --first 4711 --write DIR  # its files

Projects are linted in processes of 50 each: one that crashes or takes far too much costs itself,
and is named.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.fuzzing import problems, project

_BATCH = 50
_SECONDS = 30
_BYTES = 2 << 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--first", type=int, default=random.SystemRandom().randrange(10**12))
    parser.add_argument("--count", type=int, default=sys.maxsize)
    parser.add_argument("--write", help="write the files of the first project here, and end")
    options = parser.parse_args()
    if options.write:
        for path, data in project(options.first).items():
            file = Path(options.write) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        return
    print(f"The first project is number {options.first}.", flush=True)
    started, done, found = time.monotonic(), 0, 0
    while time.monotonic() - started < options.minutes * 60 and done < options.count:
        number = options.first + done
        size = min(_BATCH, options.count - done)
        told = _linted(range(number, number + size))
        for line in told:
            print(line, flush=True)
        found += len(told)
        done += size
    minutes = (time.monotonic() - started) / 60
    print(f"{done} projects in {minutes:.1f} minutes, {found} problems.")


def _linted(numbers: Sequence[int]) -> list[str]:
    """Return what went wrong with some projects, each named."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as told:
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
            for number in numbers:
                spent = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
                _, hard = resource.getrlimit(resource.RLIMIT_CPU)
                resource.setrlimit(resource.RLIMIT_CPU, (spent + _SECONDS, hard))
                print(f"begun {number}", file=told, flush=True)
                for problem in problems(number):
                    print(f"project {number}: {problem}", file=told, flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        told.seek(0)
        lines = told.read().splitlines()
    found = [line for line in lines if not line.startswith("begun ")]
    if status:
        last = int([line for line in lines if line.startswith("begun ")][-1].partition(" ")[2])
        found.append(f"project {last}: the process ended with {os.waitstatus_to_exitcode(status)}")
        rest = [number for number in numbers if number > last]
        found += _linted(rest) if rest else []
    return found


if __name__ == "__main__":
    main()
