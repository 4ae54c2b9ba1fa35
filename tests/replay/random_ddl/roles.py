"""Roles, privileges, owners and sessions."""

# ruff: noqa: E501 (statements stay on one line)

from tests.replay.random_ddl.grammar import Grammar

ROLES: Grammar = {
    "role_option": (
        "LOGIN", "NOLOGIN", "INHERIT", "NOINHERIT", "BYPASSRLS", "NOBYPASSRLS", "CREATEROLE",
        "NOCREATEROLE", "CREATEDB", "NOREPLICATION", "PASSWORD NULL", "CONNECTION LIMIT 3",
    ),
    "membership_option": (
        "4* ", " WITH ADMIN OPTION", " WITH INHERIT FALSE", " WITH INHERIT TRUE, SET FALSE",
        " WITH SET FALSE, ADMIN TRUE", " WITH ADMIN FALSE",
    ),
    "setting": (
        "SET app.tenant = 'a'", "SET work_mem = '8MB'", "SET row_security = off",
        "RESET app.tenant", "RESET ALL", "SET statement_timeout TO '5s'", "SET role = reader",
    ),
    "role_statement": (
        "CREATE ROLE {role} {role_option}", "CREATE ROLE {role} {role_option} IN ROLE {plain_role}",
        "CREATE USER {role} ROLE {plain_role}", "2* ALTER ROLE {plain_role} {role_option}",
        "ALTER ROLE {plain_role} {role_option} {role_option}", "2* ALTER ROLE {plain_role} {setting}",
        "ALTER ROLE {plain_role} SET search_path = app, public",
        "ALTER ROLE {role} RENAME TO {role}", "DROP ROLE {if_exists}{plain_role}",
        "3* GRANT {plain_role} TO {role}{membership_option}",
        "GRANT {plain_role}, {plain_role} TO {role}", "REVOKE {plain_role} FROM {role}",
        "REVOKE ADMIN OPTION FOR {plain_role} FROM {role}",
        "REVOKE INHERIT OPTION FOR {plain_role} FROM {role}", "ALTER DATABASE this_database {setting}",
    ),
    "privileges": (
        "3* SELECT", "INSERT", "UPDATE", "ALL", "ALL PRIVILEGES", "SELECT, DELETE", "TRUNCATE",
        "REFERENCES, TRIGGER", "INSERT, UPDATE",
    ),
    "column_privileges": (
        "SELECT ({column})", "UPDATE ({column}, id)", "SELECT ({column}), INSERT ({column})",
        "ALL ({column})", "REFERENCES ({column})",
    ),
    "objects": (
        "4* {source}", "2* {table}, {table}", "ALL TABLES IN SCHEMA {schema}", "TABLE {view}",
    ),
    "grant_option": ("3* ", " WITH GRANT OPTION"),
    "functions": (
        "2* FUNCTION {function}(int)", "ALL FUNCTIONS IN SCHEMA {schema}", "ROUTINE {function}",
        "ALL ROUTINES IN SCHEMA {schema}", "PROCEDURE act",
    ),
    "default_for": (
        "3* ", "IN SCHEMA {schema} ", "FOR ROLE {role} ", "FOR ROLE {role} IN SCHEMA {schema} ",
    ),
    "default_objects": ("3* {privileges} ON TABLES", "2* EXECUTE ON FUNCTIONS", "USAGE ON SCHEMAS"),
    "privilege_statement": (
        "5* GRANT {privileges} ON {objects} TO {grantee}{grant_option}",
        "2* GRANT {column_privileges} ON {any_table} TO {grantee}{grant_option}",
        "2* GRANT {privileges} ON {any_table} TO {role}, {role}",
        "3* REVOKE {privileges} ON {objects} FROM {grantee}{cascade}",
        "REVOKE GRANT OPTION FOR {privileges} ON {any_table} FROM {role}{cascade}",
        "2* REVOKE {column_privileges} ON {any_table} FROM {grantee}",
        "2* GRANT EXECUTE ON {functions} TO {grantee}{grant_option}",
        "2* REVOKE ALL ON {functions} FROM {grantee}{cascade}",
        "GRANT USAGE ON SCHEMA {schema} TO {grantee}{grant_option}",
        "GRANT ALL ON SCHEMA {schema} TO {role}", "REVOKE ALL ON SCHEMA {schema} FROM {grantee}",
        "3* ALTER DEFAULT PRIVILEGES {default_for}GRANT {default_objects} TO {grantee}{grant_option}",
        "2* ALTER DEFAULT PRIVILEGES {default_for}REVOKE {default_objects} FROM {grantee}",
    ),
    "owner_statement": (
        "2* ALTER TABLE {any_table} OWNER TO {role}", "ALTER SCHEMA {schema} OWNER TO {role}",
        "2* REASSIGN OWNED BY {plain_role} TO {role}", "DROP OWNED BY {plain_role}{cascade}",
        "DROP OWNED BY {plain_role}, {plain_role} CASCADE",
    ),
}  # fmt: skip

