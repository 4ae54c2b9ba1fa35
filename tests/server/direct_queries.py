"""PostgreSQL's catalogs in the words of rlslint's model, asked for without introspection."""

from __future__ import annotations

from typing import NamedTuple

NEW_TABLE_PRIVILEGE = "maintain"
"""GRANT ALL gives it from PostgreSQL 17 on only, so no comparison looks at it."""


class CatalogQuery(NamedTuple):
    """A query for (subject, fact, value), and the major versions that it is for."""

    sql: str
    since: int = 0
    before: int = 1000


_NO_EXTENSION = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {}.oid AND d.deptype = 'e')"
_SCHEMAS = (
    "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND "
    + _NO_EXTENSION.format("n")
)
_RELATIONS = f"""
    pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_SCHEMAS} AND {_NO_EXTENSION.format("c")}
"""
_ON_RELATION = "SELECT n.nspname || '.' || c.relname, "
_GRANTS = f"""
    SELECT CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::name::text END
        || ' ' || lower(a.privilege_type) || ' ' || {{column}}
        || CASE WHEN bool_or(a.is_grantable) THEN ' grantable' ELSE '' END AS line
    FROM aclexplode({{acl}}) a
    WHERE a.grantee <> {{owner}} AND lower(a.privilege_type) <> '{NEW_TABLE_PRIVILEGE}'
    GROUP BY a.grantee, a.privilege_type
"""


def _grants(acl: str, owner: str, column: str = "''") -> str:
    return _GRANTS.format(acl=acl, owner=owner, column=column).replace(
        "a.grantee::regrole::name::text", "(SELECT rolname FROM pg_roles r WHERE r.oid = a.grantee)"
    )


_LINES = "coalesce((SELECT json_agg(DISTINCT line) FROM ({}) lines), '[]')"

_RELATION_FACTS = {
    "kind": "CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' "
    "WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END",
    "owner": "pg_get_userbyid(c.relowner)::text",
    "rls_enabled": "c.relrowsecurity",
    "rls_forced": "c.relforcerowsecurity",
    "partition of": """(SELECT pn.nspname || '.' || p.relname FROM pg_inherits i
        JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE i.inhrelid = c.oid AND c.relispartition)""",
    "parents": """coalesce((SELECT json_agg(pn.nspname || '.' || p.relname ORDER BY i.inhseqno)
        FROM pg_inherits i
        JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE i.inhrelid = c.oid AND NOT c.relispartition), '[]')""",
    "columns": """coalesce((SELECT json_agg(json_build_array(a.attnum, a.attname,
            CASE WHEN t.typelem <> 0 AND t.typcategory = 'A'
                THEN (SELECT e.typname || '[]' FROM pg_type e WHERE e.oid = t.typelem)
                ELSE t.typname END, a.attnotnull, a.atthasdef OR a.attidentity <> '')
            ORDER BY a.attnum)
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]')""",
    "options": """coalesce((SELECT json_agg(o ORDER BY o) FROM unnest(c.reloptions) o
        WHERE split_part(o, '=', 1) IN ('security_invoker', 'security_barrier', 'check_option')),
        '[]')""",
    "grants": _LINES.format(
        _grants("c.relacl", "c.relowner")
        + " UNION ALL SELECT column_grants.line FROM pg_attribute att, LATERAL ("
        + _grants("att.attacl", "c.relowner", "att.attname")
        + ") column_grants WHERE att.attrelid = c.oid AND NOT att.attisdropped"
    ),
    "indexes": """coalesce((SELECT json_agg(json_build_array(ic.relname,
            array_to_string((i.indkey::int2[])[0:i.indnkeyatts - 1], ' '),
            i.indisunique, i.indpred IS NOT NULL) ORDER BY ic.relname COLLATE "C")
        FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
        WHERE i.indrelid = c.oid), '[]')""",
    "constraints": """coalesce((SELECT json_agg(json_build_array(k.conname,
            CASE k.contype WHEN 'p' THEN 'primary' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign'
                WHEN 'c' THEN 'check' ELSE 'exclude' END,
            coalesce(array_to_string(k.conkey, ' '), ''),
            coalesce((SELECT fn.nspname || '.' || f.relname FROM pg_class f
                JOIN pg_namespace fn ON fn.oid = f.relnamespace WHERE f.oid = k.confrelid), ''),
            coalesce(array_to_string(k.confkey, ' '), ''),
            CASE k.confdeltype WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict'
                WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default'
                ELSE '' END) ORDER BY k.conname COLLATE "C")
        FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x')
            AND NOT EXISTS (SELECT FROM pg_constraint whole
                WHERE whole.oid = k.conparentid AND whole.conrelid = k.conrelid)),
        '[]')""",
    "policies": """coalesce((SELECT json_agg(p.polname ORDER BY p.polname COLLATE "C")
        FROM pg_policy p WHERE p.polrelid = c.oid), '[]')""",
}
_TRIGGERS = f"""{_ON_RELATION} 'triggers',
    coalesce((SELECT json_agg(t.tgname ORDER BY t.tgname COLLATE "C") FROM pg_trigger t
        WHERE t.tgrelid = c.oid AND NOT t.tgisinternal), '[]')
    FROM {_RELATIONS} WHERE c.relkind = 'r' AND NOT c.relispartition"""

_POLICY_FACTS = {
    "permissive": "p.polpermissive",
    "command": "CASE p.polcmd WHEN '*' THEN 'all' WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' "
    "WHEN 'w' THEN 'update' ELSE 'delete' END",
    "roles": """(SELECT json_agg(r ORDER BY r COLLATE "C") FROM (SELECT CASE o WHEN 0 THEN 'public'
        ELSE pg_get_userbyid(o)::text END FROM unnest(p.polroles) o) x (r))""",
    "clauses": "json_build_array(p.polqual IS NOT NULL, p.polwithcheck IS NOT NULL)",
}

