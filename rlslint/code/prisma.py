"""Prisma's schema: the tables, keys and indexes that it declares, as SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.migrations import in_order, migration_site
from rlslint.code.evaluation.schema_words import Table, table_name
from rlslint.code.evaluation.strings import FollowedFile, Written
from rlslint.code.evaluation.wording import Phrase, listed, name, sentence, unknown, words
from rlslint.code.prisma_schema import Field, PrismaBlock, PrismaCall, blocks_of, text_of, words_of
from rlslint.code.sites import SqlSite
from rlslint.sql import quoted_literal

_TYPES = {
    "String": "text", "Boolean": "boolean", "Int": "integer", "BigInt": "bigint",
    "Float": "double precision", "Decimal": "numeric(65,30)", "DateTime": "timestamp(3)",
    "Json": "jsonb", "Bytes": "bytea",
}  # fmt: skip
_NATIVE = {"ByteA": "bytea", "DoublePrecision": "double precision", "Timetz": "timetz"}
"""Native types that PostgreSQL calls otherwise: `@db.Uuid` is uuid."""


def declared(files: Mapping[str, bytes]) -> dict[str, tuple[SqlSite, ...]]:
    """Return the SQL of the schema that files declare together, at the last of them."""
    blocks = [
        block
        for shown, data in files.items()
        for block in blocks_of(FollowedFile(shown, data.replace(b"\r\n", b" \n")))
    ]
    models = {block.name: block for block in blocks if block.kind == "model"}
    enums = {block.name: block for block in blocks if block.kind == "enum"}
    has_keys = not any(
        text_of(each.attributes[0], "") == "prisma"
        for block in blocks
        if block.kind == "datasource"
        for each in block.fields
        if each.name == "relationMode"
    )
    found = [*_schemas(models.values()), *_schemas(enums.values())]
    found += [sql for enum in enums.values() for sql in _enum(enum)]
    for model in models.values():
        found += _table(model, models, enums)
        found += _foreign_keys(model, models) if has_keys else ()
    found += _joins(models, enums)
    sites = tuple([migration_site(each) for each in in_order(found)])
    return {**dict.fromkeys(files, ()), list(files)[-1]: sites}


def _schemas(blocks: Iterable[PrismaBlock]) -> Iterator[Written]:
    for each in blocks:
        schema = each.table.schema
        if schema:
            yield sentence(each.place, "CREATE SCHEMA IF NOT EXISTS ", name(schema, each.place))


def _enum(enum: PrismaBlock) -> Iterator[Written]:
    labels = [quoted_literal(each.column) for each in enum.fields]
    place = enum.place
    listing = ", ".join(labels)
    if labels:
        target = table_name(enum.table, place)
        yield sentence(place, "CREATE TYPE ", target, f" AS ENUM ({listing})")


def _table(
    model: PrismaBlock, models: Mapping[str, PrismaBlock], enums: Mapping[str, PrismaBlock]
) -> Iterator[Written]:
    place, target = model.place, table_name(model.table, model.place)
    columns = [each for each in model.fields if each.type.name not in models]
    names = {each.name: each.column for each in columns}
    key = model.attribute("id")
    keyed = words_of(key.given.get("fields", key.first)) if key is not None else ()
    keyed = keyed or tuple([each.name for each in columns if each.attribute("id") is not None])
    phrases = [_column(each, enums) for each in columns]
    if keyed:
        listing = _listed(names, keyed, place)
        phrases.append([*words("PRIMARY KEY (", place), *listing, *words(")", place)])
    yield sentence(place, "CREATE TABLE ", target, " (", listed(phrases, place), ")")
    for each in columns:
        if _type(each, enums) is None:
            of_column = (" ALTER COLUMN ", name(each.column, each.place), " TYPE ")
            yield sentence(each.place, "ALTER TABLE ", target, *of_column, unknown(each.place))
        if each.attribute("unique") is not None:
            yield from _index(target, [name(each.column, each.place)], each.place, is_unique=True)
    for attribute in model.attributes:
        if attribute.name in ("unique", "index"):
            indexed = words_of(attribute.given.get("fields", attribute.first))
            parts = [name(names.get(each, each), place) for each in indexed]
            kinds = words_of(attribute.given.get("type"))
            yield from _index(
                target, parts, place, is_unique=attribute.name == "unique", using="".join(kinds)
            )


def _index(
    target: Phrase, columns: Sequence[Phrase], place: Origin, *, is_unique: bool, using: str = ""
) -> Iterator[Written]:
    how = f" USING {using.lower()}" if using else ""
    kind = "CREATE UNIQUE INDEX ON " if is_unique else "CREATE INDEX ON "
    if columns:
        yield sentence(place, kind, target, how, " (", listed(columns, place), ")")


def _listed(names: Mapping[str, str], fields: Iterable[str], place: Origin) -> Phrase:
    return listed([name(names.get(each, each), place) for each in fields], place)


def _column(field: Field, enums: Mapping[str, PrismaBlock]) -> Phrase:
    place = field.place
    kind = _type(field, enums) or words("text", place)
    parts = [*name(field.column, place), *words(" ", place), *kind]
    if field.mark == "[]":
        parts += words("[]", place)
    elif field.mark != "?":
        parts += words(" NOT NULL", place)
    default = _default(field)
    return [*parts, *words(f" DEFAULT {default}", place)] if default else parts


def _type(field: Field, enums: Mapping[str, PrismaBlock]) -> Phrase | None:
    """Return the type of a column, None for one that is not known."""
    kind, place = field.type, field.place
    given = field.attribute("default")
    is_counted = given is not None and given.first == PrismaCall("autoincrement")
    if kind.name == "Unsupported":
        written = text_of(kind)
        return words(written, place) if written is not None else None
    if kind.name in enums:
        return table_name(enums[kind.name].table, place)
    native = next((each for each in field.attributes if each.name.startswith("db.")), None)
    if native is None:
        known = _TYPES.get(kind.name)
    else:
        label = native.name.removeprefix("db.")
        sizes = native.given.get("*")
        size = f"({','.join(map(str, sizes))})" if isinstance(sizes, list) else ""
        known = _NATIVE.get(label, label.lower()) + size
    if is_counted:
        known = {"bigint": "bigserial", "smallint": "smallserial"}.get(known or "", "serial")
    return words(known, place) if known is not None else None


def _default(field: Field) -> str:
    """Return the default of a column as SQL, "" where the client gives it or none is known."""
    given = field.attribute("default")
    match given.first if given is not None else None:
        case str() as text:
            return quoted_literal(text)
        case int() | float() as number:
            return str(number)
        case PrismaCall(name="dbgenerated") as call:
            return text_of(call) or ""
        case PrismaCall(name="now"):
            return "CURRENT_TIMESTAMP"
        case PrismaCall(name="true" | "false" as word):
            return word
        case _:
            return ""


def _foreign_keys(model: PrismaBlock, models: Mapping[str, PrismaBlock]) -> Iterator[Written]:
    own = {each.name: each.column for each in model.fields}
    for each in model.fields:
        relation, other = each.attribute("relation"), models.get(each.type.name)
        fields = words_of(relation.given.get("fields")) if relation is not None else ()
        if relation is None or other is None or not fields:
            continue
        place = each.place
        theirs = {field.name: field.column for field in other.fields}
        referred = words_of(relation.given.get("references"))
        yield sentence(
            place, "ALTER TABLE ", table_name(model.table, place), " ADD FOREIGN KEY (",
            _listed(own, fields, place), ") REFERENCES ", table_name(other.table, place), " (",
            _listed(theirs, referred, place), ")",
        )  # fmt: skip


def _joins(
    models: Mapping[str, PrismaBlock], enums: Mapping[str, PrismaBlock]
) -> Iterator[Written]:
    """Yield the tables between two models that list each other."""
    made: set[str] = set()
    for model in models.values():
        for each in model.fields:
            other = models.get(each.type.name)
            back = _back(model, each, other) if each.mark == "[]" and other is not None else None
            if other is None or back is None:
                continue
            first, second = sorted((model, other), key=lambda one: one.name)
            label = _relation(each) or f"{first.name}To{second.name}"
            if label not in made:
                made.add(label)
                yield from _join(f"_{label}", first, second, enums, each.place)


def _back(model: PrismaBlock, field: Field, other: PrismaBlock) -> Field | None:
    """Return the list by which another model lists a model in the same relation."""
    return next(
        (
            each
            for each in other.fields
            if each.type.name == model.name
            and each.mark == "[]"
            and _relation(each) == _relation(field)
            and (each is not field)
        ),
        None,
    )


def _relation(field: Field) -> str | None:
    return text_of(field.attribute("relation"), "name")


def _join(
    label: str,
    first: PrismaBlock,
    second: PrismaBlock,
    enums: Mapping[str, PrismaBlock],
    place: Origin,
) -> Iterator[Written]:
    table = Table(first.table.schema, label)
    target = table_name(table, place)
    columns, keys = [], []
    for letter, model in (("A", first), ("B", second)):
        key = next((each for each in model.fields if each.attribute("id") is not None), None)
        if key is None:
            return
        kind = _type(key._replace(attributes=_without_default(key)), enums) or words("text", place)
        columns.append(
            [*name(letter, place), *words(" ", place), *kind, *words(" NOT NULL", place)]
        )
        keys.append((letter, model, key.column))
    yield sentence(
        place, "CREATE TABLE ", target, " (", listed(columns, place), ', PRIMARY KEY ("A", "B"))'
    )
    yield from _index(target, [name("B", place)], place, is_unique=False)
    for letter, model, column in keys:
        referred = table_name(model.table, place)
        yield sentence(
            place, "ALTER TABLE ", target, " ADD FOREIGN KEY (", name(letter, place),
            ") REFERENCES ", referred, " (", name(column, place), ")",
        )  # fmt: skip


def _without_default(field: Field) -> tuple[PrismaCall, ...]:
    return tuple([each for each in field.attributes if each.name != "default"])
