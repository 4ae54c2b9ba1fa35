"""The same fault in other words, and what is near to it: `shapes/RULE.sql` for each rule.

A file begins with the schema that its shapes share. `--- bad TITLE` and `--- good TITLE` begin a
shape: the rule has to report every bad one and to stay silent about every good one. PostgreSQL has
to take all of them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from rlslint.rules import rule_names
from tests.linting import findings_of, lint
from tests.postgres import Database

FILES = sorted((Path(__file__).parent / "shapes").glob("*.sql"))
HEAD = re.compile(r"^--- (bad|good) (.+)\n", re.M)


class Shape(NamedTuple):
    rule: str
    kind: str
    title: str
    sql: str

    def __str__(self) -> str:
        return f"{self.rule}-{self.kind}-{self.title}"


def shapes_of(file: Path) -> list[Shape]:
    schema, *parts = HEAD.split(file.read_text(encoding="utf-8"))
    return [
        Shape(file.stem, kind, title, schema + sql)
        for kind, title, sql in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]


SHAPES = [shape for file in FILES for shape in shapes_of(file)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_shape_is_told_from_what_is_near_to_it(shape: Shape, tmp_path: Path) -> None:
    found = findings_of(lint(tmp_path, {"migrations/0001_shape.sql": shape.sql}), shape.rule)
    assert bool(found) is (shape.kind == "bad"), [one.finding.message for one in found]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_shapes_load_into_postgresql(file: Path, database: Database) -> None:
    assert file.stem in rule_names()
    scripts = (f"BEGIN;\n{shape.sql}\nROLLBACK;" for shape in shapes_of(file))
    transcript = database.run("\n".join(scripts))
    assert [one for one in transcript.statements if one.error] == []
