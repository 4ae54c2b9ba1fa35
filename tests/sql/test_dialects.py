"""Other databases are recognised, and PostgreSQL is never taken for one of them."""

import pytest

from rlslint.sql.dialects import looks_like_other_dialect


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE `t` (a int);", "MySQL"),
        ("CREATE TABLE t (a int AUTO_INCREMENT) ENGINE=InnoDB;", "MySQL"),
        ("DELIMITER //\nCREATE PROCEDURE p() BEGIN END //", "MySQL"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT);", "SQLite"),
        ("PRAGMA foreign_keys = ON;", "SQLite"),
        ("CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID;", "SQLite"),
        ("CREATE TABLE t (a UInt64) ENGINE = ReplacingMergeTree() ORDER BY a;", "ClickHouse"),
        ("CREATE TABLE t (a int)\nGO\nSELECT 1\nGO\n", "SQL Server"),
        ("SELECT * FROM [dbo].[t]", "SQL Server"),
        ("CREATE TABLE t (a NVARCHAR(10))", "SQL Server"),
        ("ALTER TABLE t ADD COLUMN a UInt64 CODEC(ZSTD(1));", "ClickHouse"),
        ("ALTER TABLE t MODIFY SETTING ttl_only_drop_parts = 1;", "ClickHouse"),
        ("CREATE TRIGGER r AFTER DELETE ON t BEGIN DELETE FROM u; END;", "SQLite"),
        ("DROP TRIGGER IF EXISTS r;", "SQLite"),
        ("CREATE TRIGGER r AFTER DELETE ON t EXECUTE FUNCTION f(); BEGIN;", None),
        ("DROP TRIGGER r ON t;", None),
        ("selec 1;", None),
        ("COMMENT ON TABLE t IS 'has `ticks` and AUTO_INCREMENT';", None),
        ("-- was ENGINE=InnoDB, AUTOINCREMENT\nselec;", None),
        ("SELECT `a`; ALTER TABLE t ENABLE ROW LEVEL SECURITY;", None),
        ("SELECT `a`; create   policy p ON t;", None),
        ("SELECT `a`; DO $$ BEGIN END $$;", None),
        ("SELECT `a`; CREATE EXTENSION pgcrypto;", None),
        (
            "create or replace row access policy g.p as (c int) returns boolean -> c = 1",
            "Snowflake",
        ),
        (
            "alter table orders add row access policy p on (c);\nselect 1::int",
            "Snowflake",
        ),
        (
            "CREATE ROW ACCESS POLICY p ON d.t GRANT TO ('a') FILTER USING (r = 'EU');",
            "BigQuery",
        ),
        ("CREATE SECURITY POLICY s ADD FILTER PREDICATE f.p(TenantId) ON dbo.Sales;", "SQL Server"),
        ("DROP SECURITY POLICY IF EXISTS s;", "SQL Server"),
        ("CREATE ROW POLICY p ON db.t FOR SELECT USING tenant = 1 TO reader", "ClickHouse"),
        ("CREATE RLS POLICY p WITH (t int) USING (t = 1);", "Redshift"),
        ("ATTACH RLS POLICY p ON t TO ROLE r;\nALTER TABLE t ROW LEVEL SECURITY ON;", "Redshift"),
        ("ALTER TABLE t SET ROW FILTER f ON (region);", "Databricks"),
        ("CREATE ACCESS POLICY ON t FOR ROWS WHERE a = 1 ENABLE;", "Vertica"),
        ("BEGIN DBMS_RLS.ADD_POLICY('s', 't', 'p'); END;", "Oracle"),
        ("CREATE PERMISSION p ON t FOR ROWS WHERE a = 1 ENFORCED FOR ALL ACCESS ENABLE;", "Db2"),
        ("CREATE ROW POLICY p ON t; ALTER TABLE t ENABLE ROW LEVEL SECURITY;", None),
        ("COMMENT ON TABLE t IS 'as a row access policy';", None),
        ("", None),
    ],
)
def test_dialects(sql: str, expected: str | None) -> None:
    assert looks_like_other_dialect(sql.encode()) == expected
