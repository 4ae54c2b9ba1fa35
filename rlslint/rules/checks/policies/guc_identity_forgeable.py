"""guc-identity-forgeable: policies believe a setting that every session may set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.catalog.model import Policy
from rlslint.config import Severity
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.terms import Terms, believed_setting
from rlslint.rules.registry import rule
from rlslint.text import HoleValue, Span

if TYPE_CHECKING:
    from rlslint.project.sessions import QuerySite


_BEFORE_NAMES = Pattern(
    rb"(?i)\b(?:from|into|update|table|join|on|policy|schema|only|exists)\s+(?:[\w.]+\.)?[\"\w]*\Z"
)
"""Before a name of an object, which hardly a client chooses."""


_OWN = Pattern(
    r"\b[A-Z][A-Z0-9_]{2,}\b|(?i:(?:\b|_)(?:cols?|columns?|conditions?|clauses?|fields?|filters?|from"
    r"|intervals?|joins?|limit|offset|orders?(?:_?by)?|placeholders?|select|sets?|sql|tables?|where)"
    r"(?:\b|_))|[a-z](?:Clause|Columns?|Conditions?|Fields?|Sql|Table)s?\b"
)
"""What programs call their own constants, and parts of queries that they put together."""
_BY_HAND = Pattern(r"(?i)(?:\A|[/._-])(?:bin|migrat\w*|scripts?|seed\w*|tools)(?:[/._-]|\Z)")
"""Programs that somebody runs, and no client."""


def _believes_a_setting(terms: Terms, project: Project) -> bool:
    return believed_setting(terms, project.context_functions) is not None


@rule(where=_believes_a_setting)
def guc_identity_forgeable(policy: Policy, project: Project) -> Iterator[Finding]:
    if project.ask(_first_believing) is not policy:
        return
    name = believed_setting(project.terms(policy), project.context_functions)
    tables = {str(other.relation) for other in _believing(project)}
    whose = f"{len(tables)} tables" if len(tables) > 1 else str(policy.relation)
    pasted = project.ask(_pasted)
    yield Finding(
        object=str(policy),
        message="whoever gets SQL of their own into a session of the application is any tenant they"
        f" like: policies of {whose} believe {name}, which every session may set",
        span=policy.clauses[0].span(None) if policy.clauses else None,
        label="every session may set this",
        help="keep values out of the SQL that the application sends; where clients run SQL of their"
        " own, give each tenant a role and compare session_user",
        related=also_shown((pasted, "becomes part of the SQL that the application sends")),
        severity=Severity.warning if pasted is not None else None,
    )


def _first_believing(project: Project) -> Policy | None:
    return next(_believing(project), None)


def _believing(project: Project) -> Iterator[Policy]:
    """Yield the permissive policies that go by a setting of the project's own, and by no user."""
    return (
        policy
        for policy in project.catalog.policies()
        if policy.permissive and project.ask(_is_believing, project.terms(policy))
    )


def _is_believing(project: Project, terms: Terms) -> bool:
    return _believes_a_setting(terms, project)


def _pasted(project: Project) -> Span | None:
    """Return where a value of who knows what becomes part of the SQL that the program sends."""
    if not project.queries:
        return None
    from rlslint.code.sites import Runs

    return next(
        (
            query.span_of(hole)
            for query in project.queries
            if query.site.runs is Runs.yes and not _only_sets(query)
            for hole in query.site.text.holes
            if not hole.binding and hole.value is HoleValue.anything
            if _OWN().search(hole.source) is None
            and _BY_HAND().search(query.site.text.path) is None
            if _BEFORE_NAMES().search(query.site.text.data[: hole.start]) is None
        ),
        None,
    )


def _only_sets(query: QuerySite) -> bool:
    """Tell whether a query only changes settings: set-string-interpolation speaks of that."""
    setting = [write.statement for write in query.writes if write.alone]
    return all(
        parsed.statement.kind == "VariableSetStmt"
        or any(parsed.statement is statement for statement in setting)
        for parsed in query.statements
    )
