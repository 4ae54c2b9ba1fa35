"""One idiom in all languages: what is right or wrong in one is so in the others.

`idioms/` has a program for each driver, with a comment `idiom: NAME` before each part, and a second
file where the idiom needs one. What is to be found in a part is said here, once.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.linting import lint

PROGRAMS = Path(__file__).parent / "idioms"

PROTECTED = """
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner int);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO app_user
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int)
    AND owner = (SELECT nullif(current_setting('app.user_id', true), '')::int));
"""


class Driver(NamedTuple):
    """What decides whether an idiom is harmful with a driver, and what it has no words for."""

    file: str
    lacks: frozenset[str] = frozenset()
    binds_on_server: bool = True
    shares_connections: bool = True
    pool_resets: bool = False

    @property
    def leaks(self) -> bool:
        """Whether what a session was told reaches the next one that uses the connection."""
        return self.shares_connections and not self.pool_resets


NO_CONNECTION_AT_HAND = frozenset(("reset at the end",))
ALWAYS_IN_A_TRANSACTION = frozenset(("local without a transaction",))

DRIVERS = (
    Driver("pg.ts"),
    Driver("prisma.ts", NO_CONNECTION_AT_HAND),
    Driver("drizzle.ts", NO_CONNECTION_AT_HAND),
    Driver("knex.ts", NO_CONNECTION_AT_HAND),
    Driver("typeorm.ts"),
    Driver("postgres_js.ts"),
    Driver("sequelize.ts", NO_CONNECTION_AT_HAND),
    Driver("pgx.go"),
    Driver("database_sql.go"),
    Driver("gorm.go"),
    Driver("jdbc.java"),
    Driver("spring.java", NO_CONNECTION_AT_HAND),
    Driver("jooq.java"),
    Driver("hibernate.java"),
    Driver("jdbc_kotlin.kt"),
    Driver("exposed.kt", ALWAYS_IN_A_TRANSACTION | {"bound scope"}),
)

LEFT_TO_OTHERS = {"session-set-tenant", "set-config-session"}

IDIOMS: dict[str, set[str]] = {
    "bare set": {"session-set-tenant", "set-string-interpolation"},
    "set_config for the session": {"set-config-session"},
    "bound scope": {"set-config-session"},
    "local without a transaction": {"set-local-outside-transaction"},
    "local in a transaction": set(),
    "pasted": {"set-string-interpolation"},
    "added": {"set-string-interpolation"},
    "a number": set(),
    "quoted": set(),
    "a parameter in SET": {"set-bind-parameter"},
    "reset at the end": set(),
    "constant of another file": {"set-config-session"},
    "wrapper of another file": set(),
    "loop over constants": {"set-config-session"},
}


FURTHER: dict[str, set[str]] = {
    "role without a reset": {"set-role-without-reset"},
    "several lines": {"set-config-session"},
    "transaction of the caller": set(),
    "early return": set(),
}
"""Idioms that some programs have."""


def expected(driver: Driver, idiom: str) -> set[str]:
    found = {**IDIOMS, **FURTHER}[idiom]
    if not driver.leaks:
        found = found - LEFT_TO_OTHERS
    if not driver.binds_on_server:
        found = found - {"set-bind-parameter"}
    return found


def parts(source: str) -> dict[str, range]:
    """Return the lines of each idiom."""
    lines = source.splitlines()
    starts = [
        (number, found[1].strip())
        for number, line in enumerate(lines, 1)
        if (found := re.search(r"(?://|#) idiom: (.*)", line))
    ]
    ends = [*(number for number, _ in starts[1:]), len(lines) + 1]
    return {name: range(number, end) for (number, name), end in zip(starts, ends, strict=True)}


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.file)
def test_each_idiom_is_judged_as_in_other_languages(driver: Driver, tmp_path: Path) -> None:
    stem = Path(driver.file).stem
    files = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(PROGRAMS.iterdir())
        if path.stem in (stem, f"{stem}_shared")
    }
    program = {
        f"src/shared/{name}" if "_shared" in name else f"src/{name}": source
        for name, source in files.items()
    }
    found = lint(tmp_path, {"migrations/1.sql": PROTECTED, **program})
    assert not found.faults
    by_idiom: dict[str, set[str]] = {name: set() for name in parts(files[driver.file])}
    known = IDIOMS.keys() - driver.lacks
    assert by_idiom.keys() - FURTHER.keys() == known
    for each in found.findings:
        name = each.place.path.rpartition("/")[2] if each.place is not None else ""
        for idiom, lines in parts(files[name]).items() if name in files else ():
            if (
                each.place is not None
                and each.place.start.row in lines
                and each.severity.name != "info"
            ):
                by_idiom[idiom].add(each.name)
    assert by_idiom == {idiom: expected(driver, idiom) for idiom in by_idiom}
