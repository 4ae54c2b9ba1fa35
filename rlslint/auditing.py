"""What `rlslint audit` does, from connection strings to a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.schemas import Schema
from rlslint.config.options import Config, with_hint
from rlslint.config.scales import Severity
from rlslint.project.findings import Finding, NotChecked
from rlslint.project.placing import Places
from rlslint.project.project import Project
from rlslint.project.statement_statistics import Remembered, remembered
from rlslint.reports.reported import is_shown, reported
from rlslint.reports.results import Checked, Database, ReportedFinding, Result, in_order
from rlslint.rules.judging import Unjudged, judge, not_checked, subjects
from rlslint.rules.selection import Selection, selection_of
from rlslint.rules.suppression import suppress
from rlslint.server.connected import Connected, connected
from rlslint.server.evidence import Server
from rlslint.server.introspection import introspect
from rlslint.server.rewrite_rules import RewriteRule, rewrite_rules
from rlslint.server.snapshot import LiveProblem, Snapshot, snapshot

if TYPE_CHECKING:
    from rlslint.drift.comparison import Difference
    from rlslint.project.migrations_of_database import History

_BEYOND = "that depends on what an extension or the platform owns"

Progress = Callable[[str], None]
"""Is told what an audit is doing, as a sentence without its full stop."""


class NoHistory(Exception):
    """A path does not hold one history of migrations; the message is a sentence."""


class Request(NamedTuple):
    """What to audit: `databases` are connection strings, "" for libpq's environment.

    `schemas` are those whose objects are reported, all where it is empty. `migrations` is a path,
    "" for none; `drift` asks for every difference from them.
    """

    databases: tuple[str, ...]
    schemas: tuple[str, ...] = ()
    migrations: str = ""
    drift: bool = False


class _Audited(NamedTuple):
    """One database: what was found in it and what could not be judged."""

    database: Database
    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]
    tables: int
    policies: int
    uses_row_security: bool


def audit(request: Request, config: Config, progress: Progress) -> Result:
    """Read databases as they are at one moment each, and ask all rules about them.

    Nothing is changed, and no row of a table is read. A database that cannot be read is among the
    errors of the result. Raises NoHistory where the migrations cannot be told and UnknownRuleError
    where the configuration names a rule that does not exist.
    """
    selection = selection_of(config)
    history = None
    if request.migrations:
        from rlslint.project.migrations_of_database import read_history

        history = read_history(request.migrations, config)
    audited: list[_Audited] = []
    errors: list[str] = []
    for database in request.databases:
        try:
            audited.append(_audit_database(database, request, config, selection, history, progress))
        except LiveProblem as problem:
            errors.append(str(problem))
    findings = [finding for one in audited for finding in one.findings]
    ignores = history.reader.ignores if history is not None else ()
    suppressed = suppress(findings, ignores, config.accept, selection.names)
    shown = [reported(finding) for finding in suppressed.findings]
    return Result(
        findings=in_order(found for found in shown if is_shown(found, config)),
        checked=_checked(audited, history),
        not_checked=tuple(item for one in audited for item in one.not_checked),
        notes=tuple(history.reader.notes) if history is not None else (),
        errors=tuple(dict.fromkeys(errors)),
        uses_row_security=any(one.uses_row_security for one in audited),
        hidden=_hidden(shown, config),
        databases=tuple(one.database for one in audited),
    )


def _audit_database(
    conninfo: str,
    request: Request,
    config: Config,
    selection: Selection,
    history: History | None,
    progress: Progress,
) -> _Audited:
    with snapshot(conninfo) as live:
        progress(f"Reading the catalog of {live.database}")
        catalog = introspect(live.ask, live.database, live.version)
        clients = connected(live)
        statistics = remembered(live, catalog)
        rewriting = rewrite_rules(live)
    missing = sorted(set(request.schemas) - set(catalog.schemas))
    if missing:
        no_schema = f'{live.database} has no schema "{missing[0]}"'
        raise LiveProblem(f"{with_hint(no_schema, missing[0], tuple(catalog.schemas))}.")
    project = Project(catalog, config, connections=clients.connections)
    compared = None
    differences: list[Difference] = []
    if history is not None:
        from rlslint.drift.differing import drift
        from rlslint.project.migrations_of_database import compare_with

        progress(f"Comparing {live.database} with its migrations")
        compared = compare_with(history, catalog, live.version, config.owner_roles)
        if request.drift:
            differences = drift(compared.comparison.differences, history.catalog, catalog)
    progress(f"Checking {live.database}")
    unjudged: list[Unjudged] = []
    asked = (
        *_server_subjects(live, statistics, differences, request.schemas),
        *_subjects(project, request.schemas),
    )
    found = judge(asked, project, selection, unjudged)
    places = Places(compared.written if compared is not None else {})
    reported = [rule for rule in rewriting if rule.schema in (request.schemas or (rule.schema,))]
    return _Audited(
        Database(live.database, live.version_text, live.user),
        tuple(places.placed(finding)._replace(database=live.database) for finding in found),
        (*_unseen(live, clients, statistics, reported), *not_checked(unjudged, _BEYOND)),
        sum(1 for _ in catalog.tables()),
        sum(1 for _ in catalog.policies()),
        project.uses_row_security,
    )


def _server_subjects(
    live: Snapshot,
    statistics: Remembered,
    differences: list[Difference],
    schemas: tuple[str, ...],
) -> Iterator[tuple[str, object]]:
    """Yield what only a server tells of."""
    yield "Server", Server(live.database, live.version, live.version_text)
    for setting in statistics.settings:
        yield "SessionSetting", setting
    for difference in differences:
        if not schemas or _schema_of(difference.on_server or difference.in_history) in (
            None,
            *schemas,
        ):
            yield "Difference", difference


def _subjects(project: Project, schemas: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    """Yield the objects of the database, without those of extensions and of the platform."""
    for kind, subject in subjects(project):
        if isinstance(subject, Relation) and subject.is_beyond_history:
            continue
        schema = _schema_of(subject)
        if not schemas or schema is None or schema in schemas:
            yield kind, subject


def _schema_of(subject: object) -> str | None:
    match subject:
        case Relation() | Function():
            return subject.schema
        case Policy():
            return subject.relation.schema
        case Schema():
            return subject.name
        case _:
            return None


def _unseen(
    live: Snapshot, clients: Connected, statistics: Remembered, rewriting: Iterable[RewriteRule]
) -> Iterator[NotChecked]:
    """Say what the role that asks may not see, and what no rule looks at."""
    for rule in rewriting:
        reason = "with actions that have the rights of the table's owner"
        yield NotChecked("rewrite rule", f"{rule} of {live.database}", reason)
    for role in clients.hidden:
        reason = f"with sessions that {live.user} may not look into (pg_read_all_stats lets it)"
        yield NotChecked("role", f"{role} of {live.database}", reason)
    for role in statistics.hidden:
        reason = f"whose statements {live.user} may not read (pg_read_all_stats lets it)"
        yield NotChecked("role", f"{role} of {live.database}", reason)
    if statistics.refused:
        reason = f"that {live.user} may not read"
        yield NotChecked("view", f"pg_stat_statements of {live.database}", reason)


def _checked(audited: list[_Audited], history: History | None) -> Checked:
    return Checked(
        databases=len(audited),
        migrations=history.replayed.files if history is not None else 0,
        statements=history.replayed.statements if history is not None else 0,
        tables=sum(one.tables for one in audited),
        policies=sum(one.policies for one in audited),
    )


def _hidden(findings: list[ReportedFinding], config: Config) -> Counter[Severity]:
    return Counter(found.severity for found in findings if not is_shown(found, config))
