"""Columns as the words of a framework tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint import NamedTuple, Pattern
from rlslint.code.evaluation.built import Built, Member
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.schema_words import (
    Table,
    Words,
    default,
    first_of,
    plain_word,
    strings_of,
    table_named,
    table_of,
    truth,
    words_of,
)
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import (
    Closure,
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
from rlslint.code.schemas import Act, Framework

_KEYS = ("key", "column", "columnname", "field", "primarykey")
_IDENTITIES = frozenset(("generatedalwaysasidentity", "generatedbydefaultasidentity"))
_TYPE = Pattern(r"[A-Za-z_][\w .,()\"]*(?:\[\])*")
_REFERENCE = Pattern(r'"?([\w.]+)"?\s*(?:\(\s*"?(\w+)"?\s*\))?')
_WORDS = Pattern(r"[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+")
"""The words of a name in which only capitals part them."""

_REFERS = frozenset(("references", "ForeignKey"))
_YES: Sequence[Value] = (Plain(True),)
_NO: Sequence[Value] = (Plain(False),)


class DescribedReference(NamedTuple):
    """What a foreign key refers to; without columns, the primary key."""

    table: Table
    columns: tuple[str, ...] = ()


class DescribedColumn(NamedTuple):
    """A column as a call describes it; None for a name or a type that is not known."""

    place: Origin
    name: str | None
    type: str | None
    not_null: bool = False
    primary: bool = False
    unique: bool = False
    indexed: bool = False
    default: Phrase = ()
    reference: DescribedReference | None = None


def keys_of(framework: Framework, said: Words, place: Origin) -> Iterator[DescribedColumn]:
    """Yield the key that a framework gives to each table that is not told otherwise."""
    key = framework.key
    id_, primary = first_of(said, "id"), first_of(said, "primarykey")
    if key is None or Plain(False) in (id_, primary) or isinstance(primary, Items):
        return
    given = constant(primary)
    label = given if isinstance(given, str) else key.name
    kind = type_named(framework, id_) if isinstance(id_, Written) else None
    yield DescribedColumn(
        place, label, kind or key.type, True, True, default=default_of(said, place)
    )


def columns_in(
    framework: Framework, value: Value | None, place: Origin
) -> Iterator[DescribedColumn]:
    """Yield the columns that an object or a list describes."""
    match value:
        case Entries(entries):
            for key, each in entries.items():
                if framework.declares is not None:
                    yield _declared(framework, key, each, place)
                else:
                    yield from _entry(framework, key, each, place)
        case Items(values):
            for each in values:
                yield from _entry(framework, None, each, place)
        case Built():
            yield from _entry(framework, None, value, place)
        case _:
            return


def declared_name(framework: Framework, key: str, value: Value) -> str | None:
    """Return what a column is called that is declared under a key, None where nobody knows."""
    if not isinstance(value, Built) or not _is_column(framework, value):
        return None
    given = constant(next(iter(value.call.arguments), None))
    if isinstance(given, str):
        return given
    is_snake = framework.declares is not None and framework.declares.is_snake
    return "_".join(_WORDS().findall(key)).lower() if is_snake else key


def _is_column(framework: Framework, value: Built) -> bool:
    is_made = isinstance(value.on, Built) and _makes_types(framework, value.on)
    return value.call.name in framework.types or is_made


def _declared(framework: Framework, key: str, value: Value, place: Origin) -> DescribedColumn:
    """Return the column that is declared under a key; without a name where nobody knows it."""
    own = declared_name(framework, key, value)
    if own is None or not isinstance(value, Built):
        return DescribedColumn(value.call.place if isinstance(value, Built) else place, None, None)
    return column(framework, own, value, words_of(value), value.call.place)


def _entry(
    framework: Framework, key: str | None, value: Value, place: Origin
) -> Iterator[DescribedColumn]:
    said = words_of(value)
    given = constant(first_of(said, "name", "field"))
    own = given if isinstance(given, str) else key
    match value:
        case Built(call=call) if call.name in framework.makers and key is None:
            yield from columns_of(framework, value) or ()
        case Built(call=call) if call.name in framework.types:
            yield column(framework, own, value, said, call.place)
        case Built(call=call) if call.name.lower() == "array":
            yield column(framework, own, value, said, call.place)
        case Built(call=call):
            kind = first_of(said, "type") or next(iter(call.arguments), None)
            yield column(framework, own, kind, said, call.place)
        case Entries():
            yield column(framework, own, first_of(said, "type"), said, place)
        case Written(constant=str() as word) if word in framework.sets:
            for each in framework.sets[word]:
                yield DescribedColumn(place, own, each.type, each.not_null, each.primary)
        case _:
            yield column(framework, own, value, {}, place)


def columns_of(framework: Framework, part: Built) -> list[DescribedColumn] | None:
    """Return the columns that a part of a table stands for, None where it stands for none."""
    call, said = part.call, words_of(part)
    given = [each for each in call.arguments if not isinstance(each, Closure | Entries)]
    first = next(iter(given), None)
    if call.name in framework.makers and isinstance(first, Built) and framework.identifiers:
        return column_of_chain(framework, first)
    if call.name in framework.makers:
        if call.name in framework.types_first:
            given = [*given[1::-1], *given[2:]]
        return [_made(framework, given, said, call.place)]
    if call.name in framework.sets:
        return set_of(framework, call.name, given, said, call.place)
    kind = framework.types.get(call.name)
    if kind is None:
        return None
    return [column(framework, label, kind, said, call.place) for label in _labels(framework, given)]


def column_of_chain(framework: Framework, made: Built) -> list[DescribedColumn]:
    """Return the column that calls one after the other describe: its name comes first."""
    call, said = made.call, words_of(made)
    if made.on is None and call.name in framework.sets:
        return set_of(framework, call.name, call.arguments[:1], said, call.place)
    kind = next((each for each in made.parts if each.call.name in framework.types), None)
    if call.name != "new" and call.name not in framework.types:
        return [DescribedColumn(call.place, None, None)]
    label = strings_of(call.arguments[:1])[0] if call.arguments else None
    return [column(framework, label, kind, said, call.place)]


def _made(
    framework: Framework, given: Sequence[Value], said: Words, place: Origin
) -> DescribedColumn:
    """Return the column of a call that gives its name and its type."""
    (label,) = strings_of(given[:1] or (first_of(said, "name") or Plain(0),))
    refers = next((each for each in given[1:] if _refers(each)), None)
    kind = next((each for each in given[1:] if each is not refers), None)
    kind = kind if kind is not None else first_of(said, "type")
    if refers is not None and kind is not None:
        said = {**said, "references": (refers,)}
    return column(framework, label, kind if kind is not None else refers, said, place)


def _refers(value: Value) -> bool:
    return isinstance(value, Built) and value.call.name in _REFERS


def _labels(framework: Framework, given: Sequence[Value]) -> list[str | None]:
    return strings_of(given if framework.several_names else given[:1]) or [None]


def set_of(
    framework: Framework, word: str, given: Sequence[Value], said: Words, place: Origin
) -> list[DescribedColumn]:
    """Return the columns that a word of a framework stands for."""
    found: list[DescribedColumn] = []
    labels = _labels(framework, given)
    standards = framework.sets[word]
    for standard in standards:
        if "{}" in standard.name:
            kind = type_named(framework, first_of(said, "type")) or standard.type
            options = {**said, "null": _NO} if standard.not_null else {"null": _YES, **said}
            if standard.indexed:
                options = {"index": _YES, **options}
            for label in labels:
                own = standard.name.format(label) if label is not None else None
                made = column(framework, own, kind, options, place, primary=standard.primary)
                is_polymorphic = truth(said, "polymorphic") is True and label is not None
                # An index on it begins with the other column.
                found.append(made._replace(indexed=made.indexed and not is_polymorphic))
                if is_polymorphic:
                    options = {key: said[key] for key in ("null",) if key in said}
                    found.append(column(framework, f"{label}_type", "varchar", options, place))
            continue
        renamed = constant(first_of(said, plain_word(standard.name)))
        if renamed is False:
            continue
        own = renamed if isinstance(renamed, str) else standard.name
        if len(standards) == 1 and labels[0] is not None:
            own = labels[0]
        number = standard.not_null_if
        is_told = number is not None and given[number : number + 1] == [Plain(True)]
        nullable = truth(said, "null") if standard.not_null else None
        not_null = is_told or (standard.not_null if nullable is None else not nullable)
        found.append(DescribedColumn(place, own, standard.type, not_null, standard.primary))
    return found


def type_named(framework: Framework, value: Value | None) -> str | None:
    """Return the type of PostgreSQL that a value stands for, None where that is not known."""
    match value:
        case Written() if value.constant is not None:
            word = value.constant
            known = framework.types.get(word) or framework.types.get(word.lower())
            return known or (word if _TYPE().fullmatch(word) else None)
        case Handle(prepared=Prepared(sql=sql)):
            return type_named(framework, sql)
        case Items((kind, inner, *_)) if constant(kind) == "array":
            item = type_named(framework, inner)
            return f"{item}[]" if item else None
        case Built(on=Built() as maker) if _makes_types(framework, maker):
            return _made_type(framework, maker)
        case Built(call=call):
            if call.name.lower() == "array":
                item = type_named(framework, next(iter(call.arguments), None))
                return f"{item}[]" if item else None
            if truth(words_of(value), "timezone", "withtimezone") is True:
                return "timestamptz"
            for part in value.parts:
                if [constant(each) for each in part.call.arguments[1:]] == ["postgresql"]:
                    return type_named(framework, part.call.arguments[0])
            return framework.types.get(call.name) or framework.types.get(call.name.lower())
        case Unknown(path=path):
            word = path.rpartition(".")[2].removesuffix("()")
            return framework.types.get(word) or framework.types.get(word.lower())
        case _:
            return None


def _makes_types(framework: Framework, maker: Built) -> bool:
    if maker.signature is not None:
        return maker.signature.act is Act.create_type
    return framework.declares is not None and maker.call.name in framework.declares.typers


def _made_type(framework: Framework, maker: Built) -> str | None:
    """Return the type that a call makes, which gives a function for columns of it."""
    if maker.signature is not None:
        named = table_named(maker)
        if named.name is None or named.schema is None:
            return None
        return ".".join([f'"{part}"' for part in named if part])
    entry = framework.declares.typers.get(maker.call.name) if framework.declares else None
    return type_named(framework, maker.results.get(entry)) if entry is not None else None


def column(
    framework: Framework,
    name: str | None,
    kind: Value | str | None,
    said: Words,
    place: Origin,
    *,
    primary: bool = False,
) -> DescribedColumn:
    """Return a column of which the options are known."""
    refers = kind if isinstance(kind, Built) and kind.call.name in _REFERS else None
    if refers is not None:
        said = {**said, "references": (refers,)}
        kind = first_of(words_of(refers), "type")
        if kind is None:
            kind = framework.key.type if framework.key is not None else None
    type_ = kind if isinstance(kind, str) else type_named(framework, kind)
    of_enum = constant(first_of(said, "enumtype"))
    if isinstance(of_enum, str):
        type_ = of_enum
    limit = constant(first_of(said, "limit"))
    if type_ is not None and type_ in framework.limits and isinstance(limit, int):
        sized = [each for most, each in framework.limits[type_] if limit <= most]
        type_ = sized[0] if sized else type_
    if type_ == "timestamptz" and truth(said, "usetz") is False:
        type_ = "timestamp"
    if type_ is not None and truth(said, "array", "isarray") is True:
        type_ += "[]"
    primary = primary or truth(said, "primary", "primarykey", "isprimary") is True
    nullable = truth(said, "null", "nullable", "allownull", "isnullable")
    if nullable is None:
        not_null = truth(said, "notnull", "notnullable", "isnotnull")
        nullable = framework.nullable if not_null is None else not not_null
    if not _IDENTITIES.isdisjoint(said):
        nullable = False
    index = first_of(said, "index")
    return DescribedColumn(
        place,
        name,
        type_,
        not nullable,
        primary,
        truth(said, "unique", "isunique", "uniquekey") is True
        or truth(words_of(index), "unique") is True,
        truth(said, "index", "dbindex") is True,
        _own_default(framework, said, place)
        or default_of(said, place, is_sql=framework.writes_defaults),
        reference(framework, name, said),
    )


def _own_default(framework: Framework, said: Words, place: Origin) -> Phrase:
    """Return the default that a word of the framework stands for, nothing where none does."""
    known = framework.declares.defaults if framework.declares is not None else {}
    return next((words(sql, place) for word, sql in known.items() if word in said), ())


def default_of(said: Words, place: Origin, *, is_sql: bool = False) -> Phrase:
    """Return the default that options give, as SQL; `is_sql` where they write it as that."""
    as_sql = first_of(said, "defaultvaluesql", "defaultraw")
    if as_sql is not None:
        return default(as_sql, place, is_sql=True)
    given = first_of(said, "default", "defaultto", "serverdefault", "defaultvalue")
    return default(given, place, is_sql=is_sql)


def reference(framework: Framework, name: str | None, said: Words) -> DescribedReference | None:
    """Return what a column refers to, None where it refers to nothing or nobody knows what."""
    target = first_of(said, "intable", "on")
    given = first_of(said, "references", "foreignkey", "constrained")
    if target is not None:
        return DescribedReference(table_named(target), _known(given))
    match given:
        case None | Plain(False | None):
            return None
        case Plain(True):
            return DescribedReference(Table("", _plural((name or "").removesuffix("_id"))))
        case Member(name=own, table=table):
            return DescribedReference(table_named(table), (own,)) if own is not None else None
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
                return DescribedReference(table_named(given), key)
            return _written_reference(framework, call.arguments[0], False)
        case Entries():
            more = words_of(given)
            return DescribedReference(table_of(more), _known(first_of(more, *_KEYS)))
        case _:
            return None


def _written_reference(
    framework: Framework, value: Value, is_table: bool
) -> DescribedReference | None:
    text = constant(value)
    found = _REFERENCE().fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    table, key = found[1], found[2]
    if key is None and not is_table and not framework.references_tables:
        return referred_to(table)
    schema, _, last = table.rpartition(".")
    return DescribedReference(Table(schema, last), (key,) if key else ())


def referred_to(column: object) -> DescribedReference | None:
    """Return what is written as `schema.table.column` or without the schema."""
    table, _, key = column.rpartition(".") if isinstance(column, str) else ("", "", "")
    schema, _, last = table.rpartition(".")
    return DescribedReference(Table(schema, last), (key,)) if last and key else None


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
