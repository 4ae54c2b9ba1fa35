"""What frameworks call tables and columns in migrations, as data: one table each.

What is told is which SQL a call stands for as far as it bears on row security: tables, columns,
keys, indexes, defaults. Types are PostgreSQL's own names.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from enum import Enum
from functools import cache

from rlslint import NamedTuple


class Act(Enum):
    """What a call does to a schema; `nothing` is known to do nothing that bears on it.

    `change_table` has a block of other acts. `columns` adds those that a word stands for.
    """

    create_table = "create table"
    change_table = "change table"
    drop_table = "drop table"
    rename_table = "rename table"
    add_column = "add column"
    drop_column = "drop column"
    rename_column = "rename column"
    change_column = "change column"
    create_index = "create index"
    drop_index = "drop index"
    foreign_key = "foreign key"
    columns = "columns"
    primary_key = "primary key"
    unique = "unique"
    constraint = "constraint"
    drop_constraint = "drop constraint"
    create_schema = "create schema"
    join_table = "join table"
    create_policy = "create policy"
    drop_policy = "drop policy"
    enable_row_security = "enable row security"
    create_role = "create role"
    create_type = "create type"
    create_entity = "create entity"
    replace_entity = "replace entity"
    drop_entity = "drop entity"
    nothing = "nothing"


class Signature(NamedTuple):
    """What a call stands for, and the roles of its arguments, by position and by name.

    Roles: table, schema, columns, column, type, new, new_schema, target, target_schema,
    target_columns, null, values, parts, entity. `is_bare` tells that it is only called without
    naming an object (True), or only on one (False). `set` is the word of the framework for the
    columns that are added, "row security" for a table that is made with it, "unique" for an index
    that is.
    """

    act: Act
    positions: tuple[str, ...] = ()
    words: Mapping[str, str] = {}
    is_bare: bool | None = None
    set: str = ""


def nothing(*names: str) -> dict[str, Signature]:
    """Return calls that are known and change nothing which bears on row security."""
    return {name: Signature(Act.nothing) for name in names}


class Standard(NamedTuple):
    """A column that comes with a word: `timestamps`.

    It is NOT NULL as well where the argument of the number `not_null_if` is true.
    """

    name: str
    type: str
    not_null: bool = False
    primary: bool = False
    indexed: bool = False
    not_null_if: int | None = None


class Identifiers(NamedTuple):
    """How names are written that are members of enumerations: `Doc::TenantId` is `tenant_id`.

    `makers` give the name that they are given. The member `whole` names the table, after the
    enumeration. `block` finds an enumeration with its members, `member` in it what is named
    otherwise, and `heading` an enumeration that is.
    """

    makers: tuple[str, ...]
    whole: str
    block: str
    member: str
    heading: str


class PolicyOf(NamedTuple):
    """A policy that comes with a word: its command, and the option that is its condition."""

    command: str
    option: str
    clauses: tuple[str, ...]


class Declaring(NamedTuple):
    """What differs where a framework is told what there is, and brings the database to it.

    Statements are called while a file is loaded, values name one another whatever their order.
    `creators` are functions that give functions, by the statement that these are; what they are
    given makes the name of a table of the one that is asked for. `typers` are functions that give
    types, by the entry that tells the name of one. `given` are values that modules bring along, as
    SQL by the end of their paths; `{}` is the argument. `policies` are words for several policies
    of a role. `defaults` are calls on a column that say its default. Columns that are not named are
    named as in the program, or in small letters with underscores where a file that has `tool` also
    has `snakes`.
    """

    creators: Mapping[str, str] = {}
    typers: Mapping[str, str] = {}
    given: Mapping[str, str] = {}
    policies: Mapping[str, tuple[PolicyOf, ...]] = {}
    defaults: Mapping[str, str] = {}
    tool: str = ""
    snakes: str = ""
    is_snake: bool = False


class Entity(NamedTuple):
    """The SQL for an object of the database that is described by a value of its own.

    `positions` are the words for its arguments; `{word}` stands for one in the SQL. Without
    `replace`, it is dropped and made anew. What has no SQL bears on no row security.
    """

    positions: tuple[str, ...] = ()
    create: str = ""
    replace: str = ""
    drop: str = ""


class Framework(NamedTuple):
    """One framework's words.

    `source` is where its documentation says so. A file that uses it has one of its `signs`.
    `statements` are calls that run something, by name, by the last two parts of the path
    (`Schema.create`), or by name and that of a call that is their first argument (`create table`).
    `parts` are calls in the block of a statement, about its table. `types` are words for types,
    `limits` the types that an option for their size makes others, each with the most of it.
    `sets` are words that stand for columns; `{}` in the name of one is the argument. `makers` are
    words for one column whose name comes first and type second (`add :name, :text`), or of those in
    `types_first` the other way round. `values` are
    modules, by the first part of their name, and functions whose calls describe something;
    `receivers` are the names of objects whose calls may change the schema, as calls without an
    object may. `has_bare_parts` tells that parts are called without naming the table,
    `several_names` that each string is the name of a column, `references_tables` that a reference
    is written as the name of a table and not as that of a column, `writes_defaults` that a default
    is a string of SQL. `nullable` is what columns are
    unless told. `key` comes with every table that is not told otherwise. A file that has all words
    of `moved_by` may say in which schema tables are made that are named without one. `declares` has
    what is needed where schemas are declared, None for a framework of migrations; `dumps` stands in
    files that it writes of what its migrations have made, `identifiers` tells how names are written
    that are no strings. `indexes_references` tells that foreign keys come with an index,
    `changes_whole` that a column which is changed is described anew.
    `operations` are the class of a migration and its field that lists what it does, in objects of
    classes of the `module`, of others and of the program. `same` are functions that give their
    argument, `queries` those that make a query and no other SQL. `offline` are the names by which a
    migration asks whether it is only written down, for a script of SQL. `entities` are the values
    that describe objects of the database. `extensible` are the libraries to whose values programs
    add operations of their own.
    """

    name: str
    source: str
    signs: tuple[str, ...]
    statements: Mapping[str, Signature] = {}
    parts: Mapping[str, Signature] = {}
    types: Mapping[str, str] = {}
    limits: Mapping[str, tuple[tuple[int, str], ...]] = {}
    sets: Mapping[str, tuple[Standard, ...]] = {}
    makers: frozenset[str] = frozenset()
    types_first: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    receivers: frozenset[str] = frozenset()
    has_bare_parts: bool = False
    several_names: bool = False
    references_tables: bool = False
    writes_defaults: bool = False
    nullable: bool = True
    key: Standard | None = None
    moved_by: tuple[str, ...] = ()
    declares: Declaring | None = None
    dumps: str = ""
    identifiers: Identifiers | None = None
    indexes_references: bool = False
    changes_whole: bool = False
    operations: tuple[str, str] = ("", "")
    module: str = ""
    same: frozenset[str] = frozenset()
    queries: frozenset[str] = frozenset()
    offline: frozenset[str] = frozenset()
    entities: Mapping[str, Entity] = {}
    extensible: frozenset[str] = frozenset()


@cache
def frameworks_of(language: str) -> tuple[Framework, ...]:
    """Return the frameworks of a language whose migrations are read."""
    try:
        found = importlib.import_module(f"{__name__}.{language}")
    except ModuleNotFoundError:
        return ()
    frameworks: tuple[Framework, ...] = found.FRAMEWORKS
    return frameworks


def framework_in(language: str, data: bytes, *, declares: bool = False) -> Framework | None:
    """Return the framework whose words a file uses, None for one without any.

    That is one of migrations, or one that `declares` what there is, or has written it down.
    """
    for framework in frameworks_of(language):
        signs = framework.signs
        if declares and framework.declares is None:
            signs = (framework.dumps,) if framework.dumps else ()
        elif not declares and framework.declares is not None:
            continue
        if any(sign.encode() in data for sign in signs):
            return framework
    return None


def listing_framework_in(language: str, data: bytes) -> Framework | None:
    """Return the framework of a file whose migrations list what they do, None for others."""
    for framework in frameworks_of(language):
        if framework.operations[0] and any(sign.encode() in data for sign in framework.signs):
            return framework
    return None
