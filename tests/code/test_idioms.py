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
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner int, region text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO app_user
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int)
    AND owner = (SELECT nullif(current_setting('app.user_id', true), '')::int)
    AND region = (SELECT current_setting('app.region', true)));
"""


class Driver(NamedTuple):
    """What decides whether an idiom is harmful with a driver.

    `lacks` are the idioms that have no natural form with it.
    """

    file: str
    lacks: frozenset[str] = frozenset()
    binds_on_server: bool = True
    shares_connections: bool = True
    pool_resets: bool = False
    begins_itself: bool = False
    reset_keeps_role: bool = False

    @property
    def leaks(self) -> bool:
        """Whether what a session was told reaches the next one that uses the connection."""
        return self.shares_connections and not self.pool_resets


LEFT_TO_OTHERS = {"session-set-tenant", "set-config-session", "set-role-without-reset"}

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
    "transaction by callback": set(),
    "wrapper of an injected service": set(),
    "helper in the transaction of its caller": set(),
    "early return": set(),
    "role without reset": {"set-role-without-reset"},
    "several lines": {"set-config-session"},
    "built step by step": {"set-string-interpolation"},
    "formatted": {"set-string-interpolation"},
    "middleware": {"set-config-session"},
    "connect hook that sets": set(),
    "acquire hook that sets": set(),
    "release hook that resets": set(),
    "joins a transaction if there is one": set(),
    "service behind an interface": set(),
    "setting in the options of the connection": {"startup-option-context"},
}

CALLBACK = "transaction by callback"
CONNECT = "connect hook that sets"
ACQUIRE = "acquire hook that sets"
RELEASE = "release hook that resets"
HOOKS = frozenset((CONNECT, ACQUIRE, RELEASE))
CLEANUP = frozenset(("reset at the end",))
"""Has no place where no connection is at hand, or no step is taken however a function ends."""
SERVICE = frozenset(("wrapper of an injected service",))
FORMATTED = frozenset(("formatted",))
NEWER = frozenset(list(IDIOMS)[14:])
CALLER = frozenset(("helper in the transaction of its caller",))
NEWER_BUT_THREE = NEWER - CALLER - {"role without reset", "several lines"}

JOINS = "joins a transaction if there is one"
INTERFACE = "service behind an interface"
OWN = frozenset((JOINS, INTERFACE))
"""What has no place where each function holds the connection that it uses."""

OPTIONS = frozenset(("setting in the options of the connection",))

DRIVERS = (
    Driver("pg.ts", lacks=frozenset((CALLBACK, JOINS))),
    Driver("prisma.ts", lacks=OPTIONS | HOOKS | CLEANUP | {JOINS}),
    Driver("drizzle.ts", lacks=OPTIONS | HOOKS | CLEANUP | {JOINS}),
    Driver("knex.ts", lacks=CLEANUP | {ACQUIRE, RELEASE, JOINS}),
    Driver("typeorm.ts", lacks=HOOKS),
    Driver("postgres_js.ts", lacks=HOOKS | {JOINS}),
    Driver("sequelize.ts", lacks=CLEANUP | {RELEASE, JOINS}),
    Driver("pgx.go"),
    Driver("database_sql.go", lacks=HOOKS | {CALLBACK, JOINS}),
    Driver("gorm.go", lacks=HOOKS | {JOINS}),
    Driver("jdbc.java", lacks=frozenset((CALLBACK, ACQUIRE, RELEASE))),
    Driver("spring.java", lacks=OPTIONS | HOOKS | CLEANUP),
    Driver("jooq.java", lacks=OPTIONS | HOOKS | {JOINS}),
    Driver("hibernate.java", lacks=OPTIONS | HOOKS),
    Driver("jdbc_kotlin.kt", lacks=frozenset((CALLBACK, ACQUIRE, RELEASE))),
    Driver(
        "exposed.kt",
        lacks=OPTIONS | HOOKS | {"local without a transaction", "bound scope"},
    ),
    Driver("npgsql.cs", pool_resets=True, lacks=OWN | {CALLBACK, ACQUIRE, RELEASE}),
    Driver("dapper.cs", pool_resets=True, lacks=OPTIONS | OWN | HOOKS | {CALLBACK}),
    Driver("efcore.cs", pool_resets=True, lacks=OPTIONS | frozenset((CONNECT, RELEASE))),
    Driver("activerecord.rb", lacks=OPTIONS | frozenset((CONNECT, ACQUIRE, INTERFACE))),
    Driver("pg.rb", lacks=OWN | HOOKS),
    Driver(
        "sequel.rb", binds_on_server=False, lacks=OPTIONS | frozenset((ACQUIRE, RELEASE, INTERFACE))
    ),
    Driver("pdo.php", shares_connections=False, lacks=HOOKS | {CALLBACK, INTERFACE}),
    Driver("laravel.php", shares_connections=False, lacks=OPTIONS | HOOKS | {INTERFACE}),
    Driver("doctrine.php", shares_connections=False, lacks=OPTIONS | HOOKS),
    Driver("sqlx.rs", lacks=OWN | CLEANUP | {ACQUIRE}),
    Driver("tokio_postgres.rs", lacks=OPTIONS | OWN | CLEANUP | HOOKS | {CALLBACK}),
    Driver("diesel.rs", lacks=OPTIONS | OWN | CLEANUP | {ACQUIRE, RELEASE}),
    Driver("ecto.ex", lacks=OPTIONS | SERVICE | FORMATTED | HOOKS | {INTERFACE}),
    Driver(
        "postgrex.ex",
        lacks=OPTIONS | OWN | CLEANUP | SERVICE | FORMATTED | {CALLBACK, ACQUIRE, RELEASE},
    ),
    Driver("asyncpg.py", pool_resets=True, reset_keeps_role=True, lacks=OWN | SERVICE | {CALLBACK}),
    Driver("psycopg.py", begins_itself=True, lacks=OWN | SERVICE | {CALLBACK}),
    Driver("sqlalchemy_session.py", begins_itself=True, lacks=frozenset((CALLBACK,))),
    Driver("django_requests.py", binds_on_server=False, lacks=HOOKS | {CALLBACK}),
)


def expected(driver: Driver, idiom: str) -> set[str]:
    found = IDIOMS[idiom]
    if not driver.leaks:
        kept = {"set-role-without-reset"} if driver.reset_keeps_role else set()
        found = found - (LEFT_TO_OTHERS - kept)
    if not driver.binds_on_server:
        found = found - {"set-bind-parameter"}
    if driver.begins_itself and "set-local-outside-transaction" in found:
        # There is no transaction only where the program turns it off.
        found = {"set-local-autocommit-driver"}
    return found


def parts(source: str) -> dict[str, set[int]]:
    """Return the lines of each idiom; some stand in several places of a file."""
    lines = source.splitlines()
    starts = [
        (number, mark[1].strip())
        for number, line in enumerate(lines, 1)
        if (mark := re.search(r"(?://|#) idiom: (.*)", line))
    ]
    ends = [*(number for number, _ in starts[1:]), len(lines) + 1]
    found: dict[str, set[int]] = {}
    for (number, name), end in zip(starts, ends, strict=True):
        found.setdefault(name, set()).update(range(number, end))
    return found


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.file)
def test_each_idiom_is_judged_as_in_other_languages(driver: Driver, tmp_path: Path) -> None:
    stem, suffix = Path(driver.file).stem, Path(driver.file).suffix
    files = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(PROGRAMS.iterdir())
        if path.suffix == suffix and path.stem in (stem, f"{stem}_shared")
    }
    program = {
        f"src/shared/{name}" if "_shared" in name else f"src/{name}": source
        for name, source in files.items()
    }
    found = lint(tmp_path, {"migrations/1.sql": PROTECTED, **program})
    assert not found.faults
    by_idiom: dict[str, set[str]] = {name: set() for name in parts(files[driver.file])}
    known = IDIOMS.keys() - driver.lacks
    assert by_idiom.keys() == known
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
