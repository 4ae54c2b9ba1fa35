"""Why a role gets at rows, in words: the steps of a trace, other ways, what would change it.

A terminal, JSON, editors and reports say it in these words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rlslint import NamedTuple
from rlslint.access.effective import Extent, Ground
from rlslint.access.refusals import Lack
from rlslint.access.tracing import (
    AskedStep,
    BranchTold,
    Chain,
    ExemptionStep,
    GrantHeld,
    PoliciesStep,
    PolicyTold,
    PrivilegeStep,
    RefusedStep,
    RowSecurityStep,
    SchemaStep,
    Step,
    Trace,
    UnknownStep,
)
from rlslint.access.ways import Way
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC, quoted_roles
from rlslint.meaning.deciding import Outcome, PredicateError
from rlslint.project.matrix import Matrix
from rlslint.reports.access_words import (
    Speaker,
    clause_sql,
    lacking,
    reason,
    role_in_words,
    shortened,
)
from rlslint.sql import quoted_identifier
from rlslint.text import Statement
from rlslint.text.sentences import listed


class Explained(NamedTuple):
    """What a project answers about one table, each answer with its trace and other ways."""

    name: str
    matrix: Matrix
    traces: Sequence[tuple[Trace, tuple[Way, ...]]]


class Said(NamedTuple):
    """A step in words. `verdict` is one word for programs; `statement` brought the step about."""

    step: str
    words: str
    verdict: str
    statement: Statement | None = None
    parts: tuple[Said, ...] = ()


_LONGEST_CONDITION = 4_000
_DEMANDS = {
    "rows": "policies for {command}, which pick the rows",
    "new rows": "policies for {command} check each row that is written",
    "reading": "with WHERE or RETURNING, policies for SELECT pick the rows as well",
}
_REFUSED = {
    Ground.not_changeable: "{table} is a materialized view, which is refreshed and not changed: "
    "the command is refused",
    Ground.recursion: "the policies lead back to {table} for ever: the command is refused "
    "(42P17, infinite recursion)",
}


def explained(trace: Trace, ways: Iterable[Way], speaker: Speaker) -> tuple[Said, ...]:
    """Return the steps to an answer, in PostgreSQL's order, and other ways to the rows."""
    steps = [_step(step, trace, speaker) for step in trace.steps]
    other = [
        Said("way", speaker.way(way, trace.table), way.rows.extent.value, way.via[0].created)
        for way in ways
    ]
    return (*steps, *other)


def _step(step: Step, trace: Trace, speaker: Speaker) -> Said:
    match step:
        case PrivilegeStep():
            return _privilege(step, trace)
        case SchemaStep():
            return _schema(step, trace)
        case RowSecurityStep():
            return _row_security(step, trace)
        case ExemptionStep():
            return _exemption(step, trace)
        case PoliciesStep():
            return _policies(step, trace, speaker)
        case AskedStep():
            return _asked(step, trace)
        case RefusedStep(ground):
            return Said("refused", _REFUSED[ground].format(table=trace.table), "stops")
        case UnknownStep(name, gap):
            return Said(name, reason(gap), "unknown", gap.statement)


def _privilege(step: PrivilegeStep, trace: Trace) -> Said:
    certain = not trace.rows.doubts
    role, command = role_in_words(trace.role), trace.command.upper()
    held = tuple(_grant(one, trace.role) for one in step.grants)
    match step.by:
        case "superuser":
            sure = "is" if certain else "is probably"
            words = f"{role} {sure} a superuser, which holds all privileges"
            return Said("privilege", words, "passes")
        case "owner":
            owner = role_in_words(trace.table.owner)
            words = f"{role} owns {trace.table}, and its owner holds all privileges"
            if step.chain:
                words = f"{role}{_through(step.chain)} has the rights of {owner}, the owner"
            return Said("privilege", words, "passes", trace.table.because("owner"))
        case "predefined":
            last = step.chain[-1] if step.chain else None
            named = last.role.name if last is not None else "a predefined role"
            words = f"{role} holds {command} on all tables as a member of {named}"
            return Said("privilege", words, "passes", last.statement if last else None)
    if not step.held and trace.rows.extent is not Extent.none:
        words = (
            f"{role} is granted nothing, but has what an owner has if {listed(trace.rows.doubts)}"
        )
        return Said("privilege", words, "perhaps")
    if not step.held:
        behind = tuple(_grant(one, trace.role) for one in step.out_of_reach)
        words = f"{role} holds no privilege {command} on {trace.table}: it is refused"
        if behind:
            words += ", but may SET ROLE to one that does"
        return Said("privilege", words, "stops", None, behind)
    words = f"{role} holds the privilege {command} on {trace.table}"
    if step.columns:
        words = f"{role} holds {command} on the columns {', '.join(step.columns)} of {trace.table}"
    return Said("privilege", words, "passes", None, held)


