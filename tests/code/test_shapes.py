"""Shapes that programs have: who finds the connection, where the SQL stands, who takes errors.

Each folder of `shapes/` is a program that marks the lines where something is to be found with a
comment `// found: RULE` (`# found:` where comments begin so); nothing else is to be found in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.code.test_idioms import PROTECTED
from tests.linting import lint

IN_PART = """
CREATE TABLE seats (id int PRIMARY KEY, tenant_id int NOT NULL, code text UNIQUE, taken boolean);
CREATE INDEX ON seats (tenant_id);
GRANT SELECT, INSERT ON seats TO app_user;
ALTER TABLE seats ENABLE ROW LEVEL SECURITY;
CREATE POLICY seats_read ON seats FOR SELECT TO app_user
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY seats_add ON seats FOR INSERT TO app_user
  WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""

SHAPES = Path(__file__).parent / "shapes"

_MARK = re.compile(r"(?://|#) found: ([\w, -]+?)\s*(?:-->)?$")


def marked(files: Mapping[str, str]) -> set[tuple[str, int, str]]:
    return {
        (path, number, rule)
        for path, source in files.items()
        for number, line in enumerate(source.splitlines(), 1)
        if (mark := _MARK.search(line))
        for rule in mark[1].split(", ")
    }


def check(folder: Path, files: Mapping[str, str]) -> None:
    result = lint(folder, {"migrations/1.sql": PROTECTED + IN_PART, **files})
    assert not result.faults
    found = {
        (str(Path(each.place.path).resolve().relative_to(folder)), each.place.start.row, each.name)
        for each in result.findings
        if each.place is not None and "migrations/" not in each.place.path
    }
    assert found == marked(files)


@pytest.mark.parametrize("shape", sorted(path.name for path in SHAPES.iterdir()))
def test_programs_are_followed_in_the_shapes_that_they_have(shape: str, tmp_path: Path) -> None:
    folder = SHAPES / shape
    files = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }
    check(tmp_path.resolve(), files)
