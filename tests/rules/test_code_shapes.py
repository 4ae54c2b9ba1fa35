"""The same fault of a program in other words, and what is near to it: `shapes/RULE.code`.

A file begins with the migration that its shapes share. `--- bad TITLE` and `--- good TITLE` begin a
program in Python: the rule has to report the lines that end in `# here`, and no others. Further
files of a shape begin with `--- file PATH`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from rlslint.rules import rule_names
from tests.linting import findings_of, lint
from tests.postgres import Database

FILES = sorted((Path(__file__).parent / "shapes").glob("*.code"))
HEAD = re.compile(r"^--- (bad|good) (.+)\n", re.M)
FILE = re.compile(r"^--- file (.+)\n", re.M)


class Shape(NamedTuple):
    rule: str
    kind: str
    title: str
    files: dict[str, str]

    def __str__(self) -> str:
        return f"{self.rule}-{self.kind}-{self.title}"


def shapes_of(file: Path) -> list[Shape]:
    schema, *parts = HEAD.split(file.read_text(encoding="utf-8"))
    return [
        Shape(file.stem, kind, title, files_of(schema, body))
        for kind, title, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]


def files_of(schema: str, body: str) -> dict[str, str]:
    program, *others = FILE.split(body)
    files = {"app.py": program, **dict(zip(others[::2], others[1::2], strict=True))}
    migrations = {"migrations/0001_schema.sql": schema} if schema.strip() else {}
    return {**migrations, **{path: text for path, text in files.items() if text.strip()}}


SHAPES = [shape for file in FILES for shape in shapes_of(file)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_shape_is_told_from_what_is_near_to_it(shape: Shape, tmp_path: Path) -> None:
    wanted = {
        (path, row)
        for path, text in shape.files.items()
        for row, line in enumerate(text.splitlines(), 1)
        if line.rstrip().endswith("here")
    }
    assert bool(wanted) is (shape.kind == "bad")
    found = findings_of(lint(tmp_path, shape.files), shape.rule)
    places = {
        (str(one.place.path).removeprefix(f"{tmp_path}/"), one.place.start.row)
        for one in found
        if one.place is not None
    }
    assert places == wanted, [one.finding.message for one in found]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_migration_loads_into_postgresql(file: Path, database: Database) -> None:
    assert file.stem in rule_names()
    schema = HEAD.split(file.read_text(encoding="utf-8"))[0]
    assert database.run(schema).errors == ()