def _grant(held: GrantHeld, role: str) -> Said:
    grant = held.grant
    to = "PUBLIC" if grant.grantee == PUBLIC else grant.grantee
    on = f" on column {grant.column}" if grant.column else ""
    is_default = grant.statement is not None and "DefaultPrivileges" in grant.statement.kind
    how = "by default privileges" if is_default else "granted"
    words = f"{how} to {to}{on}"
    if held.chain:
        words += f", which {role_in_words(role)} is{_through(held.chain)}"
    if grant.doubt:
        words += f", if at all: {grant.doubt}"
    return Said("grant", words, "passes", grant.statement)


def _through(chain: Chain) -> str:
    """Return " as a member of a, a member of b" for a chain of memberships."""
    names = [membership.role.name for membership in chain]
    options = "" if all(membership.inherit for membership in chain) else " without INHERIT"
    return f" as a member of {', a member of '.join(names)}{options}"


def _schema(step: SchemaStep, trace: Trace) -> Said:
    role, schema = role_in_words(trace.role), trace.table.schema
    parts = tuple(_grant(one, trace.role) for one in step.grants)
    if not step.held:
        return Said("schema", f"{role} has no USAGE on schema {schema}: it is refused", "stops")
    if step.assumed:
        words = f"nothing grants USAGE on any schema, so {role} is taken to have it on {schema}"
        return Said("schema", words, "assumed")
    return Said("schema", f"{role} may use schema {schema}", "passes", None, parts)


def _row_security(step: RowSecurityStep, trace: Trace) -> Said:
    table = trace.table
    if trace.command == "truncate":
        return Said("row security", "TRUNCATE asks no policy: it takes every row", "every row")
    if not step.enabled:
        words = f"row security of {table} is not enabled: every row passes"
        if table.policies.known():
            words += f", and its {len(table.policies.known())} policies count for nothing"
        return Said("row security", words, "every row", table.because("rls_enabled"))
    words = f"row security of {table} is enabled"
    parts: tuple[Said, ...] = ()
    if step.forced:
        forced = Said("forced", "and forced upon its owner", "passes", table.because("rls_forced"))
        parts = (forced,)
    return Said("row security", words, "applies", table.because("rls_enabled"), parts)


def _exemption(step: ExemptionStep, trace: Trace) -> Said:
    role = role_in_words(trace.role)
    found = step.bypass
    if found is not None and found.certain:
        words = f"{role} {found.reason}: every row passes"
        return Said("exemption", words, "every row", found.statement)
    if found is None and trace.rows.ground is Ground.bypassrls:
        words = f"{role} has BYPASSRLS if {listed(trace.rows.doubts)}: then every row passes"
        return Said("exemption", words, "perhaps")
    if found is None and trace.rows.ground is Ground.owner:
        words = f"every row passes if {listed(trace.rows.doubts)}"
        return Said("exemption", words, "perhaps")
    owner = "has the rights of the owner, upon whom row security is forced"
    owns = owner if step.owns else f"does not own {trace.table}"
    if found is not None:
        words = f"{role} {found.reason}, and then every row passes; else it {owns}: policies apply"
        return Said("exemption", words, "perhaps")
    words = f"{role} is no superuser, has no BYPASSRLS and {owns}: policies apply"
    return Said("exemption", words, "applies")


