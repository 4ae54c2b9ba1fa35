"""What lowers the weight of a table of tenants that has no row security."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint import Pattern
from rlslint.catalog.model import Relation
from rlslint.project.project import Project, is_only_key
from rlslint.text import Statement, Text

_ROW_SECURITY = r"(?:\bRLS\b|\brow[- ]level[- ]security\b)"
_SAYS_NONE = Pattern(
    r"(?i)\b(?:no|not|non|without|outside|skip\w*|exempt\w*|exclud\w*|sem|sin|sans|ohne|senza"
    rf"|kein\w*|bez|без)\b[^\n.;]{{0,24}}?{_ROW_SECURITY}"
    rf"|{_ROW_SECURITY}[^\n.;]{{0,24}}?"
    r"(?:\b(?:not|intentionally|deliberately|unnecessary|excluded|exempt)\b|없|なし|無し|不要|нет)"
)
"""What a comment says of a table that is meant to have none, in words of several languages."""
_ENABLES = Pattern(r"(?i)\benable\s+row\s+level\s+security\b")
_OTHERWISE = Pattern(
    r"(?i)\b(?:bad|bugs?|bypass\w*|can|cannot|context|could|disabl\w*|drop\w*|enforce\w*|fixme"
    r"|force\w*|forg[eo]t\w*|if|later|leaks?|missing|must|never|null|only|oops|polic\w*|remov\w*"
    r"|sees?|should|todo|turn\w*|unless|unsafe|until|vulnerab\w*|when|would|wrong|xxx|yet)\b"
)
"""In comments that regret it, or speak of what row security does where it is."""
_EXEMPTS = Pattern(r"(?i)\bexempt\w*")
_EXEMPT_FROM = Pattern(r"(?i)\bexempt\w*\s+from\s+(?P<what>[^:.;(]*)")
_OUTSIDE = Pattern(
    r"(?i)\b(?:outside|out|fora|fuera|hors|fuori|au(?:ß|ss)erhalb)\b[^\n.:;]{0,10}?"
    rf"{_ROW_SECURITY}"
)
_DENIES = Pattern(r"(?i)\b(?:no|nobody|none|nor|not|nothing|neither|whether)\b|n['’]t\b")
_TENANTS_APART = Pattern(r"(?i)\b(?:RLS|security|isolation|tenan\w+|it|this)\b")
_COMMENT = Pattern(r"\s*(?:--|//|#|/?\*|(?i:drop\s[^;]*\sif\s+exists\s[^;]*;\s*)?$)")
"""A comment, an empty line, or one that drops what the statement is to make anew."""
_DRAWN = Pattern(r"\s*(?:--|//|#|\*)[\W_]*")
_GRANTS = Pattern(r"(?i)\s*grant\s")
_MANY = 4


def is_said_to_have_none(table: Relation, project: Project) -> bool:
    """Tell whether a comment on a table, where it is made, says that it has no row security.

    It stands right above the statement, in it or at its end, and names no other table of the file,
    or it names this one, or is anywhere in a file that makes no other one. It counts where the
    file enables none, and says so without regret. A file that enables row security of others may
    name those that are exempt.
    """
    if table.name in project.ask(_exempted):
        return True
    statement = table.because("rls_enabled") or table.created
    if statement is None:
        return False
    whole = written(statement)
    said = project.ask(_lines_saying_so, whole.text)
    made = project.ask(_made_by_file).get(whole.text.path, [])
    if not said or made == [table.name]:
        return bool(said)
    of_table = project.ask(lines_of, whole)
    for row, line in said.items():
        named = _names_in(line).intersection(made)
        if table.name in named or (row in of_table and not named):
            return True
    return False


def written(statement: Statement) -> Statement:
    while statement.parent is not None:
        statement = statement.parent
    return statement


def _lines_saying_so(project: Project, text: Text) -> dict[int, str]:
    """Return the lines of a file that say of something that it has no row security, by number."""
    del project
    source = text.host if text.host is not None else text.data.decode("utf-8", "replace")
    if _ENABLES().search(source) is not None:
        return {}
    return {
        row: line
        for row in range(1, text.rows + 1)
        if "--" in (line := text.line(row)) or text.host is not None
        if _SAYS_NONE().search(line) is not None and _OTHERWISE().search(line) is None
    }


def _exempted(project: Project) -> frozenset[str]:
    """Return the words of lines that speak of exemptions, in files that enable row security."""
    texts: dict[str, Text] = {}
    for table in project.catalog.tables():
        if table.knows("rls_enabled") and table.rls_enabled:
            enabled = table.because("rls_enabled")
            if enabled is not None:
                text = written(enabled).text
                texts.setdefault(text.path, text)
    named = (
        word
        for text in texts.values()
        for row in range(1, text.rows + 1)
        if "--" in (line := text.line(row)) or text.host is not None
        for word in _named_as_exempt(line)
    )
    return frozenset((*named, *(word for text in texts.values() for word in _granted_alone(text))))


def _granted_alone(text: Text) -> Iterator[str]:
    """Yield the words of grants below a comment that says that what they are about has none."""
    is_below = False
    for row in range(1, text.rows + 1):
        line = text.line(row)
        if _COMMENT().match(line) is not None:
            says = _SAYS_NONE().search(line) is not None and _OTHERWISE().search(line) is None
            is_below = says or (is_below and _DRAWN().fullmatch(line) is not None and line != "")
        elif is_below and _GRANTS().match(line) is not None:
            yield from _names_in(line)
        else:
            is_below = False


def _named_as_exempt(line: str) -> set[str]:
    """Return the words of a comment that says what is exempt, without those of what from.

    Outside of a comment a program may hold prose; what opens a bracket or compares is none.
    """
    if _OTHERWISE().search(line) is not None:
        return set()
    if _COMMENT().match(line) is None and re.search(r"--|[(=]", line) is not None:
        return set()
    outside = _OUTSIDE().search(line)
    if outside is not None and _DENIES().search(line[: outside.end()]) is None:
        return _names_in(line[: outside.start()])
    if _EXEMPTS().search(line) is None:
        return set()
    found = _EXEMPT_FROM().search(line)
    if _DENIES().search(line) is not None:
        return set()
    if found is None:
        return _names_in(line)
    if _TENANTS_APART().search(found["what"]) is None:
        return set()
    return _names_in(line[: found.start()] + line[found.end() :])


def _names_in(line: str) -> set[str]:
    """Return the words of a line, also where a particle of another script follows (`orders는`)."""
    lowered = line.lower()
    return {*re.findall(r"\w+", lowered), *re.findall(r"[a-z0-9_]+", lowered)}


def _made_by_file(project: Project) -> dict[str, list[str]]:
    """Return the names of the tables that each file makes."""
    found: dict[str, list[str]] = {}
    for table in project.catalog.tables():
        if table.created is not None:
            found.setdefault(written(table.created).text.path, []).append(table.name)
    return found


def lines_of(project: Project, statement: Statement) -> range:
    """Return the lines of a statement, and those of the comments right above it."""
    del project
    text = statement.text
    first, last = (text.location(at).row for at in (statement.start, statement.end))
    while first > 1 and _COMMENT().match(text.line(first - 1)) is not None:
        first -= 1
    return range(first, last + 1)


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
