"""Formats that a forge reads name files by their path from the root of the repository."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.test_baseline import FIRST
from tests.command_line import rlslint
from tests.repositories import new_repository

FILE = "services/shop/migrations/0001_first.sql"


def paths_of(output_format: str, printed: str) -> set[str]:
    match output_format:
        case "sarif":
            return set(re.findall(r'"uri": "([^"]+)"', printed)) - {""}
        case "gitlab":
            return {issue["location"]["path"] for issue in json.loads(printed)}
        case "github":
            words = re.findall(r"file=([^,]+),", printed)
            return {*words, *re.findall(r"::([^:]+):\d+:\d+: RLS", printed)}
        case "rdjson":
            document = json.loads(printed)["diagnostics"]
            others = (place for one in document for place in one.get("related_locations", ()))
            return {place["location"]["path"] for place in (*document, *others)}
        case _:
            return set(re.findall(r' file="([^"]+)"', printed))


@pytest.mark.parametrize("output_format", ["sarif", "gitlab", "github", "rdjson", "junit"])
def test_whatever_folder_the_call_came_from(tmp_path: Path, output_format: str) -> None:
    root = new_repository(tmp_path / "shop").root
    path = root / FILE
    path.parent.mkdir(parents=True)
    path.write_text(FIRST)
    (root / "app").mkdir()
    words = ("check", "--output-format", output_format, "--no-cache")
    printed = set()
    for folder, named in (
        (".", "."),
        ("services", "shop"),
        ("services/shop/migrations", "."),
        ("app", "../services"),
        ("..", "shop"),
    ):
        run = rlslint(*words, named, cwd=root / folder)
        assert paths_of(output_format, run.stdout) == {FILE}
        printed.add(run.stdout)
    if output_format != "sarif":
        assert len(printed) == 1
    run = rlslint("check", "--output-format", "concise", "shop", cwd=root / "services")
    assert run.stdout.startswith("shop/migrations/"), "what people read starts where they stand"


def test_without_a_repository_paths_start_at_the_current_directory(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    path.write_text(FIRST)
    run = rlslint("check", "--output-format", "gitlab", cwd=tmp_path / "services")
    assert paths_of("gitlab", run.stdout) == {FILE.removeprefix("services/")}