def _policies(step: PoliciesStep, trace: Trace, speaker: Speaker) -> Said:
    command = step.command.upper()
    head = _DEMANDS[step.demand].format(command=command)
    applying = [one for one in step.permissive if one.applies and one.clause is not None]
    parts = [_policy(one, step, trace, speaker) for one in (*step.permissive, *step.restrictive)]
    if not applying:
        words = f"{head}: no permissive policy is for {role_in_words(trace.role)}, so none passes"
        return Said("policies", words, "none", None, tuple(parts))
    limits = [one for one in step.restrictive if one.applies and one.clause is not None]
    words = (
        f"{head}: one of {len(applying)} permissive"
        if len(applying) > 1
        else f"{head}: one permissive"
    )
    words += (
        " has to be met" if not limits else f" and all of {len(limits)} restrictive have to be met"
    )
    verdict = _together(applying, limits)
    return Said("policies", words, verdict, None, tuple(parts))


def _together(applying: list[PolicyTold], limits: list[PolicyTold]) -> str:
    """Return what policies give together for what is given: a row passes, fails, or it depends."""
    told = [one.outcomes for one in (*applying, *limits)]
    if any(outcomes is None for outcomes in told):
        return "in general"
    fails = (
        one for one in told if one is not None and any(isinstance(o, PredicateError) for o in one)
    )
    if any(True for _ in fails):
        return "may be refused"
    if any(True not in (one.outcomes or ()) for one in limits):
        return "fails"
    if all(True not in (one.outcomes or ()) for one in applying):
        return "fails"
    sure = all(one.outcomes == (True,) for one in limits)
    return "passes" if sure and any(one.outcomes == (True,) for one in applying) else "depends"


def _policy(told: PolicyTold, step: PoliciesStep, trace: Trace, speaker: Speaker) -> Said:
    policy = told.policy
    kind = "permissive" if policy.permissive else "restrictive"
    roles = quoted_roles(policy.roles)
    name = f"{policy.name} ({kind}, for {policy.command.upper()}, to {roles})"
    if told.why_not == "command":
        return Said(
            "policy", f"{name} is not for {step.command.upper()}", "left out", policy.created
        )
    if told.why_not == "roles":
        words = f"{name} is not for {role_in_words(trace.role)}"
        return Said("policy", words, "left out", policy.created)
    if told.clause is None:
        return Said(
            "policy", f"{name} demands nothing here and admits nothing", "left out", policy.created
        )
    sql = shortened(clause_sql(told.clause, trace.table), _LONGEST_CONDITION)
    words = f"{name}: {sql}"
    parts = tuple(_branch(one, trace, speaker) for one in told.branches)
    if len(parts) == 1 and parts[0].words.startswith("rows where "):
        parts = ()
    verdict = "in general" if told.outcomes is None else _verdict(told.outcomes)
    return Said("policy", words, verdict, told.clause.statement or policy.created, parts)


def _branch(branch: BranchTold, trace: Trace, speaker: Speaker) -> Said:
    words = speaker.words(branch.kind, trace.table) or "rows that a condition picks"
    if branch.outcomes is None:
        return Said("branch", words, branch.kind.form)
    return Said("branch", words, _verdict(branch.outcomes))


def _asked(step: AskedStep, trace: Trace) -> Said:
    role, lack = role_in_words(trace.role), step.lack
    parts = tuple(_may(one) for one in step.asked if lack is None or not _is_it(one, lack))
    if lack is None:
        return Said("asked", f"{role} may use what the policies ask", "passes", None, parts)
    words = lacking(lack, role)
    statement = lack.subject.statements.get("grants") or lack.subject.created
    if trace.rows.extent is not Extent.none:
        return Said("asked", f"where {words}, the command is refused", "perhaps", statement, parts)
    return Said("asked", f"{words}: the command is refused", "stops", statement, parts)


def _is_it(asked: Lack, lack: Lack) -> bool:
    return (asked.subject, asked.privilege) == (lack.subject, lack.privilege)


def _may(asked: Lack) -> Said:
    verb = "execute" if asked.privilege == "execute" else "read"
    who = role_in_words(asked.role)
    grants = (g for g in asked.subject.grants.known() if g.privilege == asked.privilege)
    statement = next((g.statement for g in grants if g.grantee in (asked.role, PUBLIC)), None)
    words = f"{who} may {verb} {asked.subject}"
    return Said("asked of", words, "passes", statement or asked.subject.created)


def _verdict(outcomes: tuple[Outcome, ...]) -> str:
    """Return what comes of a condition in one word: true, false, null, error or depends."""
    kinds = {"error" if isinstance(one, PredicateError) else _NAMES[one] for one in outcomes}
    return kinds.pop() if len(kinds) == 1 else "depends"


