"""What calls of a framework say about a column or a table, whatever the framework calls it.

An option may be an argument with a name (`null: false`), an entry of an object (`allowNull: false`)
or a call that follows (`->nullable()`): all are words with values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rlslint import NamedTuple, Pattern
from rlslint.code.evaluation.arguments import WITHOUT_BRACKETS
from rlslint.code.evaluation.built import Built, Member
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import (
    Entries,
    Handle,
    Items,
    Plain,
    Prepared,
    Unknown,
    Value,
    constant,
)
from rlslint.code.evaluation.wording import Phrase, listed, name, unknown, unread, words
from rlslint.code.schemas import Act, Framework, Signature
from rlslint.sql import quoted_literal

Words = Mapping[str, Sequence[Value]]
"""Options by their names in small letters without underscores, each with what it is given."""

_RAW = frozenset(("raw", "cust", "func", "fragment", "text", "literal", "Expression", "fn", "sql"))
_FUNCTIONS = {
    "now": "now()", "uuid": "gen_random_uuid()", "currenttimestamp": "now()", "true": "true",
    "false": "false",
}  # fmt: skip
_CALLS_FUNCTION = Pattern(r"\bfunc\.\w+$")
"""What stands for a call of a function of the database: `func.current_setting`."""

_TABLES = ("intable", "on", "totable", "model", "table", "tablename", "name", "principaltable")
_SCHEMAS = ("schema", "prefix", "principalschema")
_TRUE: Sequence[Value] = (Plain(True),)


class Table(NamedTuple):
    """The name of a table; None for a part that is not known, "" for no schema."""

    schema: str | None
    name: str | None


def words_of(*values: Value | None) -> dict[str, Sequence[Value]]:
    """Return the options that calls and objects give."""
    found: dict[str, Sequence[Value]] = {}
    for value in values:
        match value:
            case Built():
                for given in value.call.arguments:
                    if isinstance(given, Entries):
                        found |= words_of(given)
                for key, given in value.call.named.items():
                    if key in value.results and plain_word(key) == "default":
                        key = "defaultvaluesql"
                        found[key] = (value.results["default"],)
                    else:
                        found[plain_word(key)] = (value.results.get(key, given),)
                for part in value.parts:
                    found |= words_of(part) if part.parts else {}
                    found[plain_word(part.call.name)] = _arguments(part) or _TRUE
            case Entries(entries):
                found |= {plain_word(key): (given,) for key, given in entries.items()}
            case _:
                continue
    return found


def _arguments(part: Built) -> Sequence[Value]:
    """Return what a call is given; of a function that names a column, this."""
    named = part.results.get("")
    return (named,) if isinstance(named, Member) else part.call.arguments


def plain_word(word: str) -> str:
    """Return a word as it is compared: `primary_key`, `primaryKey` and `PrimaryKey` are one."""
    return word.replace("_", "").lower().rstrip("?!")


def first_of(said: Words, *names: str) -> Value | None:
    """Return the first value of the first option that is given."""
    for each in names:
        if said.get(each):
            return said[each][0]
    return None


def strings_of(values: Sequence[Value]) -> list[str | None]:
    """Return strings, those of lists as well; None for what is not known."""
    found: list[str | None] = []
    for value in values:
        match value:
            case Items(inner):
                found += strings_of(inner)
            case Written():
                found.append(value.constant)
            case Member(name=own) | Built(on=Member(name=own)):
                found.append(own)
            case Unknown(path=path) if path.startswith("."):
                found.append(path[1:])
            case Entries(entries):
                found += strings_of(tuple(entries.values()))
            case Plain(None):
                continue
            case _:
                found.append(None)
    return found


def table_named(value: Value | None, schema: Value | None = None) -> Table:
    """Return the table that a value names."""
    match value:
        case Written() if value.constant is not None:
            inner, _, last = value.constant.replace('"', "").rpartition(".")
        case Built():
            first = next(iter(value.call.arguments), None)
            said = words_of(value)
            schema = schema or schema_of(value)
            if first is None or isinstance(first, Entries):
                return table_of(said)
            return table_named(first, schema or first_of(said, *_SCHEMAS))
        case Entries():
            return table_of(words_of(value))
        case Items((Written() as home, Written() as own)):
            return table_named(own, home)
        case _:
            return Table("", None)
    if schema is None or schema == Plain(None):
        return Table(inner, last)
    known = constant(schema)
    return Table(known, last) if isinstance(known, str) else Table(None, last)


def schema_of(made: Built) -> Value | None:
    """Return the schema on which something was made, None where it was made on none."""
    match made.on:
        case Built(signature=Signature(act=Act.create_schema), call=call):
            return next(iter(call.arguments), None)
        case _:
            return None


def table_name(table: Table, place: Origin) -> Phrase:
    """Return the name of a table; without a known schema, it means those of the history alone."""
    if table.name is None:
        return unknown(place)
    own = name(table.name, place)
    if table.schema is None:
        return [*unread(place), *words(".", place), *own]
    return [*name(table.schema, place), *words(".", place), *own] if table.schema else own


def table_of(said: Words) -> Table:
    """Return the table that options name."""
    return table_named(first_of(said, *reversed(_TABLES)), first_of(said, *_SCHEMAS))


def truth(said: Words, *names: str) -> bool | None:
    """Return what an option says that is true or false, None where nothing says."""
    for each in names:
        if each in said:
            value = constant(said[each][0]) if said[each] else True
            return value if isinstance(value, bool) else True
    return None


def default(value: Value | None, place: Origin, *, is_sql: bool = False) -> Phrase:
    """Return a default as SQL, nothing where it is not known."""
    match value:
        case Written() if value.constant is not None:
            if is_sql:
                return value.fragments
            return words(quoted_literal(value.constant), place)
        case Plain(bool() as known):
            return words(str(known).lower(), place)
        case Plain(int() | float() as number):
            return words(str(number), place)
        case Built() | Handle() if (sql := written_out(value)) is not None:
            return default(sql, place, is_sql=True)
        case Built(call=call) if call.name in _FUNCTIONS:
            return words(_FUNCTIONS[call.name], place)
        case Built(call=call) if _CALLS_FUNCTION().search(call.path):
            if call.name in WITHOUT_BRACKETS:
                return words(call.name, place)
            given = [default(each, place) for each in call.arguments]
            if all(given):
                return [*words(f"{call.name}(", place), *listed(given, place), *words(")", place)]
            return ()
        case _:
            return ()


def written_out(value: Value | None) -> Written | None:
    """Return the SQL of a value that stands for SQL as it is written, None for others."""
    match value:
        case Built(call=call) if call.name in _RAW:
            first = next(iter(call.arguments), None)
            return first if isinstance(first, Written) else None
        case Handle(prepared=Prepared(sql=sql)):
            return sql
        case _:
            return None


def sql_of(framework: Framework, value: Value | None, place: Origin) -> Phrase | None:
    """Return what a value becomes in SQL that declares something, None where that is not known."""
    match value:
        case Handle(prepared=Prepared(sql=sql)):
            return sql.fragments
        case Member(name=str() as own, table=table):
            return [*table_name(table_named(table), place), *words(".", place), *name(own, place)]
        case Built(signature=Signature(act=Act.create_table)):
            return table_name(table_named(value), place)
        case Unknown():
            given = brought(framework, value)
            if given is None:
                return None
            before, hole, behind = given.partition("{}")
            first = next(iter(value.call.arguments), None) if isinstance(value, Built) else None
            filling = sql_of(framework, first, place) if hole else ()
            if filling is None:
                return None
            return [*words(before, place), *filling, *words(behind, place)]
        case _:
            return default(value, place) or None


def brought(framework: Framework, value: Value | None) -> str | None:
    """Return what a module brings along under a name, None where that is not known."""
    if framework.declares is None or not isinstance(value, Unknown):
        return None
    path = "." + (value.call.path if isinstance(value, Built) else value.path)
    given = framework.declares.given
    return next((sql for end, sql in given.items() if path.endswith(f".{end}")), None)
