"""What is said of LEAKPROOF functions and operators, compared with the server's pg_proc."""

from __future__ import annotations

from rlslint.meaning.leakproof import LEAKPROOF_CALLS
from tests.postgres import Database

OF_GIN = """SELECT count(*) FROM pg_amop a JOIN pg_operator o ON o.oid = a.amopopr
JOIN pg_proc p ON p.oid = o.oprcode JOIN pg_am m ON m.oid = a.amopmethod
WHERE m.amname = 'gin' AND p.proleakproof"""
BY_NAME = """SELECT DISTINCT p.proname FROM pg_proc p WHERE p.proleakproof AND p.prokind = 'f'
AND NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid)
AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = p.oid)
AND NOT EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = p.oid)"""


def test_no_operator_of_gin_is_leakproof(database: Database) -> None:
    assert database.run(OF_GIN).rows == ("0",)


def test_functions_that_are_called_by_name(database: Database) -> None:
    assert set(database.run(BY_NAME).rows) <= LEAKPROOF_CALLS