_FUNCTION_FACTS = {
    "owner": "pg_get_userbyid(f.proowner)::text",
    "language": "(SELECT lanname FROM pg_language l WHERE l.oid = f.prolang)",
    "volatility": "CASE f.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' "
    "ELSE 'volatile' END",
    "parallel": "CASE f.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' "
    "ELSE 'unsafe' END",
    "security_definer": "f.prosecdef",
    "leakproof": "f.proleakproof",
    "returns": "json_build_array(f.proretset, f.prokind = 'p')",
    "settings": """coalesce((SELECT json_agg(s ORDER BY s COLLATE "C") FROM (
        SELECT replace(replace(c, '"', ''), ' ', '') FROM unnest(f.proconfig) c) x (s)), '[]')""",
    "grants": _LINES.format(
        _grants("coalesce(f.proacl, acldefault('f', f.proowner))", "f.proowner")
    ),
}
_SIGNATURE = """SELECT n.nspname || '.' || f.proname || '(' || coalesce((
    SELECT string_agg(CASE WHEN t.typelem <> 0 AND t.typcategory = 'A'
        THEN (SELECT e.typname || '[]' FROM pg_type e WHERE e.oid = t.typelem)
        ELSE t.typname::text END, ',' ORDER BY position)
    FROM unnest(f.proargtypes) WITH ORDINALITY a (type, position)
    JOIN pg_type t ON t.oid = a.type), '') || ')', """
_FUNCTIONS = f"""FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
    WHERE {_SCHEMAS} AND f.prokind IN ('f', 'p') AND {_NO_EXTENSION.format("f")}"""

_ROLE_FACTS = {
    "superuser": "r.rolsuper",
    "bypassrls": "r.rolbypassrls",
    "login": "r.rolcanlogin",
    "inherit": "r.rolinherit",
    "createrole": "r.rolcreaterole",
    "replication": "r.rolreplication",
    "memberships": """coalesce((SELECT json_agg(DISTINCT json_build_array(o.rolname,
            m.admin_option)::jsonb) FROM pg_auth_members m JOIN pg_roles o ON o.oid = m.roleid
        WHERE m.member = r.oid), '[]')""",
    "role settings": """coalesce((SELECT json_agg(c ORDER BY c COLLATE "C") FROM (
        SELECT replace(replace(c, '"', ''), ' ', '') FROM pg_db_role_setting s,
            unnest(s.setconfig) c WHERE s.setrole = r.oid) x (c)), '[]')""",
}
_ROLES = "FROM pg_roles r WHERE r.rolname !~ '^pg_' AND r.rolname <> 'postgres'"
_MEMBERSHIP_OPTIONS = f"""SELECT 'role ' || r.rolname, 'membership options',
    coalesce((SELECT json_agg(DISTINCT json_build_array(o.rolname, m.inherit_option,
        m.set_option)::jsonb) FROM pg_auth_members m JOIN pg_roles o ON o.oid = m.roleid
    WHERE m.member = r.oid), '[]') {_ROLES}"""

_DEFAULT_PRIVILEGES = f"""
    SELECT '', 'default privileges', coalesce((
    SELECT json_agg(DISTINCT line) FROM (
        SELECT pg_get_userbyid(d.defaclrole) || ' ' || coalesce(n.nspname, '') || ' '
            || CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'f' THEN 'functions'
                WHEN 'S' THEN 'sequences' ELSE 'schemas' END
            || ' ' || lower(a.privilege_type) || ' '
            || CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END AS line
        FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace,
            LATERAL aclexplode(d.defaclacl) a
        WHERE d.defaclobjtype IN ('r', 'f', 'S', 'n') AND a.grantee <> d.defaclrole
            AND lower(a.privilege_type) <> '{NEW_TABLE_PRIVILEGE}'
            AND NOT (d.defaclobjtype = 'f' AND d.defaclnamespace = 0 AND a.grantee = 0)
    ) lines), '[]')
"""


def _queries(head: str, facts: dict[str, str], tail: str) -> list[CatalogQuery]:
    return [CatalogQuery(f"{head} '{name}', {sql} {tail}") for name, sql in facts.items()]


QUERIES = (
    *_queries(_ON_RELATION, _RELATION_FACTS, f"FROM {_RELATIONS}"),
    CatalogQuery(_TRIGGERS),
    *_queries(
        "SELECT n.nspname || '.' || c.relname || '.' || p.polname, ",
        _POLICY_FACTS,
        f"FROM {_RELATIONS} JOIN pg_policy p ON p.polrelid = c.oid",
    ),
    *_queries(_SIGNATURE, _FUNCTION_FACTS, _FUNCTIONS),
    CatalogQuery(f"{_SIGNATURE} 'body', f.prosrc {_FUNCTIONS}", before=14),
    CatalogQuery(f"{_SIGNATURE} 'body', f.prosrc {_FUNCTIONS} AND f.prosqlbody IS NULL", since=14),
    CatalogQuery(
        "SELECT n.nspname, 'schema owner', pg_get_userbyid(n.nspowner)::text "
        f"FROM pg_namespace n WHERE {_SCHEMAS}"
    ),
    CatalogQuery(
        f"SELECT n.nspname, 'schema grants', {_LINES.format(_grants('n.nspacl', 'n.nspowner'))} "
        f"FROM pg_namespace n WHERE {_SCHEMAS}"
    ),
    *_queries("SELECT 'role ' || r.rolname, ", _ROLE_FACTS, _ROLES),
    CatalogQuery(_MEMBERSHIP_OPTIONS, since=16),
    CatalogQuery(_DEFAULT_PRIVILEGES),
)
