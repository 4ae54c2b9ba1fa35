"""What lowers the weight of a table of tenants that has no row security."""

from __future__ import annotations

from rlslint.catalog.model import Relation
from rlslint.project.project import Project, is_only_key
from rlslint.text import Statement, Text
from rlslint.text.patterns import Pattern

_ROW_SECURITY = r"(?:\bRLS\b|\brow[- ]level[- ]security\b)"
_SAYS_NONE = Pattern(
    r"(?i)\b(?:no|not|non|without|outside|skip\w*|exempt\w*|exclud\w*|sem|sin|sans|ohne|senza"
    rf"|kein\w*|bez|без)\b[^\n.;]{{0,24}}?{_ROW_SECURITY}"
    rf"|{_ROW_SECURITY}[^\n.;]{{0,24}}?"
    r"(?:\b(?:not|intentionally|deliberately|unnecessary|excluded|exempt)\b|없|なし|無し|不要|нет)"
)
"""What a comment says of a table that is meant to have none, in words of several languages."""
_ENABLES = Pattern(r"(?i)\benable\s+row\s+level\s+security\b")
_REGRETS = Pattern(
    r"(?i)\b(?:bad|bugs?|fixme|forg[eo]t\w*|later|leaks?|missing|must|never|only|oops|should|todo"
    r"|unsafe|until|vulnerab\w*|wrong|xxx|yet)\b"
)
_MANY = 4


def is_said_to_have_none(table: Relation, project: Project) -> bool:
    """Tell whether a comment of the file that makes a table says that it has no row security.

    So it is where the file enables none, and says so without regret.
    """
    statement = table.because("rls_enabled") or table.created
    return statement is not None and project.ask(_says_none, _written(statement).text)


def _written(statement: Statement) -> Statement:
    while statement.parent is not None:
        statement = statement.parent
    return statement


def _says_none(project: Project, text: Text) -> bool:
    del project
    source = text.host if text.host is not None else text.data.decode("utf-8", "replace")
    if _ENABLES().search(source) is not None:
        return False
    return any(
        _SAYS_NONE().search(line) is not None and _REGRETS().search(line) is None
        for line in source.splitlines()
        if "--" in line or text.host is not None
    )


def goes_by_lesser_columns(table: Relation, project: Project) -> bool:
    """Tell whether nothing of a table tells its tenant, but only of whom it is within one.

    Such are columns that policies never compare without another one that tells tenants, and those
    that they compare on a single table while another one divides many.
    """
    names = [column.name for column in project.tenant_columns(table)]
    lesser = project.ask(_lesser_columns)
    return bool(names) and lesser.issuperset(names)


def _lesser_columns(project: Project) -> frozenset[str]:
    compared = [
        frozenset(
            column.name
            for column in project.compared_columns(policy)
            if not is_only_key(policy.relation, column)
        )
        for policy in project.catalog.policies()
    ]
    alone = {name for names in compared if len(names) == 1 for name in names}
    uses = project.tenant_column_uses
    most = max(uses.values(), default=0)
    rare = {name for name, used in uses.items() if used == 1 and most >= _MANY}
    beside = {name for names in compared if names & alone for name in names} - alone
    return frozenset(beside | rare) - frozenset(project.config.tenant_columns)
