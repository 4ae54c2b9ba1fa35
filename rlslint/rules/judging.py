"""Every rule is asked about every subject of its kind."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator

from rlslint import NamedTuple
from rlslint.catalog import Dynamic, Refusal, RowAccess
from rlslint.catalog.facts import DataDecides, Facts, GivenUp, UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.config import Severity
from rlslint.project import Finding, NotChecked, shown
from rlslint.project.project import Project
from rlslint.project.terms import Terms
from rlslint.rules import Selection, card
from rlslint.rules.facts import facts_of
from rlslint.rules.registry import Candidate, Rule, candidates
from rlslint.sql.parser import BrokenStatement
from rlslint.text import Related, Span, Statement, Text
from rlslint.text.faults import Fault, is_out_of_depth

_NOUNS = {
    "BrokenStatement": "statement",
    "Dump": "call of pg_dump",
    "Dynamic": "statement",
    "EntryUse": "entry of the baseline",
    "IgnoreUse": "ignore",
    "OutsideScript": "script",
    "PublicKey": "key",
    "LostIdentity": "header",
    "QuerySite": "query",
    "AlteredPolicy": "policy",
    "Removal": "policy",
    "AlteredTable": "table",
    "Family": "table",
    "MissedDrop": "policy",
    "Reversal": "table",
    "DefaultGrants": "statement",
    "Revocation": "statement",
    "SessionTrace": "function of the application",
    "Refusal": "statement",
    "RewriteRule": "rule",
    "RowAccess": "statement",
    "SchemaPush": "command",
    "ServerVersion": "version of PostgreSQL",
    "SessionSetting": "setting",
    "StartupOption": "setting",
    "StoredSetting": "setting",
}
"""What messages call a subject whose kind does not say it."""


class Unjudged(NamedTuple):
    """A rule that could not judge a subject, for it lacked a fact.

    `cause` is the kind of what that raised, `statement` the one that made the fact unknown.
    """

    rule: str
    subject: object
    cause: type[UnknownFact]
    statement: Statement | None


def judge(
    subjects: Iterable[tuple[str, object]],
    project: Project,
    selection: Selection,
    unjudged: list[Unjudged],
    faults: list[Fault],
    remembered: Remembered | None = None,
) -> list[Finding]:
    """Ask every rule about every subject of its kind.

    Where a fact was missing is added to `unjudged`, and what went wrong in a rule to `faults`: the
    others are asked nevertheless. Whether a rule is about policies of certain terms at all is asked
    once for all of these. What is `remembered` of subjects is not asked again.
    """
    asked_of = _Asked(selection)
    asked = list(subjects)
    found: list[Finding] = []
    if remembered is None:
        told = _judged(asked, project, asked_of)
    else:
        told = remembered.judged(asked, project, asked_of)
    for number, judged in told:
        subject = asked[number][1]
        found += judged.findings
        unjudged += (Unjudged(rule, subject, kind, made) for rule, kind, made in judged.silent)
        faults += (_fault(rule, subject, error) for rule, error in judged.errors)
    shown = (_where_on(finding, selection) for finding in _without_yielding(found))
    return [finding for finding in shown if finding is not None]


class _Judged(NamedTuple):
    """What came of asking rules about one subject.

    `silent` are those that lacked a fact, with what it was; in others something went wrong.
    """

    findings: list[Finding]
    silent: list[tuple[str, type[UnknownFact], Statement | None]]
    errors: list[tuple[str, Exception]]


class Remembered:
    """What came of subjects when they were judged the last time.

    `is_near` tells of a subject, with its kind, whether it has to be judged anew nevertheless.
    `meanwhile` is called before each that is: whoever has something better to do raises there.
    """

    def __init__(self) -> None:
        self.is_near: Callable[[str, object], bool] = lambda kind, subject: True
        self.meanwhile: Callable[[], None] = lambda: None
        self._known: dict[tuple[object, ...], tuple[object, _Judged]] = {}

    def judged(
        self, asked: list[tuple[str, object]], project: Project, asked_of: _Asked
    ) -> Iterator[tuple[int, _Judged]]:
        """Yield what came of each subject of which there is anything to say, with its number."""
        known: dict[tuple[object, ...], tuple[object, _Judged]] = {}
        for number, (kind, subject) in enumerate(asked):
            key = _identity(kind, subject)
            before, judged = self._known.get(key, (None, None))
            if judged is None or not _is_same(before, subject) or self.is_near(kind, subject):
                self.meanwhile()
                judged = _judge(kind, subject, project, asked_of)
            known[key] = subject, judged
            if any(judged):
                yield number, judged
        self._known = known


def _identity(kind: str, subject: object) -> tuple[object, ...]:
    """Return what tells a subject from others: itself, or for one made anew each time its parts."""
    return (kind, *map(id, subject)) if isinstance(subject, tuple) else (kind, id(subject))


def _is_same(one: object, other: object) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(operator.is_, one, other))
    return one is other


_ENOUGH = 400
"""So many subjects are worth a second process."""


def _judged(
    asked: list[tuple[str, object]], project: Project, asked_of: _Asked
) -> Iterator[tuple[int, _Judged]]:
    """Yield what came of each subject of which there is anything to say, with its number, in order.

    Two processes share many subjects, where there are two.
    """

    def judged(numbers: Iterable[int]) -> list[tuple[int, _Judged]]:
        found = ((n, _judge(*asked[n], project, asked_of)) for n in numbers)
        return [(number, one) for number, one in found if any(one)]

    if len(asked) >= _ENOUGH:
        from rlslint.rules.two_processes import MOST_BLOCKS, shared
        from rlslint.text import second_process

        if second_process.is_at_hand():
            size = max(8, len(asked) // MOST_BLOCKS + 1)
            # What takes in all tables is told of the first one: tables come early.
            alike = sorted(range(len(asked)), key=lambda number: asked[number][0], reverse=True)
            blocks = [alike[n : n + size] for n in range(0, len(asked), size)]
            told = [one for found in shared(blocks, judged, _texts(asked)) for one in found]
            yield from sorted(told, key=operator.itemgetter(0))
            return
    yield from judged(range(len(asked)))


def _texts(asked: list[tuple[str, object]]) -> dict[int, Text]:
    """Return the texts of the statements that made the subjects what they are."""
    texts = {}
    for _, subject in asked:
        if isinstance(subject, Facts):
            for statement in subject.statements.values():
                texts[id(statement.text)] = statement.text
        elif isinstance(of_it := getattr(subject, "statement", None), Statement):
            texts[id(of_it.text)] = of_it.text
    return texts


def _judge(kind: str, subject: object, project: Project, asked_of: _Asked) -> _Judged:
    judged = _Judged([], [], [])
    try:
        rules = asked_of.rules(kind, subject, project)
    except Exception as error:
        return _Judged([], [], [(one.name, error) for one in asked_of.candidates(kind)])
    for rule in rules:
        try:
            if made := tuple(rule.check(subject, project)):
                files = _files_of(subject)
                named = (one._replace(rule=rule.name, files=files) for one in made)
                judged.findings.extend(_weighed(one, subject, project) for one in named)
        except UnknownFact as cause:
            judged.silent.append((rule.name, type(cause), cause.statement))
        except Exception as error:
            if isinstance(error, RecursionError) and is_out_of_depth(error):
                judged.silent.append((rule.name, GivenUp, None))
            else:
                judged.errors.append((rule.name, error))
    return judged


class _Asked:
    """Which rules are asked of which subjects: those that the facts of a subject let speak.

    Of policies, those are asked that are, or may be, about terms like theirs.
    """

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._candidates: dict[str, list[Candidate]] = {}
        self._rules: dict[tuple[object, ...], tuple[Rule, ...]] = {}

    def candidates(self, kind: str) -> list[Candidate]:
        """Return the rules about subjects of a kind that are on."""
        if kind not in self._candidates:
            names = self._selection.names
            self._candidates[kind] = [one for one in candidates(kind) if one.name in names]
        return self._candidates[kind]

    def rules(self, kind: str, subject: object, project: Project) -> tuple[Rule, ...]:
        """Return the rules for a subject; the modules of others are not imported."""
        try:
            facts = facts_of(kind, subject, project)
        except Exception:
            facts = None
        terms = project.terms(subject) if isinstance(subject, Policy) else None
        key = kind, facts, terms
        if key not in self._rules:
            asked = [one for one in self.candidates(kind) if one.may_be_about(facts)]
            rules = (rule for one in asked for rule in one.rules())
            self._rules[key] = tuple(rules if terms is None else _about(terms, rules, project))
        return self._rules[key]


def _where_on(finding: Finding, selection: Selection) -> Finding | None:
    """Return a finding in a file for which its rule is on, None where that is none.

    What opens a table in such a file is a fault of that file, wherever the table is made.
    """
    span = finding.span
    if span is None or selection.is_on(finding.rule, span.text.path):
        return finding
    for opening in finding.related:
        if opening.opens and selection.is_on(finding.rule, opening.span.text.path):
            others = (related for related in finding.related if related is not opening)
            return finding._replace(
                span=opening.span,
                label=opening.message,
                related=(Related(span, finding.label), *others),
                statement=None,
            )
    return None


def _without_yielding(findings: list[Finding]) -> list[Finding]:
    """Leave out what another finding says more specifically: of the same place on the same object,
    or of what stands at a place that it points to.

    Which rule speaks in whose stead, their cards say; advice yields to all that weighs more.
    """
    weighs_more = any(map(_weighs_more_than_advice, findings))
    by_object: dict[str, list[Finding]] = {}
    pointing_to: dict[Span, list[Finding]] = {}
    for finding in findings:
        by_object.setdefault(finding.object, []).append(finding)
        for related in finding.related:
            pointing_to.setdefault(related.span, []).append(finding)

    def yields(finding: Finding) -> bool:
        if "*" in card(finding.rule).yields_to:
            return weighs_more and _severity(finding) is Severity.info
        span = finding.span
        if span is None:
            return False
        others = [one for one in by_object[finding.object] if _is_in_one_place(one.span, span)]
        others += pointing_to.get(span, ())
        rules = {one.rule for one in others} - {finding.rule}
        return bool(rules) and not rules.isdisjoint(card(finding.rule).yields_to)

    return [finding for finding in findings if not yields(finding)]


def _weighs_more_than_advice(finding: Finding) -> bool:
    return _severity(finding) > Severity.info and card(finding.rule).effect != "perf"


def _weighed(finding: Finding, subject: object, project: Project) -> Finding:
    """Return a finding, as less where it rests on a guess."""
    severity = _severity(finding)
    if severity is Severity.info or (severity is Severity.warning and not project.has_others):
        return finding
    from rlslint.rules.weighing import weighed

    return weighed(finding, subject, project)


def _severity(finding: Finding) -> Severity:
    return card(finding.rule).severity if finding.severity is None else finding.severity


def _is_in_one_place(one: Span | None, other: Span | None) -> bool:
    if one is None or other is None or one.text is not other.text:
        return False
    return one.start < other.end and other.start < one.end


def _about(terms: Terms, rules: Iterable[Rule], project: Project) -> Iterator[Rule]:
    """Yield the rules that are, or may be, about policies of these terms."""
    for rule in rules:
        try:
            if rule.where is None or rule.where(terms, project):
                yield rule
        except RecursionError as error:
            yield _perhaps(rule, GivenUp(terms) if is_out_of_depth(error) else error)
        except Exception as gap:
            yield _perhaps(rule, gap)


def _perhaps(rule: Rule, gap: Exception) -> Rule:
    """Return a rule that may not be about a subject after all, which raises why if it matters."""

    def check(subject: object, project: Project) -> Iterator[Finding]:
        if tuple(rule.check(subject, project)) or not isinstance(gap, UnknownFact):
            raise gap
        return iter(())

    return rule._replace(check=check)


def _fault(rule: str, subject: object, error: Exception) -> Fault:
    return Fault(f"judged by {rule}", _noun(subject), _name(subject), error, rule)


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
    """Say of each subject that rules could not judge why, once, with their names.

    `beyond_catalog` continues the noun where nothing that was read says anything of it.
    """
    by_subject: dict[int, list[Unjudged]] = {}
    for one in unjudged:
        by_subject.setdefault(id(one.subject), []).append(one)
    for alike in by_subject.values():
        _, subject, cause, statement = alike[0]
        beyond = isinstance(subject, Relation) and subject.is_beyond_history
        # A broken statement, which has no kind, may have made what nothing else in it makes.
        known = statement is not None and not (beyond and statement.kind)
        reason = "behind SQL that could not be evaluated" if known else beyond_catalog
        if issubclass(cause, GivenUp):
            reason = "with conditions too long or too deep to work out"
        elif issubclass(cause, DataDecides):
            reason = "with conditions of which only the rows tell whom they admit"
        rules = tuple(one.rule for one in alike)
        yield NotChecked(_noun(subject), _name(subject), reason, rules, shown(statement))


def _name(subject: object) -> str:
    """Return what messages call a subject; one that fails to say it has no name."""
    try:
        match subject:
            case BrokenStatement() | Refusal() | Dynamic() | RowAccess():
                text, start = subject.statement.text, subject.statement.start
                return f"{text.path}:{text.location(start).row}"
            case _:
                return str(subject)
    except Exception:
        return "without a name"


def _noun(subject: object) -> str:
    if isinstance(subject, Relation):
        is_view = subject.knows("kind") and (subject.is_view or subject.is_materialized_view)
        return "view" if is_view else "table"
    kind = type(subject).__name__
    return _NOUNS.get(kind, kind.lower())
