"""Random histories of DDL, the same for the same seed. Many statements are meant to be refused."""

from __future__ import annotations

import random

from tests.catalog.replay.random_ddl.conditions import CONDITIONS
from tests.catalog.replay.random_ddl.families import FAMILIES
from tests.catalog.replay.random_ddl.grammar import Grammar, Sentences
from tests.catalog.replay.random_ddl.names import NAMES
from tests.catalog.replay.random_ddl.roles import ROLES, SESSIONS
from tests.catalog.replay.random_ddl.routines import ROUTINES
from tests.catalog.replay.random_ddl.tables import TABLES

_STATEMENTS: Grammar = {
    "statement": (
        "8* {create_table}", "{create_whole}", "4* {partition_of}", "{create_parent}",
        "5* {inherit}", "10* {alter_table}", "5* {rename}", "2* {drop_table}", "5* {index}",
        "7* {policy_statement}", "6* {view_statement}", "5* {function_statement}",
        "2* {trigger_statement}", "4* {role_statement}", "8* {privilege_statement}",
        "2* {owner_statement}",
    ),
    "step": ("12* {statement}", "{session_statement}"),
}  # fmt: skip

_BEGINNING = (
    "CREATE SCHEMA app", "CREATE SCHEMA other", "CREATE ROLE app_role", "CREATE ROLE reader",
    "CREATE ROLE writer", "CREATE ROLE boss SUPERUSER",
    "CREATE FUNCTION who(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
    "CREATE FUNCTION react() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
)  # fmt: skip

_FIRST = (
    *("create_table",) * 6, "create_whole", "create_whole", "create_parent", "create_parent",
    "inherit", "partition_of", "partition_of", "view_statement", "policy_statement",
)  # fmt: skip

GRAMMAR: Grammar = (
    NAMES | TABLES | FAMILIES | CONDITIONS | ROUTINES | ROLES | SESSIONS | _STATEMENTS
)


def random_history(seed: int, with_identity: bool = True, length: int = 90) -> str:
    """Return a script of `length` steps behind a beginning that all share.

    Each history has some kinds of statements only, so that these meet more often. Its session ends
    with it, and so do temporary tables. Partitions have the identity columns of the whole since
    PostgreSQL 17 only, so histories for older servers are made without them. `this_database` stands
    for the database's name.
    """
    chosen = random.Random(seed)
    kinds = GRAMMAR["statement"]
    some = tuple(chosen.sample(kinds, chosen.randint(4, len(kinds))))
    without = {} if with_identity else {"identity": ("",), "add_identity": ("SET NOT NULL",)}
    sentences = Sentences({**GRAMMAR, **without, "statement": some}, seed)
    statements = [*_BEGINNING, *map(sentences.sentence, _FIRST)]
    statements += [sentences.sentence("step") for _ in range(length)]
    return "".join(f"{statement};\n" for statement in statements) + "\\connect\n"
