"""Git repositories of their own, with no configuration but what a test gives them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple


class Repository(NamedTuple):
    """A working tree, and Git as a user without any settings would call it."""

    root: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def commit(self, message: str = "change") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments: str) -> str:
        return self.given(b"", *arguments)

    def given(self, data: bytes, *arguments: str) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment = {
            **kept,
            "HOME": str(self.root.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "tester",
            "GIT_AUTHOR_EMAIL": "tester@example.com",
            "GIT_COMMITTER_NAME": "tester",
            "GIT_COMMITTER_EMAIL": "tester@example.com",
        }
        completed = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=environment,
            input=data,
            capture_output=True,
            check=True,
        )
        return completed.stdout.decode()


def new_repository(root: Path) -> Repository:
    """Make an empty repository."""
    root.mkdir(parents=True)
    made = Repository(root.resolve())
    made.git("init", "-q", "-b", "main")
    return made
