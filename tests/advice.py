"""Helps that are SQL, run on a server: they run, mend the fault, widen nothing, lock nobody out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import psycopg

from rlslint.config import Severity
from rlslint.config.options import Config
from rlslint.engine import audit
from rlslint.project.database import Request
from rlslint.reports import ReportedFinding, Result
from rlslint.rules import card
from rlslint.sql.parser import BrokenStatement, SyntaxProblem
from rlslint.sql.statements import read
from rlslint.text import Text
from tests.postgres import SUPERUSER, Database, Server
from tests.reach import Probe, Reach, gained, prepare, reached

MIGRATOR = "migrator"
_STATEMENT = re.compile(r"(ALTER|BEGIN|CREATE|DO|DROP|GRANT|REINDEX|REVOKE|SELECT|SET)\b")
_SESSION = re.compile(r"(BEGIN|SELECT|SET)\b")
_CONCURRENTLY = re.compile(r"\bCONCURRENTLY\b")
_MOST_PAIRED = 5

Linted = Callable[[str], Result | None]
"""Lints a history with one more migration behind it, None where it can have none in SQL."""


class Advice(NamedTuple):
    """A help that is SQL, and the rules and objects whose findings it mends."""

    sql: str
    mends: frozenset[tuple[str, str]]


class Loaded(NamedTuple):
    """A database that holds a history, made by `user`, and what is tried on it."""

    database: Database
    user: str
    probe: Probe


def is_sql(help: str) -> bool:
    """Tell whether a help is a statement and no sentence."""
    return _STATEMENT.match(help) is not None


def advice_of(result: Result) -> list[Advice]:
    """Return the statements that a result suggests for a migration, equal ones once.

    What a session should do instead is no migration, and a statement that PostgreSQL refuses to
    read is replaced, not followed by another one.
    """
    mends: dict[str, set[tuple[str, str]]] = {}
    for reported in result.findings:
        help = reported.finding.help
        if is_sql(help) and not _SESSION.match(help) and reported.name != "invalid-rls-ddl":
            mends.setdefault(help, set()).add(_key(reported))
    return [Advice(sql, frozenset(keys)) for sql, keys in mends.items()]


def unreadable(result: Result) -> list[str]:
    """Return the helps that begin like SQL and are none."""
    return [
        f"{reported.name} does not parse: {help}"
        for reported in result.findings
        if is_sql(help := reported.finding.help) and not _parses(help)
    ]


def _parses(sql: str) -> bool:
    # What a library puts in the place of its mark.
    sql = re.sub(r"(set_config\('.*', )(?:%s|:value)", r"\1$1", sql)
    try:
        items = list(read(Text("help.sql", sql.encode()), frozenset()))
    except SyntaxProblem:
        return False
    return not any(isinstance(one, BrokenStatement) for one in items)


def _key(reported: ReportedFinding) -> tuple[str, str]:
    return reported.name, reported.finding.object


@contextmanager
def loaded(server: Server, scripts: Sequence[str], prelude: str = "") -> Iterator[Loaded]:
    """Load a history as the owner of a database who is no superuser, where the history lets it."""
    with server.database() as database:
        if _load(database, scripts, prelude, MIGRATOR):
            yield Loaded(database, MIGRATOR, _prepared(database))
            return
    with server.database() as database:
        _load(database, scripts, prelude, SUPERUSER)
        yield Loaded(database, SUPERUSER, _prepared(database))


def _load(database: Database, scripts: Sequence[str], prelude: str, user: str) -> bool:
    """Load a history; tell whether it was refused nothing for lack of privileges."""
    if prelude:
        database.run(prelude)
    database.run(
        f"CREATE ROLE {MIGRATOR} LOGIN CREATEROLE CREATEDB;"
        f"ALTER DATABASE {database.name} OWNER TO {MIGRATOR};"
        f"ALTER ROLE {MIGRATOR} SET createrole_self_grant = 'set';"
    )
    for role in _lacking_roles(database, scripts, user):
        database.run(f'CREATE ROLE "{role}" LOGIN')
    refused = [error.sqlstate for one in scripts for error in database.run(one, user).errors]
    return "42501" not in refused


def _lacking_roles(database: Database, scripts: Sequence[str], user: str) -> list[str]:
    """Return the roles that a history names and nothing makes."""
    found: dict[str, None] = {}
    with psycopg.connect(database.conninfo(user)) as connection:
        for script in scripts:
            for name in re.findall(r"\b(?:TO|FROM|ROLE)\s+\"?([a-z_]\w*)", script):
                found[name] = None
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    made = re.findall(r"(?i)CREATE\s+(?:ROLE|USER)\s+\"?(\w+)", "\n".join(scripts))
    granted = re.compile(r"(?i)\b(?:GRANT|OWNER|POLICY|ALTER ROLE|SET ROLE)\b")
    wanted = [name for name in found if name not in known and name not in made]
    return [name for name in wanted if granted.search("\n".join(scripts))]


def _prepared(database: Database) -> Probe:
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        return prepare(connection)


def shown_by(one: Loaded) -> frozenset[Reach]:
    """Return what the roles get at in a database as it is."""
    with psycopg.connect(one.database.conninfo(), autocommit=True) as connection:
        return reached(connection, one.probe)


class _Tried(NamedTuple):
    """What came of running helps: why PostgreSQL refused, and what the roles get at then."""

    refused: str
    after: frozenset[Reach]


def _tried(one: Loaded, helps: Sequence[Advice]) -> _Tried:
    """Run helps in a transaction that is undone, as the role that made the database."""
    with psycopg.connect(one.database.conninfo(), autocommit=True) as connection:
        connection.execute("SET lock_timeout = '5s'")
        try:
            with connection.transaction(force_rollback=True):
                _run(connection, one.user, helps)
                return _Tried("", reached(connection, one.probe))
        except psycopg.Error as refusal:
            return _Tried(str(refusal.diag.message_primary or refusal), frozenset())


def _run(connection: psycopg.Connection, user: str, helps: Iterable[Advice]) -> None:
    connection.execute(f"SET SESSION AUTHORIZATION {user}".encode())
    for help in helps:
        connection.execute(_CONCURRENTLY.sub("", help.sql).encode())
    connection.execute("RESET SESSION AUTHORIZATION")


def complaints(
    one: Loaded, result: Result, linted: Linted, shown: frozenset[Reach] | None = None
) -> list[str]:
    """Return what is wrong with the helps of a result, by themselves and together.

    `shown` is what a good history shows, None where none is at hand: nobody may lose that.
    """
    helps, found = advice_of(result), unreadable(result)
    if not helps or found:
        return found
    # PL/pgSQL asks for EXECUTE once per transaction: both are found in one.
    before, owners = _tried(one, ()).after, one.probe.owners
    for help in helps:
        found += _judged(_tried(one, [help]), before, shown, owners, [help])
        found += _still_found(linted(help.sql), [help])
    if found:
        return found
    for order in _orders(helps):
        found += _judged(_tried(one, order), before, shown, owners, order)
    if len(helps) > 1:
        found += _still_found(linted("\n".join(help.sql for help in helps)), helps)
    with psycopg.connect(one.database.conninfo(), autocommit=True) as connection:
        _run(connection, one.user, helps)
    request = Request((one.database.conninfo(),), (), "", True)
    audited = audit(request, Config(min_severity=Severity.info), lambda _: None)
    return found + _still_found(audited, helps)


def complaints_of_migration(
    one: Loaded, migration: str, result: Result, shown: frozenset[Reach] | None = None
) -> list[str]:
    """Return what is wrong with a migration that mends a result, which is run and undone.

    `shown` is what a good history shows, None where none is at hand: nobody may lose that.
    """
    mends = frozenset(key for help in advice_of(result) for key in help.mends)
    helps = [Advice(migration, mends)]
    before = _tried(one, ()).after
    return _judged(_tried(one, helps), before, shown, one.probe.owners, helps)


def _orders(helps: list[Advice]) -> Iterator[list[Advice]]:
    """Yield all helps from either end, and pairs of the first ones in both orders."""
    if len(helps) > 1:
        yield from (helps, helps[::-1])
    if len(helps) > 2:
        first = helps[:_MOST_PAIRED]
        yield from ([one, other] for one in first for other in first if one is not other)


def _judged(
    tried: _Tried,
    before: frozenset[Reach],
    shown: frozenset[Reach] | None,
    owners: frozenset[str],
    helps: Sequence[Advice],
) -> list[str]:
    said = "\n".join(one.sql for one in helps)
    rules = sorted({rule for one in helps for rule, _ in one.mends})
    if tried.refused:
        return [f"{rules} is refused: {tried.refused}\n{said}"]
    found = []
    # Such a policy is to hide rows, whosever they are; a good example tells which.
    keeps_out = "restrictive-intent-permissive" in rules
    denied = any(card(rule).effect == "deny" for rule in rules)
    if wider := [one for one in gained(before, tried.after) if not _is_meant(one, denied)]:
        found.append(f"{rules} widens {len(wider)}, such as {wider[0]}\n{said}")
    lost = sorted(
        one
        for one in before - tried.after
        if one.is_own and not one.is_indirect and one.role not in owners
        if (one in shown if shown is not None else not keeps_out)
    )
    if lost:
        found.append(f"{rules} locks out of {len(lost)}, such as {lost[0]}\n{said}")
    return found


def _is_meant(gain: Reach, denied: bool) -> bool:
    """Tell whether a tenant gets its own rows, by a rule or a way that hid them from everybody."""
    whose = "71" if gain.world.startswith("only ") else gain.world
    return gain.tenants == {whose} and (denied or gain.is_indirect)


def _still_found(after: Result | None, helps: Sequence[Advice]) -> list[str]:
    if after is None:
        return []
    mended = {key for one in helps for key in one.mends}
    left = {_key(r) for r in after.findings if r.severity > Severity.info}
    left |= {_key(r) for r in after.findings if card(r.name).effect == "hygiene"}
    return [f"{key} is still found after {helps[0].sql}" for key in sorted(mended & left)]
