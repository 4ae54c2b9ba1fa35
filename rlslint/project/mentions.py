"""Where the objects of a project are named: what a word stands for, what makes it, what uses it.

An editor asks, at any place of any file; what the history leaves unknown is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from rlslint import NamedTuple, Pattern
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.config.server_settings import is_own_setting
from rlslint.meaning.bodies import (
    settings_read,
    settings_written,
    span_of_read,
    span_of_write,
)
from rlslint.meaning.context import context_reads
from rlslint.project.project import Project
from rlslint.project.setting_writes import SettingWrite
from rlslint.sql.expressions import Call
from rlslint.sql.nodes import strings
from rlslint.sql.statements import ParsedStatement, read
from rlslint.text import Span, Statement, Text


class RoleName(NamedTuple):
    """A role, by its name."""

    name: str


class SettingName(NamedTuple):
    """A setting of the session, by its name in small letters."""

    name: str


Subject = Policy | Relation | Function | RoleName | SettingName

_WORD = Pattern(r'(?:[\w$]+|"[^"\n]*")(?:\.(?:[\w$]+|"[^"\n]*"))*')
_WORD_OF_PROGRAM = Pattern(r"[\w$]+(?:\.[\w$]+)*")
_PART = Pattern(r'"([^"]*)"|([^."]+)')
_OF_POLICY = Pattern(r"\bpolicy\s+(?:if\s+(?:not\s+)?exists\s+)?\Z", re.IGNORECASE)
_OF_ROLE = Pattern(
    r"\b(?:to|role|user|group|from|for)\s+(?:[\w$\"]+\s*,\s*)*\Z",
    re.IGNORECASE,
)


class Word(NamedTuple):
    """A word of a source: where it starts and ends, and the parts of it that dots divide."""

    start: int
    end: int
    parts: tuple[str, ...]


def word_at(source: str, character: int, is_sql: bool) -> Word | None:
    """Return the dotted name that stands at a character of a source, None where none does.

    In programs double quotes are those of strings.
    """
    first = source.rfind("\n", 0, character) + 1
    last = source.find("\n", character)
    line = source[first : last if last >= 0 else len(source)]
    for found in (_WORD if is_sql else _WORD_OF_PROGRAM)().finditer(line):
        if found.start() <= character - first <= found.end():
            parts = (quoted or plain.lower() for quoted, plain in _PART().findall(found[0]))
            return Word(first + found.start(), first + found.end(), tuple(parts))
    return None


def subject_at(project: Project, source: str, word: Word, is_sql: bool) -> Subject | None:
    """Return what a word stands for.

    In a program (`is_sql` is False) it is the name of a setting, or what a query names.
    """
    name = ".".join(word.parts)
    if name in project.ask(_setting_names):
        return SettingName(name)
    before, statement = _around(source, word)
    policies = _policies(project, word.parts[-1], statement)
    if policies and _OF_POLICY().search(before):
        return policies[0]
    catalog = project.catalog
    if len(word.parts) == 1 and _OF_ROLE().search(before) and name in catalog.roles:
        return RoleName(name)
    relation = _relation(project, word.parts)
    if relation is not None:
        return relation
    function = _function(project, word.parts)
    if function is not None:
        return function
    if not is_sql or len(word.parts) > 1:
        return None
    if name in catalog.roles:
        return RoleName(name)
    return policies[0] if policies else None


def _around(source: str, word: Word) -> tuple[str, str]:
    """Return what stands before a word, and what is likely the statement around it."""
    first = source.rfind(";", 0, word.start) + 1
    last = source.find(";", word.end)
    return source[first : word.start], source[first : last if last >= 0 else len(source)]


def _policies(project: Project, name: str, statement: str) -> list[Policy]:
    """Return the policies of a name, those first whose table a statement names."""
    found = [one for one in project.catalog.policies() if one.name.lower() == name.lower()]
    words = set(re.findall(r"[\w$]+", statement.lower()))
    return sorted(found, key=lambda one: one.relation.name.lower() not in words)


def _relation(project: Project, parts: tuple[str, ...]) -> Relation | None:
    catalog = project.catalog
    if len(parts) > 1:
        key = (parts[-2], parts[-1])
        return catalog.names.get(key) or catalog.unknown_relations.get(key)
    everything = (*catalog.relations.known(), *catalog.unknown_relations.values())
    alike = [one for one in everything if one.name == parts[0]]
    return next((one for one in alike if one.schema == "public"), next(iter(alike), None))


def _function(project: Project, parts: tuple[str, ...]) -> Function | None:
    alike = [
        one
        for one in project.catalog.functions.known()
        if one.name == parts[-1] and parts[-2:-1] in ((), (one.schema,))
    ]
    return next((one for one in alike if one.schema == "public"), next(iter(alike), None))


def _setting_names(project: Project) -> frozenset[str]:
    """Return the settings that anything in a project reads or sets."""
    names = {write.name for write in project.setting_writes}
    names.update(one.name for one in project.catalog.stored_settings())
    with suppress(UnknownFact):
        names |= project.context_settings
    for function in project.catalog.functions.known():
        with suppress(UnknownFact):
            names.update(one.name.lower() for one in settings_read(function) if one.name)
            names.update(one.name for one in settings_written(function) if one.name)
    return frozenset(name for name in names if is_own_setting(name))


def definitions(project: Project, subject: Subject, at: Span | None = None) -> list[Span]:
    """Return what makes something: for a setting, what sets it, or else what reads it.

    Asked at the statement that makes it (`at`), a policy leads to its table, a setting that is set
    to the policies that read it.
    """
    match subject:
        case SettingName(name):
            setters, readers = _setters(project, name), _readers(project, name)
            is_set_here = at is not None and any(_overlap(at, one) for one in setters)
            return (readers if is_set_here else setters) or readers or setters
        case RoleName(name):
            role = project.catalog.roles.get(name)
            return _named(role.created if role is not None else None, name)
        case Policy():
            own = _named(subject.created, subject.name)
            table = _named(subject.relation.created, subject.relation.name)
            made = subject.created.span if subject.created is not None else None
            is_here = at is not None and made is not None and _overlap(at, made)
            return (table if is_here else own) or own or table
        case Function():
            return _named(subject.because("body"), subject.name)
        case Relation():
            return _named(subject.created, subject.name)


def references(project: Project, subject: Subject) -> list[Span]:
    """Return where something is used: by policies, by other statements, by programs."""
    return list(dict.fromkeys(_references(project, subject)))


def _references(project: Project, subject: Subject) -> Iterator[Span]:
    match subject:
        case SettingName(name):
            yield from _readers(project, name)
            yield from _setters(project, name)
        case RoleName(name):
            for policy in project.catalog.policies():
                if name in policy.known_roles:
                    yield from _named(policy.because("roles"), name)
            yield from definitions(project, subject)
        case Policy():
            for statement in subject.statements.values():
                yield from _named(statement, subject.name)
        case Function():
            yield from definitions(project, subject)
            for policy in project.catalog.policies():
                for clause in policy.known_clauses:
                    for part in clause.expression.walk():
                        if isinstance(part, Call) and part.function is subject:
                            yield from _shown(clause.span(part))
        case Relation():
            statements = dict.fromkeys(subject.statements.values())
            for policy in subject.policies.known():
                statements |= dict.fromkeys(policy.statements.values())
            for statement in statements:
                yield from _named(statement, subject.name)


def policies_reading(project: Project, name: str) -> list[Policy]:
    """Return the policies that ask for a setting, by themselves or through a function."""
    through = [
        policy
        for function, policies in _certain(project, lambda one: one.policy_functions).items()
        if _reads(function, name)
        for policy in policies
    ]
    found = dict.fromkeys(policy for policy, _ in _policy_reads(project, name))
    return list(found | dict.fromkeys(through))


def writes_of(project: Project, name: str) -> list[SettingWrite]:
    """Return where programs set a setting."""
    return [write for write in project.setting_writes if write.name == name and not write.resets]


def _certain(
    project: Project, question: Callable[[Project], dict[Function, tuple[Policy, ...]]]
) -> dict[Function, tuple[Policy, ...]]:
    try:
        return question(project)
    except UnknownFact:
        return {}


def _reads(function: Function, name: str) -> bool:
    try:
        return any(
            one.name is not None and one.name.lower() == name for one in settings_read(function)
        )
    except UnknownFact:
        return False


def _policy_reads(project: Project, name: str) -> Iterator[tuple[Policy, Span | None]]:
    for policy in project.catalog.policies():
        for clause in policy.known_clauses:
            try:
                reads = project.predicate(clause).ask(context_reads, project.context_functions)
            except UnknownFact:
                continue
            for one in reads:
                if one.kind == "setting" and one.name == name:
                    yield policy, clause.span(one.expression)


def _readers(project: Project, name: str) -> list[Span]:
    found = [span for _, span in _policy_reads(project, name) if span is not None]
    for function in project.catalog.functions.known():
        with suppress(UnknownFact):
            for one in settings_read(function):
                if one.name is not None and one.name.lower() == name:
                    found += _shown(span_of_read(function, one))
    return list(dict.fromkeys(found))


def _setters(project: Project, name: str) -> list[Span]:
    found = [span for write in writes_of(project, name) for span in _named(write.statement, name)]
    for stored in project.catalog.stored_settings():
        if stored.name == name:
            found += _named(stored.statement, name)
    for function in project.catalog.functions.known():
        with suppress(UnknownFact):
            for one in settings_written(function):
                if one.name == name:
                    found += _shown(span_of_write(function, one))
    return list(dict.fromkeys(found))


def _named(statement: Statement | None, name: str) -> list[Span]:
    """Return where a statement has a name, else the statement itself."""
    if statement is None:
        return []
    text, start, end = statement.span
    word = re.escape(name.encode())
    found = re.search(rb"(?<![\w$])" + word + rb"(?![\w$])", text.data[start:end], re.IGNORECASE)
    if found is None:
        return [Span(text, start, end)]
    return [Span(text, start + found.start(), start + found.end())]


def _shown(span: Span | None) -> Iterable[Span]:
    return () if span is None else (span,)


def _overlap(one: Span, other: Span) -> bool:
    """Tell whether two spans share a line of one file."""
    if one.text.path != other.text.path:
        return False
    (first, last), (start, end) = one.locations(), other.locations()
    return first.row <= end.row and start.row <= last.row


class Declared(NamedTuple):
    """What a statement makes: `kind` is table, view, policy, function or role."""

    kind: str
    name: str
    detail: str
    span: Span


_MAKING = frozenset(
    ("CreateStmt", "CreatePolicyStmt", "CreateFunctionStmt", "CreateRoleStmt", "ViewStmt")
)


def declared_in(text: Text) -> Iterator[Declared]:
    """Yield what the statements of a SQL file make, in its order."""
    for parsed in read(text, _MAKING):
        if isinstance(parsed, ParsedStatement):
            kind, name, detail = _made(parsed)
            yield Declared(kind, name, detail, parsed.statement.span)


def _made(parsed: ParsedStatement) -> tuple[str, str, str]:
    node = parsed.node
    match parsed.statement.kind:
        case "CreatePolicyStmt":
            return "policy", node["policy_name"], f"on {_dotted(node['table'])}"
        case "CreateFunctionStmt":
            return "function", ".".join(strings(node["funcname"])), ""
        case "CreateRoleStmt":
            return "role", node["role"], ""
        case "ViewStmt":
            return "view", _dotted(node["view"]), ""
        case _:
            return "table", _dotted(node["relation"]), ""


def _dotted(named: dict[str, str]) -> str:
    return ".".join(filter(None, (named.get("schemaname", ""), named["relname"])))
