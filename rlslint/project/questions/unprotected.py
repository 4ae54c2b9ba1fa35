"""The finding for a table without row security that holds rows of one that has it."""

from __future__ import annotations

from rlslint.access.exposure import Exposure
from rlslint.catalog.model import Relation
from rlslint.project import Finding, also_shown, shown
from rlslint.text import Statement


def unprotected(
    table: Relation,
    protected: Relation,
    exposed: Exposure,
    statement: Statement | None,
    *,
    cause: str,
    label: str,
    help: str,
) -> Finding:
    """Return the finding that `statement` left rows of `protected` open in `table`.

    `cause` continues the sentence "app can read every row of public.copy …".
    """
    enabled = protected.because("rls_enabled")
    span = shown(statement)
    related = also_shown((enabled, f"row security of {protected} is enabled here"))
    return Finding(
        object=str(table),
        message=f"{exposed.who} can {exposed.verb} every row of {table} {cause}",
        span=span,
        label=label,
        help=help,
        related=related + exposed.related(span),
        confidence=exposed.confidence,
    )
