"""Says in one line which newest versions differ from those of constraints.txt; fails nothing."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECONDS = 120


def newest() -> dict[str, str] | None:
    """Return the versions that an installation without constraints takes; None where none can."""
    command = ("install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-", ".[test]")
    try:
        asked = subprocess.run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", "--retries=1", *command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
        chosen = [entry["metadata"] for entry in json.loads(asked.stdout)["install"]]
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return {_normal(each["name"]): each["version"] for each in chosen}


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def main() -> None:
    """Print the line."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    tested = dict(line.split("==") for line in lines)
    found = newest()
    if found is None:
        print("Newer versions than those of constraints.txt: not known, for pip finds none now.")
        return
    found.pop("rlslint", None)
    differing = [
        f"{name} {version} ({tested.get(name, 'not listed')})"
        for name, version in sorted(found.items())
        if version != tested.get(name)
    ]
    print("Newer versions than those of constraints.txt:", ", ".join(differing) or "none")


main()
