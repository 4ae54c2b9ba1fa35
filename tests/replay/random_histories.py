"""Random histories of DDL, the same for the same seed. Many statements are meant to be refused."""

from __future__ import annotations

import random
from functools import reduce

from tests.replay.random_ddl.conditions import CONDITIONS
from tests.replay.random_ddl.families import FAMILIES
from tests.replay.random_ddl.grammar import Grammar, Sentences
from tests.replay.random_ddl.names import NAMES
from tests.replay.random_ddl.needs import NEEDS
from tests.replay.random_ddl.roles import ROLES, SESSIONS
from tests.replay.random_ddl.routines import ROUTINES
from tests.replay.random_ddl.tables import TABLES

_STATEMENTS: Grammar = {
    "statement": (
        "8* {create_table}", "{create_whole}", "4* {partition_of}", "{create_parent}",
        "5* {inherit}", "10* {alter_table}", "5* {rename}", "2* {drop_table}", "5* {index}",
        "7* {policy_statement}", "6* {view_statement}", "5* {function_statement}",
        "2* {trigger_statement}", "4* {role_statement}", "8* {privilege_statement}",
        "2* {owner_statement}", "2* {type_statement}", "2* {operator_statement}",
        "2* {sequence_statement}", "3* {overload_statement}",
    ),
    "step": (
        "24* {statement}", "2* {session_statement}", "{temporary_statement}", "{ending_statement}",
    ),
}  # fmt: skip

_BEGINNING = (
    "CREATE SCHEMA app", "CREATE SCHEMA other", "CREATE ROLE app_role", "CREATE ROLE reader",
    "CREATE ROLE writer", "CREATE ROLE boss SUPERUSER",
    "CREATE FUNCTION who(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
    "CREATE FUNCTION same(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'",
    "CREATE FUNCTION react() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
)  # fmt: skip

_FIRST = (
    *("create_table",) * 6, "create_whole", "create_whole", "create_parent", "create_parent",
    "inherit", "partition_of", "partition_of", "view_statement", "policy_statement",
)  # fmt: skip

GRAMMAR: Grammar = (
    NAMES | TABLES | FAMILIES | CONDITIONS | ROUTINES | ROLES | SESSIONS | NEEDS | _STATEMENTS
)


_BEFORE: dict[int, Grammar] = {
    18: {
        "action": tuple(a for a in TABLES["action"] if not a.endswith("DROP NOT NULL")),
        "constraint_suffix": ("key", "fkey", "check", "excl"),
        "constraint_name": tuple(n for n in TABLES["constraint_name"] if n != "filled"),
    },
    17: {"identity": ("",), "add_identity": ("SET NOT NULL",)},
    16: {
        "role_option": tuple(o for o in ROLES["role_option"] if not o.endswith("CREATEROLE")),
        "membership_option": ("",),
    },
}
"""By version, what stands in the grammar for older servers."""


def random_history(seed: int, version: int = 18, length: int = 90) -> str:
    """Return a script of `length` steps behind a beginning that all share.

    Each history has some kinds of statements only, so that these meet more often. Its session ends
    with it, and so do temporary tables. `this_database` stands for the database's name.

    The replay knows one PostgreSQL, and histories for older servers lack what these do otherwise.
    Before 18, NOT NULL has no name, and DROP NOT NULL reaches children that have it themselves.
    Before 17, partitions have no identity columns of the whole. Before 16, a role grants others in
    everyone's name, and without ADMIN OPTION if it may create roles.
    """
    chosen = random.Random(seed)
    kinds = GRAMMAR["statement"]
    some = tuple(chosen.sample(kinds, chosen.randint(4, len(kinds))))
    older = [grammar for since, grammar in _BEFORE.items() if version < since]
    grammar = reduce(dict.__or__, older, GRAMMAR)
    sentences = Sentences({**grammar, "statement": some}, seed)
    statements = [*_BEGINNING, *map(sentences.sentence, _FIRST)]
    statements += [sentences.sentence("step") for _ in range(length)]
    return "".join(f"{statement};\n" for statement in statements) + "\\connect\n"