SESSIONS: Grammar = {
    "in_block": (
        "{create_table}", "{alter_table}", "{policy_statement}", "{privilege_statement}",
        "{partition_of}", "{index}", "{rename}", "{inherit}",
    ),
    "failing": (
        "SELECT 1 / 0", "DROP TABLE app.nowhere", "ALTER TABLE app.nowhere ENABLE ROW LEVEL SECURITY",
        "CREATE SCHEMA app",
    ),
    "path": ("app, public", "other, public", "public", "'app', other", "\"$user\", public"),
    "session_statement": (
        "2* SET search_path = {path}", "2* RESET search_path",
        "SELECT set_config('search_path', 'app, public', false)", "SET search_path TO DEFAULT",
        "SET ROLE boss;\n{statement};\n{statement};\nRESET ROLE",
        "2* SET ROLE {plain_role};\n{statement};\n{statement};\nRESET ROLE",
        "2* SET ROLE {plain_role};\n{privilege_statement};\n{privilege_statement};\nRESET ROLE",
        "SET SESSION AUTHORIZATION boss;\n{statement};\nRESET SESSION AUTHORIZATION",
        "SET ROLE {plain_role};\n{role_statement};\n{role_statement};\nRESET ROLE",
        "DO $do$ BEGIN {in_block}; END $do$", "DO $do$ BEGIN {in_block}; {in_block}; END $do$",
        "BEGIN;\n{statement};\n{statement};\nCOMMIT", "BEGIN;\n{statement};\nROLLBACK",
        "BEGIN;\n{statement};\nSAVEPOINT s;\n{statement};\nROLLBACK TO s;\n{statement};\nCOMMIT",
        "BEGIN;\nSAVEPOINT s;\n{statement};\nROLLBACK TO s;\n{statement};\nCOMMIT",
        "BEGIN;\nSAVEPOINT s;\n{statement};\nRELEASE s;\n{statement};\nCOMMIT",
        "BEGIN;\nSET LOCAL search_path = app;\n{statement};\nCOMMIT",
        "BEGIN;\nSET LOCAL ROLE boss;\n{statement};\nCOMMIT",
        "BEGIN;\nSET search_path = other;\n{statement};\nROLLBACK",
        "BEGIN;\n{statement};\nSAVEPOINT s;\n{statement};\nSAVEPOINT t;\n{statement};\nROLLBACK TO s;\n{statement};\nCOMMIT",
        "BEGIN;\nSAVEPOINT s;\n{statement};\nSAVEPOINT s;\n{statement};\nROLLBACK TO s;\nRELEASE s;\n{statement};\nROLLBACK TO s;\n{statement};\nCOMMIT",
        "BEGIN;\n{statement};\nSAVEPOINT s;\n{statement};\n{failing};\n{statement};\nROLLBACK TO s;\n{statement};\nCOMMIT",
        "BEGIN;\n{statement};\n{failing};\n{statement};\nCOMMIT", "BEGIN;\n{statement};\n{failing};\nROLLBACK",
        "BEGIN;\nSET LOCAL ROLE boss;\nSAVEPOINT s;\nRESET ROLE;\n{statement};\nROLLBACK TO s;\n{statement};\nCOMMIT",
        "BEGIN;\n{statement};\nCOMMIT AND CHAIN;\n{statement};\nROLLBACK AND CHAIN;\n{statement};\nCOMMIT",
        "DO $do$ BEGIN {in_block}; BEGIN {in_block}; {in_block}; RAISE EXCEPTION 'no'; EXCEPTION WHEN OTHERS THEN {in_block}; END; END $do$",
    ),
}  # fmt: skip
