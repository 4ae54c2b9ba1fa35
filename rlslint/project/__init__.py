"""All that a rule may ask, and what it hands out: its findings, and what it could not judge."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.predicates import Clause
from rlslint.config import Confidence, Severity
from rlslint.sql.expressions import Expr
from rlslint.text import Related, Span, Statement


class Standing(NamedTuple):
    """What a finding is known by another time, beside its rule and its object.

    `reach` are the roles that get at the object, each with what it may do (`SELECT`, `SELECT
    (title)`). `statement` tells what makes the fault from other statements, `related` what else has
    a part in it; that a table was made and what was granted on it, `reach` tells.
    """

    reach: frozenset[tuple[str, str]]
    statement: str
    related: frozenset[str]


class Finding(NamedTuple):
    """One fault, where it stands and how it is mended.

    `message` says the effect first, then the cause. `label` is the short text beside the marked
    code. `help` is SQL (or host code) that mends the fault. `object` is the qualified name of what
    the finding is about (`public.docs`, `public.docs.tenant_isolation`, a role, a setting).
    `statement` is what an ignore comment must stand on to cover the finding; where it is None,
    that is the statement (or the line) of `span`. A check leaves `severity` and `confidence` None
    where its card's values hold. `rule`, `files` (those that made the subject what it is),
    `database` ("" where files tell of the fault) and `standing` (where it is compared with earlier
    findings) are filled in by the engine; a check never names itself.
    """

    object: str
    message: str
    span: Span | None
    label: str = ""
    help: str = ""
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    confidence: Confidence | None = None
    statement: Statement | None = None
    rule: str = ""
    files: frozenset[str] = frozenset()
    database: str = ""
    standing: Standing | None = None


class NotChecked(NamedTuple):
    """One thing that could not be judged.

    `kind` is a noun for it ("table", "query"), `object` its name, `reason` continues the noun
    ("behind dynamic SQL", "built at run time"). `rules` are those that stayed silent, none for all.
    """

    kind: str
    object: str
    reason: str
    rules: tuple[str, ...] = ()
    span: Span | None = None


Shown = Span | Statement | Clause | None
"""What a finding may show: None and what was never written are nowhere."""


def shown(found: Shown, part: Expr | None = None) -> Span | None:
    """Return where something stands, or a part of a clause, None for what is nowhere."""
    match found:
        case Statement():
            return found.span
        case Clause():
            return found.span(part)
        case _:
            return found


def also_shown(*others: tuple[Shown, str], beside: Shown = None) -> tuple[Related, ...]:
    """Return the other places of a finding with what to say of each.

    What is nowhere is left out, and what stands where `beside` does, which the finding marks.
    """
    mark = shown(beside)
    spans = ((shown(found), message) for found, message in others)
    return tuple(
        Related(span, message) for span, message in spans if span is not None and span != mark
    )
