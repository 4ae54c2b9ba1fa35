"""Compare what two versions of rlslint find on the same projects, and print each difference.

    python -m bench.findings --before OLD --after NEW fixtures/* ~/src/one-project

OLD and NEW are checkouts, or `bin` directories of environments that have rlslint installed. Every
project is linted with both, all severities shown; a finding or an entry of what was not checked
that only one of them has is printed with `-` or `+`. The exit status is 1 where anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

FLAGS = ("--isolated", "--output-format", "json", "--min-severity", "info", "--show-unchecked")
SECONDS = 600


def command(version: Path) -> tuple[list[str], dict[str, str]]:
    """Return how a version of rlslint is run, and the environment that it needs."""
    environment = {**os.environ}
    if (version / "rlslint" / "__main__.py").is_file():
        environment["PYTHONPATH"] = str(version)
        return [sys.executable, "-m", "rlslint"], environment
    return [str(version / "rlslint")], environment


def lint(version: Path, project: Path, cache: str) -> Counter[str]:
    """Return a line for each finding, each thing not checked, and the end of a run."""
    program, environment = command(version)
    environment["XDG_CACHE_HOME"] = cache
    try:
        run = subprocess.run(
            [*program, "check", *FLAGS, "."],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        report = json.loads(run.stdout)
    except subprocess.TimeoutExpired:
        return Counter([f"gave no answer in {SECONDS} s"])
    except ValueError:
        return Counter([f"exit status {run.returncode}: {run.stderr.strip()[-300:]}"])
    lines = [finding_line(finding) for finding in report["findings"]]
    lines += [f"not checked: {json.dumps(one, sort_keys=True)}" for one in report["not_checked"]]
    return Counter([*lines, f"exit status {run.returncode}"])


def finding_line(finding: dict[str, Any]) -> str:
    location = finding["location"] or {"row": 0, "column": 0}
    place = f"{finding['filename']}:{location['row']}:{location['column']}"
    rule = f"{finding['severity']}[{finding['name']}] {finding['object']}"
    return f"{place}: {rule}: {finding['message']} | {finding['help']}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--before", type=Path, required=True, metavar="OLD")
    parser.add_argument("--after", type=Path, required=True, metavar="NEW")
    parser.add_argument("projects", type=Path, nargs="+")
    options = parser.parse_args()
    same = differing = 0
    with tempfile.TemporaryDirectory(prefix="rlslint-bench-") as cache:
        for project in options.projects:
            before = lint(options.before.resolve(), project, cache)
            after = lint(options.after.resolve(), project, cache)
            same += (before & after).total()
            changed = sorted((before - after).elements()), sorted((after - before).elements())
            if not any(changed):
                continue
            print(f"\n## {project.name}\n")
            for sign, lines in zip("-+", changed, strict=True):
                differing += len(lines)
                print(*(f"{sign} {line}" for line in lines), sep="\n")
    print(f"\n{same} lines alike, {differing} differ, in {len(options.projects)} projects.")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
