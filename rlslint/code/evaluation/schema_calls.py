"""The SQL that calls of a framework stand for: tables, columns, keys, indexes, policies.

What cannot be read makes unknown what it may touch: the columns of a table, or the row security of
a table that is named in a call which nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from rlslint import NamedTuple
from rlslint.code.evaluation.built import Built
from rlslint.code.evaluation.builtins import Place
from rlslint.code.evaluation.schema_columns import columns_in, columns_of, keys_of, set_of
from rlslint.code.evaluation.schema_words import (
    Column,
    Reference,
    Table,
    Words,
    column,
    default,
    default_of,
    first_of,
    plain_word,
    singular,
    strings_of,
    table_named,
    truth,
    type_named,
    words_of,
)
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Closure, Entries, Items, Plain, Value, constant
from rlslint.code.evaluation.wording import Phrase, listed, name, sentence, unknown, unread, words
from rlslint.code.schemas import Act, Framework, Signature
from rlslint.text.patterns import Pattern

_ROLES = {
    "table": "table", "tablename": "table", "schema": "schema", "prefix": "schema",
    "column": "column", "columnname": "column", "columns": "columns", "columnnames": "columns",
    "fields": "columns", "newname": "new", "newcolumnname": "new", "newschema": "new_schema",
    "referencedtablename": "target", "principaltable": "target", "totable": "target",
    "referencedcolumnnames": "target_columns", "principalcolumn": "target_columns",
    "principalcolumns": "target_columns", "principalschema": "target_schema",
    "type": "type", "name": "name",
}  # fmt: skip
"""What names of arguments mean in all frameworks, where a signature says nothing else."""

_IDENTIFIER = Pattern(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?")
_LEVELS = frozenset(("ENABLE", "DISABLE", "FORCE", "NO FORCE"))
_HAVE_BLOCKS = frozenset((Act.create_table, Act.change_table))
_CONDITIONS = (("using", "USING"), ("check", "WITH CHECK"), ("withcheck", "WITH CHECK"))


_NO_LABELS: Mapping[str, Column] = MappingProxyType({})


class _Statement(NamedTuple):
    """A call that stands for a statement, read: its arguments by their roles, its other options."""

    framework: Framework
    built: Built
    signature: Signature
    roles: Mapping[str, Value]
    said: Words
    table: Table

    @property
    def place(self) -> Place:
        return self.built.call.place

    @property
    def target(self) -> Phrase:
        return table_name(self.table, self.place)

    @property
    def columns(self) -> list[str | None]:
        """The columns that are named, None for those that are not known."""
        value = self.roles.get("columns", self.roles.get("column"))
        return strings_of((value,)) if value is not None else []

    @property
    def known_columns(self) -> list[str]:
        """The columns where all are known, else none."""
        found = self.columns
        return [] if None in found else [each for each in found if each is not None]

    def text(self, role: str) -> str | None:
        """Return an argument that is a string."""
        found = constant(self.roles.get(role))
        return found if isinstance(found, str) else None

    def alter(self, *parts: str | Phrase) -> Written:
        """Return a statement that changes the table."""
        return sentence(self.place, "ALTER TABLE ", self.target, " ", *parts)

    def add(self, *parts: str | Phrase) -> Written:
        """Return a statement that adds a constraint, by its name where it has one."""
        own = self.text("name")
        label: Phrase = (
            [*words("CONSTRAINT ", self.place), *name(own, self.place), *words(" ", self.place)]
            if own
            else ()
        )
        return self.alter("ADD ", label, *parts)


def statements_of(built: Built, framework: Framework, is_moved: bool = False) -> Iterator[Written]:
    """Yield the SQL that a call stands for, in the order in which it is run.

    `is_moved` tells that a table which is named without a schema may be in any.
    """
    if built.signature is None:
        yield from _in_doubt(built)
        return
    roles, said = _given(built, built.signature)
    table = _table(built, roles)
    if is_moved and not table.schema:
        table = table._replace(schema=None)
    yield from _run(_Statement(framework, built, built.signature, roles, said, table))


def _run(statement: _Statement) -> Iterator[Written]:
    act = _ACTS.get(statement.signature.act)
    return act(statement) if act is not None else iter(())


def _in_doubt(built: Built) -> Iterator[Written]:
    """Yield what a call may do that nobody knows: row security for the tables that it names.

    In a schema that is not known, no table is meant but those that the history makes.
    """
    place = built.call.place
    anything = unread(place)
    for table in sorted(tables_in_doubt(built)):
        target = table_name(Table(None, table), place)
        for level in ("ENABLE", "FORCE"):
            yield sentence(place, "ALTER TABLE ", target, f" {level} ROW LEVEL SECURITY")
        yield sentence(place, "CREATE POLICY ", anything, " ON ", target, " USING (", anything, ")")


def tables_in_doubt(built: Built) -> set[str]:
    """Return the names that are given to a call which nobody knows, and may be those of tables."""
    given = [*built.call.arguments[:2], *built.call.named.values()]
    texts = [each for each in strings_of(given) if each and _IDENTIFIER().fullmatch(each)]
    return {text.rpartition(".")[2] for text in texts}


# What a call is given


def _given(built: Built, signature: Signature) -> tuple[dict[str, Value], Words]:
    """Return the arguments of a call by their roles, and its other options."""
    given: list[Value] = [each for each in built.call.arguments if not isinstance(each, Closure)]
    first = given[0] if given else None
    if signature.act is Act.create_index and isinstance(first, Built):
        given = list(first.call.arguments)
    roles: dict[str, Value] = dict(zip(signature.positions, given, strict=False))
    if signature.positions[-1:] == ("columns",):
        rest = [each for each in given[len(signature.positions) - 1 :] if isinstance(each, Written)]
        if rest:
            roles["columns"] = Items(tuple(rest))
    described = [each for each in given if isinstance(each, Built) and _has_entries(each)]
    said = words_of(*described, first if isinstance(first, Built) else None, built)
    for key, values in said.items():
        role = signature.words.get(key) or _ROLES.get(key)
        if role is not None and values:
            roles.setdefault(role, values[0])
    for key, result in built.results.items():
        if not key and signature.act in _HAVE_BLOCKS:
            continue
        word = plain_word(key)
        role = signature.words.get(word) or _ROLES.get(word or "columns")
        if role is not None and not isinstance(roles.get(role), Written | Items):
            roles[role] = result
    return roles, said


def _has_entries(built: Built) -> bool:
    return any(isinstance(each, Entries) for each in built.call.arguments)


def _table(built: Built, roles: Mapping[str, Value]) -> Table:
    schema = roles.get("schema")
    if schema is None and isinstance(built.on, Built):
        schema = first_of(words_of(built.on), "withschema")
        if built.on.call.name == "withSchema":
            schema = next(iter(built.on.call.arguments), None)
    return table_named(roles.get("table"), schema)


# Tables


def _create_table(statement: _Statement) -> Iterator[Written]:
    framework, built, roles, said, table = (
        statement.framework, statement.built, statement.roles, statement.said, statement.table,
    )  # fmt: skip
    place, target = statement.place, statement.target
    if truth(said, "force") is True:
        yield sentence(place, "DROP TABLE IF EXISTS ", target, _cascade(said))
    described = list(columns_in(framework, roles.get("columns"), place))
    columns = [*keys_of(framework, said, place), *described]
    later: list[Written] = []
    entries = roles.get("columns")
    labels = (
        dict(zip(entries.values, described, strict=False)) if isinstance(entries, Entries) else {}
    )
    read = {each.place for each in described}
    arguments = [each for each in built.call.arguments[1:] if isinstance(each, Built)]
    for part in (*arguments, *built.parts):
        if part.call.place in read:
            continue
        found = columns_of(framework, part)
        if found is None:
            later += _part(framework, part, table, labels)
        else:
            columns += found
    known = [each for each in columns if each.name is not None]
    keys = [each.name for each in known if each.primary and each.name is not None]
    phrases = [_definition(each, is_key=len(keys) == 1) for each in known]
    if len(keys) > 1:
        phrases.append([*words("PRIMARY KEY (", place), *_names(keys, place), *words(")", place)])
    how = "CREATE TABLE IF NOT EXISTS " if _unless_there(built, said) else "CREATE TABLE "
    yield sentence(place, how, target, " (", listed(phrases, place), ")")
    for each in columns:
        if each.name is None:
            yield from _add(each, table)
        else:
            yield from _afterwards(each, each.name, table)
    if ("columns" in roles and not described) or "as" in said:
        yield statement.alter("ADD COLUMN ", *_anything(place))
    yield from later
    yield from _described_constraints(statement)


def _described_constraints(statement: _Statement) -> Iterator[Written]:
    """Yield the keys that an object which describes a table lists beside its columns."""
    for word, act in (("foreignkeys", Act.foreign_key), ("uniques", Act.unique)):
        given = first_of(statement.said, word)
        for each in given.values if isinstance(given, Items) else ():
            said = words_of(each)
            roles = {_ROLES[key]: value[0] for key, value in said.items() if key in _ROLES}
            signature = Signature(act)
            yield from _run(statement._replace(signature=signature, roles=roles, said=said))


def _unless_there(built: Built, said: Words) -> bool:
    return "ifnotexists" in plain_word(built.call.name) or truth(said, "ifnotexists") is True


def _change_table(statement: _Statement) -> Iterator[Written]:
    if "levelsecurity" in statement.said:
        level = constant(first_of(statement.said, "levelsecurity"))
        if isinstance(level, str) and level.upper() in _LEVELS:
            yield statement.alter(f"{level.upper()} ROW LEVEL SECURITY")
        else:
            yield statement.alter(unknown(statement.place))
    for part in statement.built.parts:
        yield from _part(statement.framework, part, statement.table)


def _part(
    framework: Framework, part: Built, table: Table, labels: Mapping[str, Column] = _NO_LABELS
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
    elif signature is None:
        place = part.call.place
        target = table_name(table, place)
        yield sentence(place, "ALTER TABLE ", target, " ADD COLUMN ", *_anything(place))
    else:
        roles, said = _given(part, signature)
        role = "columns" if "columns" in roles else "column"
        if labels and role in roles:
            told = strings_of((roles[role],))
            told = [labels[each].name if each and each in labels else each for each in told]
            roles[role] = Items(tuple([_named(each, part.call.place) for each in told]))
        yield from _run(_Statement(framework, part, signature, roles, said, table))


def _named(label: str | None, place: Place) -> Value:
    return Written(words(label, place)) if label is not None else Plain(0)


def _drop_table(statement: _Statement) -> Iterator[Written]:
    more = statement.roles.get("columns")
    others = [table_named(each) for each in more.values] if isinstance(more, Items) else []
    for each in (statement.table, *others):
        target = table_name(each, statement.place)
        yield sentence(statement.place, "DROP TABLE IF EXISTS ", target, _cascade(statement.said))


def _cascade(said: Words) -> str:
    is_forced = constant(first_of(said, "force", "mode")) == "cascade"
    return " CASCADE" if is_forced or truth(said, "cascade") is True else ""


def _rename_table(statement: _Statement) -> Iterator[Written]:
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
        yield sentence(place, "ALTER TABLE ", target, " RENAME TO ", _maybe(new.name, place))


def _join_table(statement: _Statement) -> Iterator[Written]:
    """Yield the table between two others, named after both."""
    place = statement.place
    pair = [each for each in (statement.text("table"), statement.text("new")) if each]
    if len(pair) != 2:
        return
    given = constant(first_of(statement.said, "tablename"))
    table = Table("", given if isinstance(given, str) else "_".join(sorted(pair)))
    columns = [Column(place, singular(each) + "_id", "bigint", True) for each in pair]
    phrases = [_definition(each, is_key=False) for each in columns]
    target = table_name(table, place)
    yield sentence(place, "CREATE TABLE ", target, " (", listed(phrases, place), ")")
    for part in statement.built.parts:
        yield from _part(statement.framework, part, table)


def _create_schema(statement: _Statement) -> Iterator[Written]:
    schema = statement.text("schema") or statement.text("name")
    if schema:
        place = statement.place
        yield sentence(place, "CREATE SCHEMA IF NOT EXISTS ", name(schema, place))


# Columns


def _add_column(statement: _Statement) -> Iterator[Written]:
    for each in _added(statement):
        yield from _add(each, statement.table)


def _added(statement: _Statement) -> list[Column]:
    framework, roles, place = statement.framework, statement.roles, statement.place
    said: Words = statement.said
    if statement.signature.set:
        named = (roles["column"],) if "column" in roles else ()
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


def _add(added: Column, table: Table) -> Iterator[Written]:
    place = added.place
    target = table_name(table, place)
    if added.name is None:
        yield sentence(place, "ALTER TABLE ", target, " ADD COLUMN ", *_anything(place))
        return
    what = _definition(added, is_key=added.primary)
    yield sentence(place, "ALTER TABLE ", target, " ADD COLUMN ", what)
    yield from _afterwards(added, added.name, table)


def _afterwards(added: Column, label: str, table: Table) -> Iterator[Written]:
    """Yield what cannot be said of a column where it is made."""
    place, target = added.place, table_name(table, added.place)
    if added.type is None:
        kind = (" ALTER COLUMN ", name(label, place), " TYPE ", unread(place))
        yield sentence(place, "ALTER TABLE ", target, *kind)
    if added.indexed:
        yield sentence(place, "CREATE INDEX ON ", target, " (", name(label, place), ")")


def _retyped(changed: Column, table: Table) -> Iterator[Written]:
    place = changed.place
    if changed.name is None or changed.type is None:
        return
    parts = ("ALTER TABLE ", table_name(table, place), " ALTER COLUMN ", name(changed.name, place))
    yield sentence(place, *parts, f" TYPE {changed.type}")
    yield sentence(place, *parts, " SET NOT NULL" if changed.not_null else " DROP NOT NULL")


def _drop_column(statement: _Statement) -> Iterator[Written]:
    for each in statement.columns:
        yield statement.alter("DROP COLUMN ", _maybe(each, statement.place))


def _rename_column(statement: _Statement) -> Iterator[Written]:
    old, new = statement.text("column"), statement.text("new")
    place = statement.place
    yield statement.alter("RENAME COLUMN ", _maybe(old, place), " TO ", _maybe(new, place))


def _change_column(statement: _Statement) -> Iterator[Written]:
    place, kind = statement.place, statement.roles.get("type")
    said: Words = statement.said
    head = ("ALTER COLUMN ", _maybe(statement.text("column"), place))
    if isinstance(kind, Entries):
        said = words_of(kind)
        kind = first_of(said, "type")
    if kind is not None and kind != Plain(None):
        type_ = type_named(statement.framework, kind)
        yield statement.alter(*head, " TYPE ", type_ if type_ is not None else unknown(place))
    nullable = truth(said, "null", "nullable", "allownull")
    if "null" in statement.roles:
        known = constant(statement.roles["null"])
        nullable = known if isinstance(known, bool) else None
    if nullable is None and "notnull" in said:
        nullable = truth(said, "notnull") is not True
    if nullable is not None:
        yield statement.alter(*head, " DROP NOT NULL" if nullable else " SET NOT NULL")
    given = default_of(said, place)
    if given:
        yield statement.alter(*head, " SET DEFAULT ", given)
    if statement.text("new") is not None:
        yield from _rename_column(statement)


def _definition(column: Column, *, is_key: bool) -> Phrase:
    """Return a column as it stands in CREATE TABLE."""
    place = column.place
    found = [*_maybe(column.name, place), *words(f" {column.type or 'text'}", place)]
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


def _referring(reference: Reference, place: Place) -> Phrase:
    found = [*words(" REFERENCES ", place), *table_name(reference.table, place)]
    if reference.columns:
        found += [*words(" (", place), *_names(reference.columns, place), *words(")", place)]
    return found


def _foreign_key(statement: _Statement) -> Iterator[Written]:
    roles, said, place = statement.roles, statement.said, statement.place
    target = roles.get("target", first_of(said, "on", "intable", "references"))
    referred = table_named(target, roles.get("target_schema"))
    columns = statement.known_columns
    if not columns and not statement.columns and referred.name is not None:
        columns = [singular(referred.name) + "_id"]
    if not columns or referred.name is None:
        return
    keys = roles.get("target_columns", first_of(said, "references", "primarykey"))
    names = [each for each in strings_of((keys,)) if each] if keys not in (None, target) else []
    yield statement.add(
        "FOREIGN KEY (", _names(columns, place), ")",
        _referring(Reference(referred, tuple(names)), place),
    )  # fmt: skip


def _key(statement: _Statement) -> Iterator[Written]:
    kind = "PRIMARY KEY" if statement.signature.act is Act.primary_key else "UNIQUE"
    if statement.known_columns:
        yield statement.add(f"{kind} (", _names(statement.known_columns, statement.place), ")")


def _constraint(statement: _Statement) -> Iterator[Written]:
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


def _drop_constraint(statement: _Statement) -> Iterator[Written]:
    own = statement.text("name")
    if own:
        label = name(own, statement.place)
        yield statement.alter("DROP CONSTRAINT IF EXISTS ", label, " CASCADE")


def _create_index(statement: _Statement) -> Iterator[Written]:
    said, place, columns = statement.said, statement.place, statement.known_columns
    where = first_of(said, "where", "filter", "postgresqlwhere")
    condition = default(where, place, is_sql=True)
    if not columns or (where not in (None, Plain(None)) and not condition):
        # What it serves is not known.
        return
    first = next(iter(statement.built.call.arguments), None)
    is_unique = truth(said, "unique", "isunique") is True or (
        isinstance(first, Built) and "unique" in first.call.name
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


def _indexed(text: str, place: Place) -> Phrase:
    """Return what is indexed: a column, or an expression."""
    return name(text, place) if text.isidentifier() else words(f"({text})", place)


def _drop_index(statement: _Statement) -> Iterator[Written]:
    own = statement.text("name")
    if own:
        yield sentence(statement.place, "DROP INDEX IF EXISTS ", name(own, statement.place))


# Policies


def _create_policy(statement: _Statement) -> Iterator[Written]:
    place, said = statement.place, statement.said
    label = _maybe(statement.text("name"), place)
    parts: list[str | Phrase] = ["CREATE POLICY ", label, " ON ", statement.target]
    kind, command = constant(first_of(said, "as")), constant(first_of(said, "command", "for"))
    if isinstance(kind, str):
        parts.append(f" AS {kind.upper()}")
    if isinstance(command, str):
        parts.append(f" FOR {command.upper()}")
    grantees = strings_of(tuple(said.get("role", said.get("to", ()))))
    if grantees:
        known = [each for each in grantees if each is not None]
        parts += [" TO ", ", ".join(known) if len(known) == len(grantees) else unknown(place)]
    for word, clause in _CONDITIONS:
        if word in said:
            condition = default(first_of(said, word), place, is_sql=True)
            parts += [f" {clause} (", condition or unknown(place), ")"]
    yield sentence(place, *parts)


def _drop_policy(statement: _Statement) -> Iterator[Written]:
    label = _maybe(statement.text("name"), statement.place)
    yield sentence(statement.place, "DROP POLICY IF EXISTS ", label, " ON ", statement.target)


_ACTS: Mapping[Act, Callable[[_Statement], Iterator[Written]]] = MappingProxyType(
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
        Act.create_policy: _create_policy,
        Act.drop_policy: _drop_policy,
    }
)


# Names


def table_name(table: Table, place: Place) -> Phrase:
    """Return the name of a table; without a known schema, it means those of the history alone."""
    if table.name is None:
        return unknown(place)
    own = name(table.name, place)
    if table.schema is None:
        return [*unread(place), *words(".", place), *own]
    return [*name(table.schema, place), *words(".", place), *own] if table.schema else own


def _names(columns: Sequence[str], place: Place) -> Phrase:
    return listed([name(each, place) for each in columns], place)


def _maybe(label: str | None, place: Place) -> Phrase:
    return name(label, place) if label is not None else unknown(place)


def _anything(place: Place) -> Sequence[str | Phrase]:
    """Return columns of which nothing is known."""
    return unknown(place), " ", unknown(place)
