"""The SQL that calls of a framework stand for: tables, columns, keys, indexes, policies.

What cannot be read makes unknown what it may touch: the columns of a table, or the row security of
a table that is named in a call which nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from rlslint import Pattern
from rlslint.code.evaluation.built import Built, Member
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.schema_columns import (
    DescribedColumn,
    DescribedReference,
    column,
    column_of_chain,
    columns_in,
    columns_of,
    default_of,
    keys_of,
    referred_to,
    set_of,
    singular,
    type_named,
)
from rlslint.code.evaluation.schema_entities import ENTITY_ACTS, entity_statements
from rlslint.code.evaluation.schema_policies import (
    create_policy,
    create_role,
    create_type,
    drop_policy,
    enable,
    unknown_policy,
)
from rlslint.code.evaluation.schema_statement import (
    ROLES,
    SchemaCall,
    arguments_of,
    chained,
    column_list,
    maybe,
    table_of_call,
)
from rlslint.code.evaluation.schema_words import (
    Table,
    Words,
    default,
    first_of,
    plain_word,
    strings_of,
    table_name,
    table_named,
    truth,
    words_of,
)
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import (
    Entries,
    Items,
    Plain,
    Unknown,
    Value,
    constant,
)
from rlslint.code.evaluation.wording import Phrase, listed, name, sentence, unknown, unread, words
from rlslint.code.schemas import Act, Framework, Signature

_IDENTIFIER = Pattern(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?")
_SORTING = Pattern(r"\s+(?:asc|desc|nulls\s+(?:first|last))\b.*", re.IGNORECASE | re.DOTALL)
_SAME_START = Pattern(r"^(.*[._])(.+)\0\1(.+)")
"""Two tables whose names begin alike, which Rails says once in the name of the table between."""
_KEYS = frozenset((Act.primary_key, Act.unique))
_LEVELS = frozenset(("ENABLE", "DISABLE", "FORCE", "NO FORCE"))


_LISTED_BESIDE = (
    ("foreignkeys", Act.foreign_key),
    ("uniques", Act.unique),
    ("indices", Act.create_index),
)
"""What an object that describes a table lists beside its columns."""

_NO_LABELS: Mapping[str, DescribedColumn] = MappingProxyType({})


def statements_of(built: Built, framework: Framework, is_moved: bool = False) -> Iterator[Written]:
    """Yield the SQL that a call stands for, in the order in which it is run.

    `is_moved` tells that a table which is named without a schema may be in any.
    """
    if built.signature is None:
        yield from _in_doubt(built)
        return
    roles, said = arguments_of(built, built.signature)
    table = table_of_call(built, roles)
    if is_moved and not table.schema:
        table = table._replace(schema=None)
    yield from _run(SchemaCall(framework, built, built.signature, roles, said, table))


def _run(statement: SchemaCall) -> Iterator[Written]:
    act = _ACTS.get(statement.signature.act)
    if act is not None:
        return act(statement)
    if statement.signature.act not in ENTITY_ACTS:
        return iter(())
    entity = statement.roles.get("entity")
    return entity_statements(statement.framework, statement.signature.act, entity, statement.place)


def _in_doubt(built: Built) -> Iterator[Written]:
    """Yield what a call may do that nobody knows: row security for the tables that it names.

    In a schema that is not known, no table is meant but those that the history makes.
    """
    for table in sorted(tables_in_doubt(built)):
        yield from _row_security_of(Table(None, table), built.call.place)


def _row_security_of(table: Table, place: Origin) -> Iterator[Written]:
    """Yield row security of which nobody knows whether, and how, a table has it."""
    table = table._replace(schema=None)
    target = table_name(table, place)
    for level in ("ENABLE", "FORCE"):
        yield sentence(place, "ALTER TABLE ", target, f" {level} ROW LEVEL SECURITY")
    yield from unknown_policy(table, place)


def tables_in_doubt(built: Built) -> set[str]:
    """Return the names that are given to a call which nobody knows, and may be those of tables."""
    given = [*built.call.arguments[:2], *built.call.named.values()]
    tables = [table_named(each).name for each in given if _is_table(each)]
    texts = [each for each in strings_of(given) if each and _IDENTIFIER().fullmatch(each)]
    texts += [each for each in tables if each is not None]
    return {text.rpartition(".")[2] for text in texts}


def _is_table(value: Value) -> bool:
    signature = value.signature if isinstance(value, Built) else None
    return signature is not None and signature.act is Act.create_table


# Tables


def _create_table(statement: SchemaCall) -> Iterator[Written]:
    framework, said, table = statement.framework, statement.said, statement.table
    place, target, given = statement.place, statement.target, statement.built.call.arguments[1:]
    if truth(said, "force") is True:
        yield sentence(place, "DROP TABLE IF EXISTS ", target, _cascade(said))
    described = list(columns_in(framework, statement.roles.get("columns"), place))
    columns, later, has_key = _parts_of_table(statement, described)
    if framework.declares is not None:
        later += _references(columns, table)
        columns = [each._replace(reference=None) for each in columns]
    known = [each for each in columns if each.name is not None]
    keys = [] if has_key else _keys(known, said)
    phrases = [definition(each, is_key=len(keys) == 1) for each in known]
    if len(keys) > 1:
        phrases.append(
            [*words("PRIMARY KEY (", place), *column_list(keys, place), *words(")", place)]
        )
    how = "CREATE TABLE IF NOT EXISTS " if _unless_there(statement.built, said) else "CREATE TABLE "
    yield sentence(place, how, target, " (", listed(phrases, place), ")")
    for each in columns:
        if each.name is None:
            yield from _add(each, table)
        else:
            yield from _afterwards(each, each.name, table)
    is_open = any(type(each) is Unknown for each in given)
    if is_open or ("columns" in statement.roles and not described) or "as" in said:
        yield statement.alter("ADD COLUMN ", *_anything(place))
    yield from later
    yield from _described_constraints(statement)


def _keys(columns: Sequence[DescribedColumn], said: Words) -> list[str]:
    """Return the columns of the primary key, as they or the table tell."""
    found = [each.name for each in columns if each.primary and each.name is not None]
    told = first_of(said, "primarykey")
    if found or not isinstance(told, Items):
        return found
    return [each for each in strings_of((told,)) if each]


def _parts_of_table(
    statement: SchemaCall, described: Sequence[DescribedColumn]
) -> tuple[list[DescribedColumn], list[Written], bool]:
    """Return the columns of a table, what is done to it when it is there, and if that has a key."""
    framework, built, table, place = (
        statement.framework, statement.built, statement.table, statement.place,
    )  # fmt: skip
    entries = statement.roles.get("columns")
    labels = (
        dict(zip(entries.values, described, strict=False)) if isinstance(entries, Entries) else {}
    )
    columns = [*keys_of(framework, statement.said, place), *described]
    keyed: list[Written] = []
    later: list[Written] = []
    read = {each.place for each in described}
    arguments = [each for each in built.call.arguments[1:] if isinstance(each, Built)]
    extra = list(_listed(built.results.get("parts")))
    if any(_is_policy(framework, each) for each in extra) or statement.signature.set:
        later.append(statement.alter("ENABLE ROW LEVEL SECURITY"))
    has_key = False
    for part in (*arguments, *chained(built), *built.parts, *extra):
        if not isinstance(part, Built):
            later += _row_security_of(table, place)
            continue
        if part.call.place in read:
            continue
        found = columns_of(framework, part)
        if found is not None:
            columns += found
            continue
        signature = framework.parts.get(part.call.name)
        act = signature.act if signature is not None else Act.nothing
        is_argument = part in arguments
        has_key = has_key or (act is Act.primary_key and is_argument)
        # A table may refer to a key of its own, wherever that is among its arguments.
        where = keyed if act in _KEYS and is_argument else later
        where += _part(framework, part, table, labels)
    return columns, [*keyed, *later], has_key


def _listed(value: Value | None) -> Iterator[Value]:
    """Yield what a list or an object has, those in it included."""
    match value:
        case None | Plain(None):
            return
        case Items(values):
            for each in values:
                yield from _listed(each)
        case Entries(entries):
            for each in entries.values():
                yield from _listed(each)
        case _:
            yield value


def _is_policy(framework: Framework, value: Value) -> bool:
    known = framework.parts.get(value.call.name) if isinstance(value, Built) else None
    return known is not None and known.act is Act.create_policy


def _references(columns: Sequence[DescribedColumn], table: Table) -> Iterator[Written]:
    for each in columns:
        if each.reference is not None and each.name is not None:
            place = each.place
            yield sentence(
                place, "ALTER TABLE ", table_name(table, place), " ADD FOREIGN KEY (",
                name(each.name, place), ")", _referring(each.reference, place),
            )  # fmt: skip


def _described_constraints(statement: SchemaCall) -> Iterator[Written]:
    """Yield the keys that an object which describes a table lists beside its columns."""
    for word, act in _LISTED_BESIDE:
        given = first_of(statement.said, word)
        for each in given.values if isinstance(given, Items) else ():
            said = words_of(each)
            roles = {ROLES[key]: value[0] for key, value in said.items() if key in ROLES}
            signature = Signature(act)
            yield from _run(statement._replace(signature=signature, roles=roles, said=said))


def _unless_there(built: Built, said: Words) -> bool:
    return "ifnotexists" in plain_word(built.call.name) or truth(said, "ifnotexists") is True


def _change_table(statement: SchemaCall) -> Iterator[Written]:
    if "levelsecurity" in statement.said:
        level = constant(first_of(statement.said, "levelsecurity"))
        if isinstance(level, str) and level.upper() in _LEVELS:
            yield statement.alter(f"{level.upper()} ROW LEVEL SECURITY")
        else:
            yield statement.alter(unknown(statement.place))
    for part in (*chained(statement.built), *statement.built.parts):
        yield from _part(statement.framework, part, statement.table)


def _part(
    framework: Framework,
    part: Built,
    table: Table,
    labels: Mapping[str, DescribedColumn] = _NO_LABELS,
) -> Iterator[Written]:
    """Yield what a call in the block of a statement does to its table.

    `labels` are columns by what the program calls them, where that differs from their names.
    """
    said: Words = words_of(part)
    columns = columns_of(framework, part)
    signature = framework.parts.get(part.call.name)
    if columns is not None:
        for each in columns:
            is_old = "change" in said or "alter" in said
            yield from _retyped(each, table) if is_old else _add(each, table)
    elif signature is None and framework.declares is not None:
        yield from _row_security_of(table, part.call.place)
    elif signature is None:
        place = part.call.place
        target = table_name(table, place)
        yield sentence(place, "ALTER TABLE ", target, " ADD COLUMN ", *_anything(place))
    else:
        roles, said = arguments_of(part, signature)
        role = "columns" if "columns" in roles else "column"
        if labels and role in roles:
            told = strings_of((roles[role],))
            told = [labels[each].name if each and each in labels else each for each in told]
            roles[role] = Items(tuple([_named(each, part.call.place) for each in told]))
        yield from _run(SchemaCall(framework, part, signature, roles, said, table))


def _named(label: str | None, place: Origin) -> Value:
    return Written(words(label, place)) if label is not None else Plain(0)


def _drop_table(statement: SchemaCall) -> Iterator[Written]:
    more = statement.roles.get("columns")
    others = [table_named(each) for each in more.values] if isinstance(more, Items) else []
    for each in (statement.table, *others):
        target = table_name(each, statement.place)
        yield sentence(statement.place, "DROP TABLE IF EXISTS ", target, _cascade(statement.said))


def _cascade(said: Words) -> str:
    is_forced = constant(first_of(said, "force", "mode")) == "cascade"
    return " CASCADE" if is_forced or truth(said, "cascade") is True else ""


def _rename_table(statement: SchemaCall) -> Iterator[Written]:
    if "column" in statement.roles:
        yield from _rename_column(statement)
        return
    table, place = statement.table, statement.place
    new = table_named(statement.roles.get("new"), statement.roles.get("new_schema"))
    target = statement.target
    if new.schema and new.schema != table.schema:
        yield sentence(place, "ALTER TABLE ", target, " SET SCHEMA ", name(new.schema, place))
        target = table_name(Table(new.schema, table.name), place)
    if "new" in statement.roles and (new.name is None or new.name != table.name):
        yield sentence(place, "ALTER TABLE ", target, " RENAME TO ", maybe(new.name, place))


def _join_table(statement: SchemaCall) -> Iterator[Written]:
    """Yield the table between two others, named after both."""
    place = statement.place
    pair = [each for each in (statement.text("table"), statement.text("new")) if each]
    given = first_of(statement.said, "tablename")
    own = constant(given)
    if given is None and len(pair) == 2:
        own = _SAME_START().sub(r"\1\2_\3", "\0".join(sorted(pair))).replace("\0", "_")
    table = Table("", own if isinstance(own, str) else None)
    nullable = truth(words_of(first_of(statement.said, "columnoptions")), "null") is True
    columns = [
        DescribedColumn(place, singular(each) + "_id", "bigint", not nullable) for each in pair
    ]
    phrases = [definition(each, is_key=False) for each in columns]
    target = table_name(table, place)
    yield sentence(place, "CREATE TABLE ", target, " (", listed(phrases, place), ")")
    if len(pair) != 2:
        yield sentence(place, "ALTER TABLE ", target, " ADD COLUMN ", *_anything(place))
    for part in statement.built.parts:
        yield from _part(statement.framework, part, table)


def _create_schema(statement: SchemaCall) -> Iterator[Written]:
    schema = statement.text("schema") or statement.text("name")
    if schema:
        place = statement.place
        yield sentence(place, "CREATE SCHEMA IF NOT EXISTS ", name(schema, place))


# Columns


def _add_column(statement: SchemaCall) -> Iterator[Written]:
    for each in _added(statement):
        yield from _add(each, statement.table)


def _added(statement: SchemaCall) -> list[DescribedColumn]:
    framework, roles, place = statement.framework, statement.roles, statement.place
    said: Words = statement.said
    if statement.signature.set:
        labels = roles.get("column", roles.get("columns"))
        named = (labels,) if labels is not None else ()
        return set_of(framework, statement.signature.set, named, said, place)
    given = roles.get("columns", roles.get("column"))
    if isinstance(given, Entries | Items | Built):
        return list(columns_in(framework, given, place))
    kind = roles.get("type")
    if isinstance(kind, Entries):
        said = words_of(kind)
        kind = first_of(said, "type")
    label = statement.text("column")
    word = constant(kind)
    if isinstance(word, str) and word in framework.sets:
        (standard,) = framework.sets[word][:1]
        return [column(framework, label, standard.type, said, place)]
    return [column(framework, label, kind, said, place)]


def _add(added: DescribedColumn, table: Table) -> Iterator[Written]:
    place = added.place
    target = table_name(table, place)
    if added.name is None:
        yield sentence(place, "ALTER TABLE ", target, " ADD COLUMN ", *_anything(place))
        return
    what = definition(added, is_key=added.primary)
    yield sentence(place, "ALTER TABLE ", target, " ADD COLUMN ", what)
    yield from _afterwards(added, added.name, table)


def _afterwards(added: DescribedColumn, label: str, table: Table) -> Iterator[Written]:
    """Yield what cannot be said of a column where it is made."""
    place, target = added.place, table_name(table, added.place)
    if added.type is None:
        kind = (" ALTER COLUMN ", name(label, place), " TYPE ", unread(place))
        yield sentence(place, "ALTER TABLE ", target, *kind)
    if added.indexed:
        yield sentence(place, "CREATE INDEX ON ", target, " (", name(label, place), ")")


def _retyped(changed: DescribedColumn, table: Table) -> Iterator[Written]:
    place = changed.place
    if changed.name is None or changed.type is None:
        return
    parts = ("ALTER TABLE ", table_name(table, place), " ALTER COLUMN ", name(changed.name, place))
    yield sentence(place, *parts, f" TYPE {changed.type}")
    yield sentence(place, *parts, " SET NOT NULL" if changed.not_null else " DROP NOT NULL")


def _drop_column(statement: SchemaCall) -> Iterator[Written]:
    dropped = statement.columns
    if statement.signature.set:
        dropped = [each.name for each in _added(statement)]
    for each in dropped:
        yield statement.alter("DROP COLUMN ", maybe(each, statement.place))


def _rename_column(statement: SchemaCall) -> Iterator[Written]:
    old, new = statement.text("column"), statement.text("new")
    place = statement.place
    yield statement.alter("RENAME COLUMN ", maybe(old, place), " TO ", maybe(new, place))


def _change_column(statement: SchemaCall) -> Iterator[Written]:
    made = statement.roles.get("column")
    if isinstance(made, Built):
        yield from _changed(statement, made)
        return
    place, kind = statement.place, statement.roles.get("type")
    said: Words = statement.said
    head = ("ALTER COLUMN ", maybe(statement.text("column"), place))
    if isinstance(kind, Entries) or (isinstance(kind, Built) and statement.framework.changes_whole):
        said = words_of(kind)
        kind = first_of(said, "type")
    kind = kind if kind is not None else first_of(said, "setdatatype")
    if kind is not None and kind != Plain(None):
        type_ = type_named(statement.framework, kind)
        yield statement.alter(*head, " TYPE ", type_ if type_ is not None else unknown(place))
    nullable = truth(said, "null", "nullable", "allownull", "isnullable")
    if nullable is None and statement.framework.changes_whole:
        nullable = statement.framework.nullable
    if "null" in statement.roles:
        known = constant(statement.roles["null"])
        nullable = known if isinstance(known, bool) else None
    if nullable is None and "notnull" in said:
        nullable = truth(said, "notnull") is not True
    if statement.signature.set:
        nullable = statement.signature.set == "null"
    for word, becomes in (("setnotnull", False), ("dropnotnull", True)):
        nullable = becomes if word in said else nullable
    if nullable is not None:
        yield statement.alter(*head, " DROP NOT NULL" if nullable else " SET NOT NULL")
    given = default_of(said, place)
    if given:
        yield statement.alter(*head, " SET DEFAULT ", given)
    elif said.get("serverdefault") == (Plain(None),):
        yield statement.alter(*head, " DROP DEFAULT")
    if statement.text("new") is not None:
        yield from _rename_column(statement)


def _changed(statement: SchemaCall, made: Built) -> Iterator[Written]:
    """Yield what calls one after the other make of a column that is there."""
    nullable = truth(words_of(made), "null")
    if nullable is None and "notnull" in words_of(made):
        nullable = False
    for each in column_of_chain(statement.framework, made):
        head = ("ALTER COLUMN ", maybe(each.name, each.place))
        if each.type is not None:
            yield statement.alter(*head, f" TYPE {each.type}")
        if nullable is not None:
            yield statement.alter(*head, " DROP NOT NULL" if nullable else " SET NOT NULL")


def definition(column: DescribedColumn, *, is_key: bool) -> Phrase:
    """Return a column as it stands in CREATE TABLE."""
    place = column.place
    found = [*maybe(column.name, place), *words(f" {column.type or 'text'}", place)]
    if column.primary and is_key:
        found += words(" PRIMARY KEY", place)
    elif column.not_null or column.primary:
        found += words(" NOT NULL", place)
    if column.unique:
        found += words(" UNIQUE", place)
    if column.default:
        found += [*words(" DEFAULT ", place), *column.default]
    if column.reference is not None:
        found += _referring(column.reference, place)
    return found


# Keys and indexes


def _referring(reference: DescribedReference, place: Origin) -> Phrase:
    found = [*words(" REFERENCES ", place), *table_name(reference.table, place)]
    if reference.columns:
        found += [*words(" (", place), *column_list(reference.columns, place), *words(")", place)]
    return found


def _foreign_key(statement: SchemaCall) -> Iterator[Written]:
    roles, said, place = statement.roles, statement.said, statement.place
    target = roles.get("target", first_of(said, "on", "intable", "references"))
    if isinstance(target, Items):
        yield from _referring_to_columns(statement, target)
        return
    if target is None:
        target = _table_of_columns(roles.get("target_columns"))
    referred = table_named(target, roles.get("target_schema"))
    columns = statement.known_columns
    if not columns and not statement.columns and referred.name is not None:
        columns = [singular(referred.name) + "_id"]
    if not columns or referred.name is None:
        return
    keys = roles.get("target_columns", first_of(said, "references", "primarykey"))
    names = [each for each in strings_of((keys,)) if each] if keys not in (None, target) else []
    yield statement.add(
        "FOREIGN KEY (", column_list(columns, place), ")",
        _referring(DescribedReference(referred, tuple(names)), place),
    )  # fmt: skip
    if statement.framework.indexes_references:
        listing = column_list(columns, place)
        yield sentence(place, "CREATE INDEX ON ", statement.target, " (", listing, ")")


def _referring_to_columns(statement: SchemaCall, target: Items) -> Iterator[Written]:
    """Yield a foreign key to columns that are given with their table: `table.column`."""
    referred = [referred_to(constant(each)) for each in target.values]
    known = [each for each in referred if each is not None]
    columns, place = statement.known_columns, statement.place
    if not columns or not len(known) == len(referred) == len(columns):
        return
    reference = DescribedReference(
        known[0].table, tuple([key for each in known for key in each.columns])
    )
    what = ("FOREIGN KEY (", column_list(columns, place), ")", _referring(reference, place))
    yield statement.add(*what)


def _table_of_columns(value: Value | None) -> Value | None:
    first = next(iter(value.values), None) if isinstance(value, Items) else value
    return first.table if isinstance(first, Member) else None


def _key(statement: SchemaCall) -> Iterator[Written]:
    kind = "PRIMARY KEY" if statement.signature.act is Act.primary_key else "UNIQUE"
    if statement.known_columns:
        yield statement.add(f"{kind} (", column_list(statement.known_columns, statement.place), ")")


def _constraint(statement: SchemaCall) -> Iterator[Written]:
    """Yield a constraint whose kind is an option, or that is written in SQL."""
    written = statement.roles.get("definition")
    kind = (statement.text("type") or "").lower()
    if isinstance(written, Written) and written.constant is not None:
        yield statement.add(written.fragments)
    elif kind == "foreign key":
        refers = words_of(first_of(statement.said, "references"))
        found = {
            "target": first_of(refers, "table", "model"),
            "target_columns": first_of(refers, "field", "key", "fields"),
        }
        more = {role: value for role, value in found.items() if value is not None}
        yield from _foreign_key(statement._replace(roles={**statement.roles, **more}))
    elif kind in ("primary key", "unique"):
        act = Act.primary_key if kind == "primary key" else Act.unique
        yield from _key(statement._replace(signature=Signature(act)))


def _drop_constraint(statement: SchemaCall) -> Iterator[Written]:
    own = statement.text("name")
    if own:
        label = name(own, statement.place)
        yield statement.alter("DROP CONSTRAINT IF EXISTS ", label, " CASCADE")


def _create_index(statement: SchemaCall) -> Iterator[Written]:
    said, place = statement.said, statement.place
    columns = [each for each in statement.indexed if each is not None]
    where = first_of(said, "where", "filter", "postgresqlwhere")
    condition = default(where, place, is_sql=True)
    is_told = where in (None, Plain(None)) or (condition and len(said.get("where", ())) < 2)
    if None in statement.indexed or not is_told:
        columns = []
    if not columns:
        # What it serves is not known.
        return
    first = next(iter(statement.built.call.arguments), None)
    is_unique = (
        truth(said, "unique", "isunique") is True
        or statement.signature.set == "unique"
        or (isinstance(first, Built) and "unique" in first.call.name)
    )
    own = statement.text("name")
    using = constant(first_of(said, "using", "postgresqlusing", "method"))
    yield sentence(
        place,
        "CREATE UNIQUE INDEX " if is_unique else "CREATE INDEX ",
        [*name(own, place), *words(" ", place)] if own else "",
        "ON ",
        statement.target,
        f" USING {using}" if isinstance(using, str) and using.isidentifier() else "",
        " (",
        listed([_indexed(each, place) for each in columns], place),
        ")",
        [*words(" WHERE ", place), *condition] if condition else "",
    )


def _indexed(text: str, place: Origin) -> Phrase:
    """Return what is indexed: a column, or an expression, and how it is sorted."""
    if text.isidentifier():
        return name(text, place)
    sorting = _SORTING().search(text)
    end = sorting.start() if sorting is not None else len(text)
    what = text[:end]
    return words((what if what.isidentifier() else f"({what})") + text[end:], place)


def _drop_index(statement: SchemaCall) -> Iterator[Written]:
    own = statement.text("name")
    if own:
        target = table_name(Table(statement.table.schema or "", own), statement.place)
        yield sentence(statement.place, "DROP INDEX IF EXISTS ", target)


_ACTS: Mapping[Act, Callable[[SchemaCall], Iterator[Written]]] = MappingProxyType(
    {
        Act.create_table: _create_table,
        Act.change_table: _change_table,
        Act.drop_table: _drop_table,
        Act.rename_table: _rename_table,
        Act.join_table: _join_table,
        Act.create_schema: _create_schema,
        Act.add_column: _add_column,
        Act.columns: _add_column,
        Act.drop_column: _drop_column,
        Act.rename_column: _rename_column,
        Act.change_column: _change_column,
        Act.foreign_key: _foreign_key,
        Act.primary_key: _key,
        Act.unique: _key,
        Act.constraint: _constraint,
        Act.drop_constraint: _drop_constraint,
        Act.create_index: _create_index,
        Act.drop_index: _drop_index,
        Act.create_policy: create_policy,
        Act.drop_policy: drop_policy,
        Act.enable_row_security: enable,
        Act.create_role: create_role,
        Act.create_type: create_type,
    }
)


# Names


def _anything(place: Origin) -> Sequence[str | Phrase]:
    """Return columns of which nothing is known."""
    return unknown(place), " ", unknown(place)
