"""server-version-cve: what is known of minor versions, and what an audit says of one."""

from __future__ import annotations

import pytest

from rlslint.catalog import Catalog
from rlslint.catalog.model import Kind, Relation
from rlslint.config import Severity
from rlslint.config.options import Config
from rlslint.engine import audit
from rlslint.project.database import Request
from rlslint.project.project import Project
from rlslint.rules.checks.servers.server_version_cve import holes, server_version_cve
from rlslint.server.evidence import Server
from rlslint.text import Statement, Text
from tests.postgres import Database

A_FUNCTION_INLINED, MERGE, A_SUB_QUERY, STATISTICS = (
    "CVE-2023-2455",
    "CVE-2023-39418",
    "CVE-2024-10976",
    "CVE-2025-8713",
)


@pytest.mark.parametrize(
    ("version", "found"),
    [
        (130010, {A_FUNCTION_INLINED, A_SUB_QUERY, STATISTICS}),
        (130011, {A_SUB_QUERY, STATISTICS}),
        (130017, {STATISTICS}),
        (130022, set()),
        (140007, {A_FUNCTION_INLINED, A_SUB_QUERY, STATISTICS}),
        (140014, {STATISTICS}),
        (140019, set()),
        (150001, {A_FUNCTION_INLINED, MERGE, A_SUB_QUERY, STATISTICS}),
        (150003, {MERGE, A_SUB_QUERY, STATISTICS}),
        (150008, {A_SUB_QUERY, STATISTICS}),
        (150013, {STATISTICS}),
        (150014, set()),
        (160000, {A_SUB_QUERY, STATISTICS}),
        (160009, {STATISTICS}),
        (160010, set()),
        (170000, {A_SUB_QUERY, STATISTICS}),
        (170005, {STATISTICS}),
        (170006, set()),
        (180000, set()),
        (180006, set()),
    ],
)
def test_a_minor_has_the_holes_that_a_later_one_mended(version: int, found: set[str]) -> None:
    assert {hole.name for hole in holes(version)} == found


def project(*, with_row_security: bool) -> Project:
    catalog = Catalog()
    statement = Statement(Text("", b"CREATE TABLE docs ()"), 0, 20, "CreateStmt")
    table = Relation(1, "public", "docs", Kind.table, "postgres", statement)
    if with_row_security:
        table.learn("rls_enabled", True, statement)
    catalog.relations[1] = table
    return Project(catalog, Config())


def test_the_message_says_what_is_open_and_the_help_what_to_install() -> None:
    server = Server("shop", 150008, "15.8 (Debian 15.8-1.pgdg120+1)")
    (found,) = server_version_cve(server, project(with_row_security=True))
    assert found.message.startswith(
        "rows may get past their policies on PostgreSQL 15.8 (Debian 15.8-1.pgdg120+1), unless "
        "your distributor backported the fix: "
    )
    assert A_SUB_QUERY in found.message
    assert STATISTICS in found.message
    assert MERGE not in found.message
    assert found.help == "install PostgreSQL 15.14 or a later 15, and restart the server"


def test_a_database_without_row_security_has_nothing_to_get_past() -> None:
    server = Server("shop", 150008, "15.8")
    assert list(server_version_cve(server, project(with_row_security=False))) == []


def test_an_audit_says_what_the_rule_knows_of_the_server(database: Database) -> None:
    database.run("CREATE TABLE docs (id int); ALTER TABLE docs ENABLE ROW LEVEL SECURITY")
    version = int(database.run("SHOW server_version_num").rows[0])
    config = Config(min_severity=Severity.info)
    result = audit(Request((database.conninfo(),)), config, lambda _: None)
    assert result.errors == ()
    found = [one for one in result.findings if one.name == "server-version-cve"]
    assert len(found) == bool(holes(version))
