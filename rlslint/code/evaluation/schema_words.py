"""What calls of a framework say about a column or a table, whatever the framework calls it.

An option may be an argument with a name (`null: false`), an entry of an object (`allowNull: false`)
or a call that follows (`->nullable()`): all are words with values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rlslint import NamedTuple
from rlslint.code.evaluation.built import Built
from rlslint.code.evaluation.builtins import Place
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
from rlslint.code.evaluation.wording import Phrase, words
from rlslint.code.schemas import Framework
from rlslint.sql.quoting import quoted_literal
from rlslint.text.patterns import Pattern

Words = Mapping[str, Sequence[Value]]
"""Options by their names in small letters without underscores, each with what it is given."""

_TYPE = Pattern(r"[A-Za-z_][\w .,()\"]*(?:\[\])*")
_REFERENCE = Pattern(r'"?([\w.]+)"?\s*(?:\(\s*"?(\w+)"?\s*\))?')
_RAW = frozenset(("raw", "func", "fragment", "text", "literal", "Expression", "fn", "sql"))
_FUNCTIONS = {"now": "now()", "uuid": "gen_random_uuid()", "currenttimestamp": "now()"}
_REFERS = frozenset(("references", "ForeignKey"))
_TABLES = ("intable", "on", "totable", "model", "table", "tablename", "name", "principaltable")
_SCHEMAS = ("schema", "prefix", "principalschema")
_KEYS = ("key", "column", "columnname", "field", "primarykey")
_TRUE: Sequence[Value] = (Plain(True),)


class Table(NamedTuple):
    """The name of a table; None for a part that is not known, "" for no schema."""

    schema: str | None
    name: str | None


class Reference(NamedTuple):
    """What a foreign key refers to; without columns, the primary key."""

    table: Table
    columns: tuple[str, ...] = ()


class Column(NamedTuple):
    """A column as a call describes it; None for a name or a type that is not known."""

    place: Place
    name: str | None
    type: str | None
    not_null: bool = False
    primary: bool = False
    unique: bool = False
    indexed: bool = False
    default: Phrase = ()
    reference: Reference | None = None


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
                    found[plain_word(part.call.name)] = part.call.arguments or _TRUE
            case Entries(entries):
                found |= {plain_word(key): (given,) for key, given in entries.items()}
            case _:
                continue
    return found


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
            if first is None or isinstance(first, Entries):
                return _of_words(said)
            return table_named(first, schema or first_of(said, *_SCHEMAS))
        case Entries():
            return _of_words(words_of(value))
        case _:
            return Table("", None)
    if schema is None or schema == Plain(None):
        return Table(inner, last)
    known = constant(schema)
    return Table(known, last) if isinstance(known, str) else Table(None, last)


def _of_words(said: Words) -> Table:
    return table_named(first_of(said, *reversed(_TABLES)), first_of(said, *_SCHEMAS))


def truth(said: Words, *names: str) -> bool | None:
    """Return what an option says that is true or false, None where nothing says."""
    for each in names:
        if each in said:
            value = constant(said[each][0]) if said[each] else True
            return value if isinstance(value, bool) else True
    return None


def type_named(framework: Framework, value: Value | None) -> str | None:
    """Return the type of PostgreSQL that a value stands for, None where that is not known."""
    match value:
        case Written() if value.constant is not None:
            word = value.constant
            known = framework.types.get(word) or framework.types.get(word.lower())
            return known or (word if _TYPE().fullmatch(word) else None)
        case Items((kind, inner, *_)) if constant(kind) == "array":
            item = type_named(framework, inner)
            return f"{item}[]" if item else None
        case Built(call=call):
            if call.name.lower() == "array":
                item = type_named(framework, next(iter(call.arguments), None))
                return f"{item}[]" if item else None
            if truth(words_of(value), "timezone") is True:
                return "timestamptz"
            return framework.types.get(call.name) or framework.types.get(call.name.lower())
        case Unknown(path=path):
            word = path.rpartition(".")[2].removesuffix("()")
            return framework.types.get(word) or framework.types.get(word.lower())
        case _:
            return None


def column(
    framework: Framework,
    name: str | None,
    kind: Value | str | None,
    said: Words,
    place: Place,
    *,
    primary: bool = False,
) -> Column:
    """Return a column of which the options are known."""
    refers = kind if isinstance(kind, Built) and kind.call.name in _REFERS else None
    if refers is not None:
        said = {**said, "references": (refers,)}
        kind = first_of(words_of(refers), "type")
        if kind is None:
            kind = framework.key.type if framework.key is not None else None
    type_ = kind if isinstance(kind, str) else type_named(framework, kind)
    if type_ == "timestamptz" and truth(said, "usetz") is False:
        type_ = "timestamp"
    if type_ is not None and truth(said, "array") is True:
        type_ += "[]"
    primary = primary or truth(said, "primary", "primarykey", "isprimary") is True
    nullable = truth(said, "null", "nullable", "allownull", "isnullable")
    if nullable is None:
        not_null = truth(said, "notnull", "notnullable", "isnotnull")
        nullable = framework.nullable if not_null is None else not not_null
    index = first_of(said, "index")
    return Column(
        place,
        name,
        type_,
        not nullable,
        primary,
        truth(said, "unique", "isunique") is True or truth(words_of(index), "unique") is True,
        truth(said, "index", "dbindex") is True,
        default_of(said, place, is_sql=framework.writes_defaults),
        reference(framework, name, said),
    )


def default_of(said: Words, place: Place, *, is_sql: bool = False) -> Phrase:
    """Return the default that options give, as SQL; `is_sql` where they write it as that."""
    as_sql = first_of(said, "defaultvaluesql", "defaultraw")
    if as_sql is not None:
        return default(as_sql, place, is_sql=True)
    given = first_of(said, "default", "defaultto", "serverdefault", "defaultvalue")
    return default(given, place, is_sql=is_sql)


def default(value: Value | None, place: Place, *, is_sql: bool = False) -> Phrase:
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
        case Built(call=call) if call.name in _RAW:
            return default(next(iter(call.arguments), None), place, is_sql=True)
        case Handle(prepared=Prepared(sql=sql)):
            return default(sql, place, is_sql=True)
        case Built(call=call) if call.name in _FUNCTIONS:
            return words(_FUNCTIONS[call.name], place)
        case _:
            return ()


def reference(framework: Framework, name: str | None, said: Words) -> Reference | None:
    """Return what a column refers to, None where it refers to nothing or nobody knows what."""
    target = first_of(said, "intable", "on")
    given = first_of(said, "references", "foreignkey", "constrained")
    if target is not None:
        return Reference(table_named(target), _known(given))
    match given:
        case None | Plain(False | None):
            return None
        case Plain(True):
            return Reference(Table("", _plural((name or "").removesuffix("_id"))))
        case Written():
            return _written_reference(framework, given, "constrained" in said)
        case Built(call=call) if call.arguments:
            more = words_of(given)
            key = _known(first_of(more, *_KEYS))
            if (
                key
                or first_of(more, "type") is not None
                or "." not in str(constant(call.arguments[0]))
            ):
                return Reference(table_named(given), key)
            return _written_reference(framework, call.arguments[0], False)
        case Entries():
            more = words_of(given)
            return Reference(_of_words(more), _known(first_of(more, *_KEYS)))
        case _:
            return None


def _written_reference(framework: Framework, value: Value, is_table: bool) -> Reference | None:
    text = constant(value)
    found = _REFERENCE().fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    table, key = found[1], found[2]
    if key is None and not is_table and not framework.references_tables:
        table, _, key = table.rpartition(".")
        if not table:
            return None
    schema, _, last = table.rpartition(".")
    return Reference(Table(schema, last), (key,) if key else ())


def _known(value: Value | None) -> tuple[str, ...]:
    names = strings_of((value,)) if value is not None else []
    return tuple([each for each in names if each is not None])


_IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women"}


def _plural(word: str) -> str:
    """Return the name of the table for a word, as Rails and Laravel make it."""
    before, underscore, last = word.rpartition("_")
    if last in _IRREGULAR:
        return before + underscore + _IRREGULAR[last]
    if word.endswith("y") and word[-2:-1] not in ("a", "e", "i", "o", "u"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


def singular(word: str) -> str:
    """Return the word for a row of a table, as Rails makes it."""
    before, underscore, last = word.rpartition("_")
    for one, many in _IRREGULAR.items():
        if last == many:
            return before + underscore + one
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")) and not word.endswith("uses"):
        return word[:-2]
    return word.removesuffix("s")
