"""From live databases to projects: what each holds, and who uses it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import MIGRATION_ROLE, Schema
from rlslint.config import did_you_mean, with_hint
from rlslint.config.options import Config
from rlslint.drift.comparison import Comparison, compare, facts_of, with_possible
from rlslint.drift.drifts import Drift, drifts
from rlslint.drift.fact_values import objects_of
from rlslint.drift.statements_behind import WrittenFor, origins
from rlslint.meaning.calls import functions_of_policies
from rlslint.project import Finding, NotChecked
from rlslint.project.project import Project
from rlslint.project.statement_statistics import Statistics, statistics_of
from rlslint.server.connected import Connected, connected
from rlslint.server.evidence import Server, ServerRewriteRule, rewrite_rules
from rlslint.server.introspection import introspect
from rlslint.server.snapshot import LOCK_SECONDS, LiveProblem, Snapshot, snapshot
from rlslint.text import CatalogText, Related, Span, Statement
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.drift.drifts import Drift


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


class Audited(NamedTuple):
    """A database as a project.

    `role` is as whom it was read. `evidence` are subjects of rules that no catalog has, each with
    its kind; `unseen` is what the role may not see and what no rule looks at, `problems` why some
    of it could not be read, `faults` are rlslint's own.
    """

    project: Project
    server: Server
    role: str
    evidence: tuple[tuple[str, object], ...]
    unseen: tuple[NotChecked, ...]
    problems: tuple[str, ...]
    places: MigrationPlaces
    schemas: tuple[str, ...]
    faults: tuple[Fault, ...]

    def is_asked(self, subject: object) -> bool:
        """Tell whether a subject is to be reported on, as those of extensions are not."""
        return _is_asked(subject, self.schemas)


def read_database(
    conninfo: str,
    request: Request,
    config: Config,
    history: Catalog | None,
    progress: Progress,
    meanwhile: Callable[[], None],
) -> Audited:
    """Read a database as it is at one moment, and compare it with what its migrations make.

    Nothing is changed, and no row of a table is read. What is to be done `meanwhile` is done while
    the server works. Raises LiveProblem where the database cannot be read or lacks a schema that
    was asked for.
    """
    with snapshot(conninfo) as live:
        progress(f"Reading the catalog of {live.database}")
        catalog = introspect(live.ask, live.database, live.version, meanwhile)
        clients = connected(live)
        statistics = statistics_of(live, catalog)
        rewriting = rewrite_rules(live.ask)
    missing = sorted(set(request.schemas) - set(catalog.schemas))
    if missing:
        no_schema = f'{live.database} has no schema "{missing[0]}"'
        meant = did_you_mean(missing[0], tuple(catalog.schemas))
        raise LiveProblem(f"{with_hint(no_schema, meant)}.")
    server = Server(live.database, live.version, live.version_text)
    evidence: list[tuple[str, object]] = [("Server", server)]
    evidence += (("SessionSetting", setting) for setting in statistics.settings)
    origins: dict[Statement, Statement] = {}
    faults: list[Fault] = []
    if history is not None:
        progress(f"Comparing {live.database} with its migrations")
        try:
            compared = _compared(history, catalog, live.version, request, config)
        except Exception as error:
            faults.append(Fault("compared with its migrations", "database", live.database, error))
        else:
            origins = compared.origins
            evidence += (("Drift", drift) for drift in compared.drifts)
    shown = [rule for rule in rewriting if not request.schemas or rule.schema in request.schemas]
    return Audited(
        Project(catalog, config, connections=clients.connections),
        server,
        live.user,
        tuple(evidence),
        (*_locked(live), *_unseen(live, clients, statistics, shown)),
        tuple(_lock_sentences(live)),
        MigrationPlaces(origins),
        request.schemas,
        tuple(faults),
    )


class _Compared(NamedTuple):
    origins: dict[Statement, Statement]
    drifts: tuple[Drift, ...]


def _compared(
    history: Catalog, catalog: Catalog, version: int, request: Request, config: Config
) -> _Compared:

    comparison, origins = compare_with_migrations(history, catalog, version, config.owner_roles)
    if not request.drift:
        return _Compared(origins, ())
    drifts = (
        drift
        for drift in drifts_between(comparison, history, catalog)
        if _is_asked(drift.first.object, request.schemas)
    )
    return _Compared(origins, tuple(drifts))


def _is_asked(subject: object, schemas: tuple[str, ...]) -> bool:
    schema = None
    match subject:
        case Relation(is_beyond_history=True):
            return False
        case Relation() | Function():
            schema = subject.schema
        case Policy(relation=relation):
            schema = relation.schema
        case Schema(name=name):
            schema = name
        case _:
            pass
    return not schemas or schema is None or schema in schemas


def _locked(live: Snapshot) -> Iterator[NotChecked]:
    for name in live.locked:
        yield NotChecked("relation", f"{name} of {live.database}", "that another session locks")


def _lock_sentences(live: Snapshot) -> Iterator[str]:
    for name, session in live.locked.items():
        yield (
            f"{name} of {live.database} cannot be read: session {session} has held a lock on it "
            f"for more than {LOCK_SECONDS} seconds. Nothing was changed; try again later."
        )


def _unseen(
    live: Snapshot,
    clients: Connected,
    statistics: Statistics,
    rewriting: Iterable[ServerRewriteRule],
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


class MigrationPlaces:
    """Finds the statement that a migration has for what a finding shows of a database.

    `origins` are the statements that show what a server holds, each with that of a migration.
    """

    def __init__(self, origins: Mapping[Statement, Statement]) -> None:
        self._origins = origins
        self._shown = sorted(origins, key=lambda statement: statement.start)
        self._starts = [statement.start for statement in self._shown]

    def placed(self, finding: Finding) -> Finding:
        """Return a finding that points at migrations, the server's words beside them."""
        if finding.span is None:
            return finding
        statement = self._statement(finding.span)
        if statement is None:
            return finding
        shown = Related(finding.span, finding.label or "as the server has it")
        return finding._replace(
            span=statement.span,
            label="",
            statement=statement,
            related=(shown, *map(self._related, finding.related)),
        )

    def _related(self, related: Related) -> Related:
        statement = self._statement(related.span)
        return related if statement is None else Related(statement.span, related.message)

    def _statement(self, span: Span) -> Statement | None:
        if not isinstance(span.text, CatalogText):
            return None
        at = bisect_right(self._starts, span.start) - 1
        if at < 0:
            return None
        shown = self._shown[at]
        is_inside = shown.text is span.text and shown.start <= span.start < shown.end
        return self._origins[shown] if is_inside else None


