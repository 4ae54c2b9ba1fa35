"""A call that stands for a statement, read: what it is given by its roles, and its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rlslint import NamedTuple
from rlslint.code.evaluation.built import Built, Member
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.schema_words import (
    Table,
    Words,
    first_of,
    plain_word,
    schema_of,
    strings_of,
    table_name,
    table_named,
    words_of,
    written_out,
)
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Closure, Entries, Items, Value, constant
from rlslint.code.evaluation.wording import Phrase, listed, name, sentence, unknown, words
from rlslint.code.schemas import Act, Framework, Signature

ROLES = {
    "table": "table", "tablename": "table", "schema": "schema", "prefix": "schema",
    "column": "column", "columnname": "column", "columns": "columns", "columnnames": "columns",
    "fields": "columns", "newname": "new", "newcolumnname": "new", "newschema": "new_schema",
    "referencedtablename": "target", "principaltable": "target", "totable": "target",
    "referencedcolumnnames": "target_columns", "principalcolumn": "target_columns",
    "principalcolumns": "target_columns", "principalschema": "target_schema",
    "type": "type", "name": "name",
}  # fmt: skip
"""What names of arguments mean in all frameworks, where a signature says nothing else."""

HAVE_BLOCKS = frozenset((Act.create_table, Act.change_table))


class SchemaCall(NamedTuple):
    """A call that stands for a statement, read: its arguments by their roles, its other options."""

    framework: Framework
    built: Built
    signature: Signature
    roles: Mapping[str, Value]
    said: Words
    table: Table

    @property
    def place(self) -> Origin:
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
    def indexed(self) -> list[str | None]:
        """The columns and expressions that are to be indexed, None for those that are not known."""
        value = self.roles.get("columns", self.roles.get("column"))
        found: list[str | None] = []
        for each in value.values if isinstance(value, Items) else (value,):
            expression = written_out(each)
            if expression is not None:
                found.append(expression.constant)
            elif each is not None:
                found += strings_of((each,))
        return found

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


def arguments_of(built: Built, signature: Signature) -> tuple[dict[str, Value], Words]:
    """Return the arguments of a call by their roles, and its other options."""
    given: list[Value] = [each for each in built.call.arguments if not isinstance(each, Closure)]
    first = given[0] if given else None
    if signature.act is Act.create_index and isinstance(first, Built):
        given = list(first.call.arguments)
    if signature.act is Act.primary_key:
        given = [each for each in given if not isinstance(each, Entries)]
    roles: dict[str, Value] = dict(zip(signature.positions, given, strict=False))
    if signature.positions[-1:] == ("columns",):
        named = given[len(signature.positions) - 1 :]
        rest = [e for e in named if isinstance(e, Written | Member) or written_out(e) is not None]
        if rest and not isinstance(named[0], Items):
            roles["columns"] = Items(tuple(rest))
    described = [each for each in given if isinstance(each, Built) and _has_entries(each)]
    said = words_of(*described, first if isinstance(first, Built) else None, built)
    for key, values in said.items():
        role, _, second = (signature.words.get(key) or ROLES.get(key) or "").partition(" ")
        if role and values:
            several = role == "columns" and len(values) > 1
            roles.setdefault(role, Items(tuple(values)) if several else values[0])
        if second and values[1:]:
            roles.setdefault(second, values[1] if second == "new" else Items(tuple(values[1:])))
    repeated = _repeated(signature, first) if isinstance(first, Built) else ()
    if repeated:
        roles["columns"] = Items(tuple(repeated))
    if "columns" not in roles and len(said.get("using", ())) > 1:
        roles["columns"] = Items(tuple(said["using"][1:]))
    for key, result in built.results.items():
        if not key and signature.act in HAVE_BLOCKS:
            continue
        word = plain_word(key)
        meant = signature.words.get(word) or ROLES.get(word or "columns")
        if meant is not None and not isinstance(roles.get(meant), Written | Items):
            roles[meant] = result
    return roles, said


def _repeated(signature: Signature, chain: Built) -> list[Value]:
    """Return the columns that a chain of calls names one by one."""
    return [
        value
        for part in chain.parts
        if signature.words.get(plain_word(part.call.name)) == "columns"
        for value in part.call.arguments[:1]
    ]


def chained(built: Built) -> Sequence[Built]:
    """Return what is called, one after the other, to make the only thing that a call is given."""
    first = next(iter(built.call.arguments), None)
    return first.parts if isinstance(first, Built) else ()


def _has_entries(built: Built) -> bool:
    return any(isinstance(each, Entries) for each in built.call.arguments)


def table_of_call(built: Built, roles: Mapping[str, Value]) -> Table:
    """Return the table that a call is about."""
    schema = roles.get("schema") or schema_of(built)
    if schema is None and isinstance(built.on, Built):
        schema = first_of(words_of(built.on), "withschema")
        if built.on.call.name == "withSchema":
            schema = next(iter(built.on.call.arguments), None)
    return table_named(roles.get("table"), schema)


def column_list(columns: Sequence[str], place: Origin) -> Phrase:
    """Return the names of columns with commas between them."""
    return listed([name(each, place) for each in columns], place)


def maybe(label: str | None, place: Origin) -> Phrase:
    """Return a name, quoted, or what stands for one that is not known."""
    return name(label, place) if label is not None else unknown(place)
