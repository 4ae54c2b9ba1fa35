"""Policies with a part of their clause written in another way, as SQL that runs."""

from __future__ import annotations

from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.project.questions.exposure import qualified
from rlslint.sql.expressions import Expr
from rlslint.sql.plain_spelling import plain_sql
from rlslint.text import CatalogText


def reworded(policy: Policy, clause: Clause, part: Expr, template: str) -> str:
    """Return the ALTER POLICY that puts `template`, the old SQL filled in, in the place of `part`.

    "" where the clause has no text to start from.
    """
    whole, old = clause.span(), clause.span(part)
    if whole is None or old is None or clause.statement is None or not clause.statement.is_written:
        return ""
    before = whole.text.slice(whole.start, old.start)
    after = whole.text.slice(old.end, whole.end)
    condition = plain_sql(
        f"{before}{template.format(old.sql)}{after}", isinstance(whole.text, CatalogText)
    )
    word = "USING" if clause is policy.using else "WITH CHECK"
    return f"ALTER POLICY {qualified(policy)} {word} ({condition});"