def compare_with_migrations(
    history: Catalog, live: Catalog, version: int, owner_roles: Sequence[str]
) -> tuple[Comparison, WrittenFor]:
    """Return where a history and a live database differ, and which statement made what.

    `version` is the server's server_version_num.
    """
    migration_role = _migration_role(history, live, owner_roles)
    theirs = facts_of(live, migration_role)
    ours = with_possible(facts_of(history, migration_role), history, theirs)
    comparison = compare(ours, theirs, version=version)
    differing = {difference.key for difference in comparison.differences}
    return comparison, origins(history, live, differing)


def drifts_between(comparison: Comparison, history: Catalog, live: Catalog) -> list[Drift]:
    """Return which of the differences decide who sees which rows."""
    called = {function for catalog in (history, live) for function in _of_policies(catalog)}
    return drifts(comparison.differences, history, live, called)


def _of_policies(catalog: Catalog) -> Collection[Function]:
    """Return the functions that policies call: all, where that is not known."""
    try:
        return functions_of_policies(catalog)
    except UnknownFact:
        return catalog.functions.known()


def _migration_role(history: Catalog, live: Catalog, owner_roles: Sequence[str]) -> str:
    """Return who ran the migrations: whoever owns most of what they made."""
    ours = {
        (kind, name)
        for kind, name, made in objects_of(history)
        if isinstance(made, Relation | Function)
        and made.knows("owner")
        and made.owner == MIGRATION_ROLE
    }
    owners = Counter(
        made.owner
        for kind, name, made in objects_of(live)
        if (kind, name) in ours and isinstance(made, Relation | Function) and made.knows("owner")
    )
    for role in owner_roles:
        if role in owners:
            return role
    return owners.most_common(1)[0][0] if owners else MIGRATION_ROLE
