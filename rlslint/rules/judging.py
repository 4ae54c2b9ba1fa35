"""Every rule is asked about every subject of its kind."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import NamedTuple

from rlslint.catalog.facts import Facts, GivenUp, UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.project.findings import Finding, NotChecked
from rlslint.project.project import Project
from rlslint.project.sessions import QuerySite, SessionTrace
from rlslint.rules.registry import Rule, rules_for
from rlslint.rules.selection import Selection
from rlslint.rules.shapes import JUDGED_BY_SHAPE, Shapes
from rlslint.server.evidence import SessionSetting


class Unjudged(NamedTuple):
    """A rule that could not judge a subject, for it lacked a fact."""

    rule: str
    subject: object
    cause: UnknownFact


def subjects(project: Project) -> Iterator[tuple[str, object]]:
    """Yield all that rules look at, with the kind that their annotations name."""
    catalog = project.catalog
    for refusal in catalog.refusals:
        yield "Refusal", refusal
    for dynamic in catalog.dynamic:
        yield "Dynamic", dynamic
    for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
        if relation.is_beyond_history or relation.is_table:
            yield "Table", relation
        elif relation.is_view or relation.is_materialized_view:
            yield "View", relation
        for policy in relation.policies.known():
            yield "Policy", policy
    for function in catalog.functions.known():
        yield "Function", function
    for role in catalog.roles.values():
        yield "Role", role
    for publication in catalog.publications.known():
        yield "Publication", publication
    for query in project.queries:
        yield "QuerySite", query
    for trace in project.traces:
        yield "SessionTrace", trace
    for connection in project.connections:
        yield "Connection", connection


def judge(
    subjects: Iterable[tuple[str, object]],
    project: Project,
    selection: Selection,
    unjudged: list[Unjudged],
) -> list[Finding]:
    """Ask every rule about every subject of its kind; add to `unjudged` where a fact was missing.

    Of policies of one shape without a fault only the first is put to the rules of shapes.
    """
    rules: dict[str, list[Rule]] = {}
    by_identity: list[Rule] = []
    shapes, faultless = Shapes(project), set[Hashable]()
    found: list[Finding] = []
    for kind, subject in subjects:
        if kind not in rules:
            rules[kind] = [r for r in rules_for(kind) if r.name in selection.names]
            if kind == "Policy":
                by_identity = [r for r in rules[kind] if r.name not in JUDGED_BY_SHAPE]
        shape = shapes.of(subject) if isinstance(subject, Policy) else None
        so_far = len(found) + len(unjudged)
        for rule in rules[kind] if shape not in faultless else by_identity:
            try:
                made = tuple(rule.check(subject, project))
            except UnknownFact as cause:
                unjudged.append(Unjudged(rule.name, subject, cause))
            except RecursionError:
                unjudged.append(Unjudged(rule.name, subject, GivenUp(subject)))
            else:
                found += [
                    finding._replace(rule=rule.name, files=_files_of(subject)) for finding in made
                ]
        if shape is not None and len(found) + len(unjudged) == so_far:
            faultless.add(shape)
    return [
        finding
        for finding in found
        if finding.span is None or selection.is_on(finding.rule, finding.span.text.path)
    ]


def _files_of(subject: object) -> frozenset[str]:
    """Return the files whose statements made a subject of the catalog what it is."""
    match subject:
        case Relation():
            parts: tuple[Facts, ...] = (subject, *subject.policies.known())
        case Policy():
            parts = (subject, subject.relation)
        case Facts():
            parts = (subject,)
        case _:
            return frozenset()
    statements = (statement for part in parts for statement in part.statements.values())
    return frozenset(statement.span.text.path for statement in statements)


def not_checked(
    unjudged: Iterable[Unjudged], beyond_catalog: str = "beyond the history"
) -> Iterator[NotChecked]:
    """Say of each subject that a rule could not judge why.

    `beyond_catalog` continues the noun where nothing that was read says anything of it.
    """
    for rule, subject, cause in unjudged:
        statement = cause.statement
        beyond = isinstance(subject, Relation) and subject.is_beyond_history
        known = statement is not None and not beyond
        reason = "behind SQL that could not be evaluated" if known else beyond_catalog
        if isinstance(cause, GivenUp):
            reason = "with conditions too long or too deep to work out"
        span = statement.span if statement is not None else None
        yield NotChecked(_noun(subject), str(subject), reason, rule, span)


def _noun(subject: object) -> str:
    match subject:
        case Relation():
            is_view = subject.knows("kind") and not subject.is_table
            return "view" if is_view else "table"
        case QuerySite():
            return "query"
        case SessionTrace():
            return "function of the application"
        case SessionSetting():
            return "setting"
        case _:
            return type(subject).__name__.lower()