_NAMES = {True: "true", False: "false", None: "null"}


def outcome(trace: Trace, steps: Iterable[Said]) -> str:
    """Return what becomes of the row that is given, "" where none is."""
    if not (trace.given.row or trace.given.is_session):
        return ""
    verdicts = [step.verdict for step in steps if step.step != "way"]
    if "stops" in verdicts:
        return "no such row passes"
    if not {"unknown", "perhaps", "assumed"}.isdisjoint(verdicts):
        return "whether such a row passes is not known"
    if not {"none", "fails"}.isdisjoint(verdicts):
        return "no such row passes"
    # A condition that takes too long to work out is told in general only.
    if "in general" in verdicts:
        return "whether such a row passes is not known"
    if "may be refused" in verdicts:
        return "a condition raises an error, so the command may be refused"
    if "depends" in verdicts:
        return "whether such a row passes depends on what is not given"
    return "such a row passes"


def changes(trace: Trace, ways: Iterable[Way]) -> Iterator[str]:
    """Yield what would have to be otherwise for another answer."""
    rows, table = trace.rows, trace.table
    name = table.sql_name
    command = trace.command.upper()
    who = quoted_roles((trace.role,)) if trace.role != MIGRATION_ROLE else "its role"
    match rows.ground:
        case Ground.no_privilege:
            yield f"for rows: GRANT {command} ON {name} TO {who};"
        case Ground.no_usage:
            yield f"for rows: GRANT USAGE ON SCHEMA {quoted_identifier(table.schema)} TO {who};"
        case Ground.not_applied:
            yield f"for none: REVOKE TRUNCATE ON {name} FROM {listed(_grantees(trace)) or who};"
        case Ground.off:
            yield f"for fewer rows: ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"
        case Ground.superuser:
            yield f"for fewer rows: ALTER ROLE {who} NOSUPERUSER;"
        case Ground.bypassrls:
            yield f"for fewer rows: ALTER ROLE {who} NOBYPASSRLS;"
        case Ground.owner:
            yield f"for fewer rows: ALTER TABLE {name} FORCE ROW LEVEL SECURITY;"
            yield f"or to connect as a role without the rights of {role_in_words(table.owner)}"
        case Ground.no_policy:
            yield f"for rows: a permissive policy FOR {command} TO {who} on {name}"
        case Ground.refused if rows.lack is not None:
            yield f"for rows: {_grant_of(rows.lack, who)}"
        case Ground.recursion:
            yield "for rows: policies that do not look into their own table"
        case Ground.policies if rows.extent in (Extent.own, Extent.some):
            yield f"for more rows: another permissive policy FOR {command} that admits them"
            yield "for fewer: a restrictive policy, or narrower conditions in those that admit them"
        case Ground.policies if rows.extent is Extent.every:
            yield "for fewer rows: a narrower condition in the policy that lets all pass"
        case Ground.unknown:
            yield "for an answer: what is not known has to be known"
        case _:
            pass
    for way in ways:
        first = way.via[0]
        if way.kind == "view" and isinstance(first, Relation):
            yield f"for less through {first}: ALTER VIEW {first.sql_name} SET (security_invoker);"
        elif way.kind == "function":
            yield f"for less through {first}: REVOKE EXECUTE on it, or SECURITY INVOKER"
        elif isinstance(first, Relation) and way.kind in (
            "partition",
            "child",
            "materialized view",
        ):
            yield f"for less through {first}: REVOKE {command} ON {first.sql_name} FROM {who};"


def _grant_of(lack: Lack, who: str) -> str:
    """Return what gives a role what it lacks."""
    to = quoted_roles((lack.role,)) if lack.role else who
    match lack.subject:
        case _ if lack.privilege == "usage":
            return f"GRANT USAGE ON SCHEMA {quoted_identifier(lack.subject.schema)} TO {to};"
        case Function() as function:
            return f"GRANT EXECUTE ON FUNCTION {function.signature} TO {to};"
        case relation:
            return f"GRANT SELECT ON {relation.sql_name} TO {to};"


def _grantees(trace: Trace) -> list[str]:
    grants = (one for step in trace.steps if isinstance(step, PrivilegeStep) for one in step.grants)
    return [quoted_roles((one.grant.grantee,)) for one in grants]
