"""What those who wrote a statement say that its object is for, in the comments right above it."""

from __future__ import annotations

from rlslint.catalog.facts import Facts
from rlslint.catalog.model import Policy
from rlslint.project.project import Project
from rlslint.project.questions.left_out import lines_of, written
from rlslint.text import Statement
from rlslint.text.patterns import Pattern

_COMMENTED = Pattern(r"(?:--|//|#|/\*|^\s*\*)(?P<said>.*)")
_SAYS = Pattern(
    r"(?i)\b(?:intentional\w*|intended|deliberate\w*|by design|on purpose|purposely"
    r"|por dise[ñn]o|a prop[óo]sito|intencional\w*|de prop[óo]sito|par conception|volontairement"
    r"|absichtlich|bewusst|per scelta|celowo|намеренно)\b"
    r"|\bpublic(?:ly)?[- ](?:access\w*|catalog\w*|content|data|director\w*|info\w*|listings?|pages?"
    r"|profiles?|read\w*|view\w*|visible)\b"
    r"|\b(?:readable|visible|viewable|accessible|available|open)\s+(?:by|for|to)\s+"
    r"(?:all|any|every)\w*"
    r"|\b(?:anyone|anybody|everyone|everybody|all\s+(?:\w+\s+)?(?:members|users|visitors|tenants))"
    r"\s+(?:can|may|reads?|sees?)\b"
    r"|\b(?:global|shared|system-wide|platform-wide|cross-tenant)\s+(?:across|between|by|catalog\w*"
    r"|config\w*|data|dictionar\w*|lookups?|reference|registry|settings|tables?|templates?)\b"
    r"|\b(?:lookup|reference)\s+(?:data|tables?)\b"
    r"|\b(?:not|no)\s+tenant[- ](?:scoped|specific|data)"
    r"|\b(?:not|isn['’]t)\s+(?:scoped|bound)\s+to\s+(?:a|any|one)\s+(?:org\w*|tenant|workspace)"
)
_OTHERWISE = Pattern(
    r"(?i)\b(?:bad|bugs?|cannot|disabl\w*|fixme|forg[eo]t\w*|insecure|later|leak\w*|must|never"
    r"|(?<!read[- ])only|oops|own|should|temp\w*|todo|unsafe|until|vulnerab\w*|wrong|xxx|yet)\b"
    r"|n['’]t\b"
)
"""In comments that regret it, or that speak of whose rows are whose."""


def is_said_to_be_open(subject: object, project: Project) -> bool:
    """Tell whether comments on what made an object say that all are meant to get at it.

    They stand right above the statement or where it begins, and say so without regret. What is
    said of a table is said of its policies.
    """
    if not isinstance(subject, Facts):
        return False
    if (made := subject.created) is not None and project.ask(_is_said_of, written(made)):
        return True
    return isinstance(subject, Policy) and is_said_to_be_open(subject.relation, project)


def _is_said_of(project: Project, statement: Statement) -> bool:
    text = statement.text
    first = text.location(statement.start).row
    for row in project.ask(lines_of, statement):
        if row > first:
            break
        comment = _COMMENTED().search(text.line(row))
        if comment is None:
            continue
        said = comment["said"]
        if _SAYS().search(said) is not None and _OTHERWISE().search(said) is None:
            return True
    return False
