"""Calls with their arguments, and what stands among these: SQL, values, connections, functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rlslint import NamedTuple, Pattern
from rlslint.code.adapters.building import last_words
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.strings import Fragment, Written, untold
from rlslint.code.evaluation.values import (
    Closure,
    Entries,
    Handle,
    Items,
    Object,
    Prepared,
    Unknown,
    Value,
    constant,
)
from rlslint.code.libraries import ConnectionFacts, Library, LibraryRole

_RECORD = Pattern(r"\bNamedTuple\b|@(?:\w+\.)?(?:dataclass|define|frozen)\b")
"""What says that objects of a class hold what they are made of, in the order of its fields."""

SQL_ARGUMENTS = ("sql", "text", "query", "statement", "commandText", "command")
_MARK = Pattern(r"(?<![\w:?$@])(?:\?|\$\d|%s|%\(|[:@]\w)")
"""What stands in SQL for a value that is passed beside it."""
SELECT = "SELECT "
"""How a statement begins that calls a function of the database."""
_VALUE_ENTRIES = ("values", "bindings", "replacements", "bind", "parameters", "args", "params")


WITHOUT_BRACKETS = frozenset(
    ("current_catalog", "current_date", "current_role", "current_time", "current_timestamp",
     "current_user", "localtime", "localtimestamp", "session_user", "user")
)  # fmt: skip
"""Functions of the database that the standard has called by their names alone."""


class EvaluatedCall(NamedTuple):
    """A call, its arguments evaluated. `path` is the called name with its module.

    `is_foreign` tells that it is called on nothing that is the program's own, `is_template` that
    it is the tag of a template, whose values are passed apart from it already.
    """

    name: str
    path: str
    arguments: Sequence[Value]
    named: Mapping[str, Value]
    place: Origin
    is_foreign: bool = True
    is_template: bool = False

    @property
    def closure(self) -> Closure | None:
        """The function that is handed over, if any, or that of an object made for the purpose."""
        for given in (*self.arguments, *self.named.values()):
            match given:
                case Closure():
                    return given
                case Object(name="", scope=scope):
                    found = [each for each in scope.variables.values() if isinstance(each, Closure)]
                    if found:
                        return found[0]
                case _:
                    continue
        return None

    @property
    def handle(self) -> Handle | None:
        """The connection that is handed over, if any."""
        given = [*self.arguments, *self.named.values()]
        return next((each for each in given if isinstance(each, Handle)), None)


def role_of(library: Library, call: EvaluatedCall) -> LibraryRole | None:
    """Return what a function makes: `pgxpool.New` is told by its last words."""
    for words, role in library.opens.items():
        plain = words.replace("::", ".").replace("\\", ".")
        if call.path == plain or call.path.endswith("." + plain):
            return role
    if not call.is_foreign:
        return None
    known = (library.types.get(words) for words in (*last_words(call.path), call.name))
    return next((role for role in known if role is not None), None)


def values_by_name(given: Sequence[Value]) -> dict[str, Value]:
    """Return the values that are passed by names."""
    return {
        name: value
        for each in given
        if isinstance(each, Entries)
        for name, value in each.values.items()
    }


def facts_by_name(library: Library, given: Sequence[Value]) -> ConnectionFacts | None:
    """Return what holds of values that are passed by a name which decides it."""
    names = [name for each in given if isinstance(each, Entries) for name in each.values]
    return next((library.passing[name] for name in names if name in library.passing), None)


def statements_in(given: Items, place: Origin) -> list[Written]:
    """Return the statements of a list, with one for each of which nobody knows what it does.

    There are none in SQL that stands in a list with its values. `place` is that of the list where
    the places of its items are not known.
    """
    known = [each for each in map(_statement, given.values) if each is not None]
    if not known or (len(known) == 1 and _MARK().search(known[0].text)):
        return known
    found = []
    for number, value in enumerate(given.values):
        source, start, end = given.places[number] if given.places else place
        statement = _statement(value)
        if statement is not None:
            found.append(statement)
        elif isinstance(value, Unknown) or (isinstance(value, Written) and value.starts_unknown):
            found.append(untold(source, start, end, source.slice(start, end).partition("\n")[0]))
    return found


def _statement(value: Value) -> Written | None:
    match value:
        case Written() if value.is_sql:
            return value
        case Handle(prepared=Prepared(sql=sql)) if sql.is_sql:
            return sql
        case _:
            return None


def listed(call: EvaluatedCall) -> list[Written]:
    """Return the statements that a call is given in a list, none where it is given no list."""
    for value in call.arguments[:4]:
        if _statement(value) is not None:
            break
        if isinstance(value, Items):
            return statements_in(value, call.place)
    return []


def sql_of(call: EvaluatedCall, is_safe: bool = False) -> tuple[Written, list[Value]] | None:
    """Return the SQL among the arguments of a call, and what is passed beside it.

    `is_safe` tells that holes of a string which is written in the call are passed as values.
    """
    for key in SQL_ARGUMENTS:
        value = call.named.get(key)
        if isinstance(value, Written) and value.is_sql:
            rest = [each for name, each in call.named.items() if name != key]
            return value, [*call.arguments, *rest]
    for number, value in enumerate(call.arguments[:4]):
        match value:
            case Written() if value.is_sql:
                if is_safe and not call.is_template:
                    value = value.bound()
                return value, [*call.arguments[number + 1 :], *call.named.values()]
            case Handle(prepared=Prepared() as prepared):
                return prepared.sql, [*prepared.values, *call.arguments[number + 1 :]]
            case Entries(entries):
                for key in SQL_ARGUMENTS:
                    inner = entries.get(key)
                    if isinstance(inner, Written) and inner.is_sql:
                        given = [entries[name] for name in _VALUE_ENTRIES if name in entries]
                        return inner, [*given, *call.arguments[number + 1 :]]
            case Items((Written() as inner, *values)) if inner.is_sql:
                return inner, [Items(tuple(values)), *call.arguments[number + 1 :]]
            case _:
                continue
    return None


def function_called(name: str, values: Iterable[Value], place: Origin, mark: str) -> Prepared:
    """Return a statement that calls a function of the database; constants stand in it.

    A `mark` stands for each other value, with its number in place of `{}`.
    """
    parts: list[str] = []
    passed: list[Value] = []
    for value in values:
        match constant(value):
            case str() as text:
                parts.append("'" + text.replace("'", "''") + "'")
            case bool() | int() | float() as plain:
                parts.append(str(plain).lower())
            case _:
                passed.append(value if not isinstance(value, Handle) else Unknown())
                parts.append(mark.format(len(passed)))
    bare = name.lower() in WITHOUT_BRACKETS
    text = f"{SELECT}{name}" if bare else f"{SELECT}{name}({', '.join(parts)})"
    return Prepared(Written((Fragment(text, *place),)), passed)


def record_of(made: Object, call: EvaluatedCall) -> Entries | None:
    """Return an object that only holds what it is made of, None for one that does anything."""
    fields = made.scope.variables
    marks = " ".join((*made.marks, *made.bases))
    if _RECORD().search(marks) is None or any(isinstance(v, Closure) for v in fields.values()):
        return None
    return Entries({**fields, **dict(zip(fields, call.arguments, strict=False)), **call.named})
