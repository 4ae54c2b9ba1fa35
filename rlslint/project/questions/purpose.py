"""What those who wrote a statement say that its object is for, in the comments right above it."""

from __future__ import annotations

from rlslint import Pattern
from rlslint.catalog.facts import Facts
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.project.project import Project
from rlslint.project.questions.left_out import lines_of, written
from rlslint.text import Statement
from rlslint.text.sentences import words_of

_COMMENTED = Pattern(r"(?:--|//|#|/\*|^\s*\*)(?P<said>.*)")
_MEANT = Pattern(
    r"(?i)\b(?:intentional\w*|intended|deliberate\w*|by design|on purpose|purposely"
    r"|por dise[ñn]o|a prop[óo]sito|intencional\w*|de prop[óo]sito|par conception|volontairement"
    r"|absichtlich|bewusst|per scelta|celowo|намеренно)\b"
)
_SHARED = Pattern(
    r"(?i)\b(?:global|shared|system-wide|platform-wide|cross-tenant)\s+(?:across|between|by"
    r"|catalog\w*|config\w*|data|dictionar\w*|lookups?|reference|registry|settings|tables?"
    r"|templates?)\b|\b(?:lookup|reference)\s+(?:data|tables?)\b"
    r"|\b(?:not|no)\s+tenant[- ](?:scoped|specific|data)"
    r"|\b(?:not|isn['’]t)\s+(?:scoped|bound)\s+to\s+(?:a|any|one)\s+(?:org\w*|tenant|workspace)"
)
_PUBLISHED = Pattern(
    r"(?i)\bpublic(?:ly)?[- ](?:access\w*|catalog\w*|content|data|director\w*|info\w*|listings?"
    r"|pages?|profiles?|read\w*|view\w*|visible)\b"
    r"|\b(?:readable|visible|viewable|accessible|available|open)\s+(?:by|for|to)\s+"
    r"(?:all|any|every)\w*"
    r"|\b(?:anyone|anybody|everyone|everybody|all\s+(?:\w+\s+)?(?:members|users|visitors|tenants))"
    r"\s+(?:can|may|reads?|sees?)\b"
    r"|\b(?:acc?es[os]o|cat[áa]logo|conte(?:ni|ú|u)do|da[dt]os|le[ci]tura|listado|p[áa]ginas?|perfi\w+|vista)"
    r"\s+(?:de\s+\w+\s+)?p[úu]blic[ao]s?\b"
)
_REDUCED = Pattern(
    r"(?i)\b(?:basic|limited|minimal|non-?sensitive|public|safe|saniti[sz]ed)\s+(?:necessary\s+)?"
    r"(?:booking|columns?|data|fields?|info\w*|projections?|subset|view)\b"
    r"|\bprojection\s+of\b|\b(?:without|exclud\w+|hid\w+|omit\w*)\s+(?:any\s+|the\s+)?"
    r"(?:confidential|pii|personal|private|sensitive)\b"
    r"|\b(?:sem|sin)\s+(?:dados|datos)\s+sens[íi]"
    r"|\b(?:dados|datos|info\w*|perfi\w+)\s+p[úu]blic[ao]s?\b"
    r"|\bsecurity_invoker\b"
)
"""In comments on a view or a function that shows less than its table holds, to whoever asks."""
_REGRET = Pattern(
    r"(?i)\b(?:bad|bugs?|fixme|forg[eo]t\w*|insecure|later|leak\w*|temp\w*|todo|unsafe|until"
    r"|vulnerab\w*|wrong|xxx)\b"
)
_OTHERWISE = Pattern(
    r"(?i)\b(?:bad|bugs?|cannot|disabl\w*|fixme|forg[eo]t\w*|insecure|later|leak\w*|must|never"
    r"|(?<!read[- ])only|oops|own|should|temp\w*|todo|unsafe|until|vulnerab\w*|wrong|xxx|yet)\b"
    r"|n['’]t\b"
)
"""In comments that regret it, or that speak of whose rows are whose."""

_CALLED_PUBLIC = frozenset(
    ("public", "publicly", "publico", "publicos", "publica", "publicas", "público", "públicos",
     "pública", "públicas", "publique", "publiques", "oeffentlich", "öffentlich")
)  # fmt: skip


def is_called_public(name: str) -> bool:
    """Tell whether a name has a word for public, in one of the languages that names are made in."""
    return not words_of(name).isdisjoint(_CALLED_PUBLIC)


def is_said_to_be_open(subject: object, project: Project) -> bool:
    """Tell whether comments on what made an object say that all are meant to get at it.

    They stand right above the statement or where it begins, and say so without regret. What is
    said of a table is said of its policies. What all may read, they may not change.
    """
    match subject:
        case Policy(command="select" | "insert"):
            saying: tuple[Pattern[str], ...] = (_MEANT, _SHARED, _PUBLISHED)
        case Policy():
            saying = (_MEANT,)
        case Relation() if subject.knows("kind") and not (
            subject.is_view or subject.is_materialized_view
        ):
            saying = (_MEANT, _SHARED)
        case Facts():
            saying = (_MEANT, _SHARED, _PUBLISHED)
        case _:
            return False
    objects = (subject, subject.relation) if isinstance(subject, Policy) else (subject,)
    said = [(words, _OTHERWISE) for words in saying]
    if isinstance(subject, Function) or (isinstance(subject, Relation) and subject.is_view):
        said.append((_REDUCED, _REGRET))
    return any(
        (made := one.created) is not None
        and any(project.ask(_is_said_of, written(made), *words) for words in said)
        for one in objects
    )


def _is_said_of(
    project: Project, statement: Statement, words: Pattern[str], otherwise: Pattern[str]
) -> bool:
    text = statement.text
    first = text.location(statement.start).row
    for row in project.ask(lines_of, statement):
        if row > first:
            break
        comment = _COMMENTED().search(text.line(row))
        if comment is None:
            continue
        said = comment["said"]
        if words().search(said) is not None and otherwise().search(said) is None:
            return True
    return False
