"""What rlslint reports: findings, how grave they are and how sure it is."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from rlslint.text import Span, Statement


class Severity(IntEnum):
    """How much harm the fault does; the order is that of the numbers."""

    info = 1
    warning = 2
    error = 3


class Confidence(IntEnum):
    """How sure rlslint is that the fault is there; the order is that of the numbers."""

    low = 1
    medium = 2
    high = 3


class Related(NamedTuple):
    """Another place that has a part in a finding."""

    span: Span
    message: str


class Finding(NamedTuple):
    """One fault, where it stands and how it is mended.

    `message` says the effect first, then the cause. `label` is the short text beside the marked
    code. `help` is SQL (or host code) that mends the fault. `object` is the qualified name of what
    the finding is about (`public.docs`, `public.docs.tenant_isolation`, a role, a setting).
    `statement` is what an ignore comment must stand on to cover the finding; where it is None,
    that is the statement (or the line) of `span`. A check leaves `severity` and `confidence` None
    where its card's values hold. `rule`, `files` (those that made the subject what it is) and
    `database` ("" where files tell of the fault) are filled in by the engine; a check never names
    itself.
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
