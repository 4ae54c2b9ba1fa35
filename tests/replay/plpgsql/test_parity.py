"""What the replay knows after a block is what PostgreSQL's catalogs say after it."""

import pytest

from rlslint.catalog import Catalog
from rlslint.catalog.model import Relation
from rlslint.replay import HANDLED_KINDS
from rlslint.replay.state import Replay
from rlslint.sql.parser import parsed_statements
from rlslint.text import Text
from tests.postgres import Database
from tests.replay.plpgsql.blocks import BLOCKS, SETUP, Block

_FACTS = """
SELECT c.relname, 'enabled', c.relrowsecurity::text FROM pg_class c
  WHERE c.relkind IN ('r', 'p') AND c.relnamespace IN ('public'::regnamespace, 'app'::regnamespace)
UNION ALL
SELECT c.relname, 'forced', c.relforcerowsecurity::text FROM pg_class c
  WHERE c.relkind IN ('r', 'p') AND c.relnamespace IN ('public'::regnamespace, 'app'::regnamespace)
UNION ALL
SELECT tablename, 'policies', policyname || ' ' || permissive || ' ' || cmd || ' ' || roles::text
  FROM pg_policies
UNION ALL
SELECT c.relname, 'grants', a.grantee::regrole || ' ' || a.privilege_type
  FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee <> c.relowner AND a.grantee <> 0
    AND c.relkind IN ('r', 'p') AND c.relnamespace IN ('public'::regnamespace, 'app'::regnamespace)
"""


def replayed(sql: str) -> Catalog:
    replay = Replay()
    for parsed in parsed_statements(Text("migration.sql", sql.encode()), HANDLED_KINDS):
        if parsed is not None:
            replay.run(parsed)
    return replay.catalog


def known_facts(catalog: Catalog) -> tuple[set[str], set[str]]:
    """Return the facts of all tables, and which of them are not known to the end."""
    facts, unknown = set(), set()
    for table in catalog.tables():
        for fact, name in (("enabled", "rls_enabled"), ("forced", "rls_forced")):
            if table.knows(name):
                facts.add(f"{table.name}.{fact}|{str(getattr(table, name)).lower()}")
            else:
                unknown.add(f"{table.name}.{fact}")
        facts |= set(_members(table))
        unknown |= {f"{table.name}.policies"} if table.policies.is_open else set()
        unknown |= {f"{table.name}.grants"} if table.grants.is_open else set()
    return facts, unknown


def _members(table: Relation) -> list[str]:
    policies = [
        f"{table.name}.policies|{policy.name} "
        f"{'PERMISSIVE' if policy.permissive else 'RESTRICTIVE'} "
        f"{policy.command.upper()} {{{','.join(policy.roles)}}}"
        for policy in table.policies.known()
    ]
    grants = [
        f"{table.name}.grants|{grant.grantee} {grant.privilege.upper()}"
        for grant in table.grants.known()
    ]
    return policies + grants


def facts_of_server(database: Database) -> set[str]:
    rows = (row.split("|", 2) for row in database.run(_FACTS).rows)
    return {f"{table}.{fact}|{value}" for table, fact, value in rows}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name.replace(" ", "-"))
def test_block_leaves_what_the_server_has(database: Database, block: Block) -> None:
    setup = database.run(SETUP)
    assert not setup.errors
    database.run(block.sql)
    catalog = replayed(SETUP + block.sql)
    facts, unknown = known_facts(catalog)
    server = facts_of_server(database)
    assert facts - server == set()
    assert {fact for fact in server - facts if fact.partition("|")[0] not in unknown} == set()
    assert unknown == block.unknown
    assert bool(catalog.dynamic) == block.noted, catalog.dynamic
