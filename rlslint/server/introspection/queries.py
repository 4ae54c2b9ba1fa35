"""What is asked of a server, one query for each of its catalogs.

Each returns one value, an array in JSON, and reads the system catalogs only, which every role may
read (manual: System Catalogs). Roles, schemas and relations are told as oids.
"""

from __future__ import annotations

_MADE_BY_EXTENSION = """EXISTS (SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.{}'::pg_catalog.regclass AND d.objid = {}.oid
    AND d.deptype = 'e')"""
_CONSTRUCTS_RANGES = """EXISTS (SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = f.oid
    AND d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.deptype = 'i')"""
_OWN_SCHEMA = """n.nspname !~ '^pg_(catalog$|toast$|temp_|toast_temp_)'
    AND n.nspname <> 'information_schema'"""
_RELATION = f"""pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    AND {_OWN_SCHEMA} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'"""
_IN_RELATION = f"IN (SELECT c.oid FROM {_RELATION})"


def _array(row: str, source: str, order: str) -> str:
    return f"""SELECT coalesce(json_agg(json_build_array({row}) ORDER BY {order}), '[]')::text
        FROM {source}"""


def _privileges(acl: str) -> str:
    return f"""(SELECT json_agg(json_build_array(a.grantee::int8, a.grantor::int8,
        lower(a.privilege_type), a.is_grantable)) FROM pg_catalog.aclexplode({acl}) a)"""


def _type_name(oid: str) -> str:
    """The name of a type, its schema before it unless that is pg_catalog."""
    return f"""(SELECT CASE WHEN s.nspname = 'pg_catalog' THEN '' ELSE s.nspname || '.' END
            || coalesce(e.typname, y.typname) || CASE WHEN e.oid IS NULL THEN '' ELSE '[]' END
        FROM pg_catalog.pg_type y
        LEFT JOIN pg_catalog.pg_type e ON e.oid = y.typelem AND y.typcategory = 'A'
        JOIN pg_catalog.pg_namespace s ON s.oid = coalesce(e.typnamespace, y.typnamespace)
        WHERE y.oid = {oid})"""


def _expression(tree: str, relation: str) -> str:
    """An expression as SQL, '' where its table has been dropped since the snapshot was taken.

    What a server shows of a tree is of now, not of the snapshot (manual: System Catalog
    Information Functions).
    """
    return f"""CASE WHEN {tree} IS NOT NULL
        THEN coalesce(pg_catalog.pg_get_expr({tree}, {relation}), '') END"""


ROLES = _array(
    """r.oid::int8, r.rolname, r.rolsuper, r.rolbypassrls, r.rolcanlogin, r.rolinherit,
    r.rolcreaterole, r.rolreplication""",
    "pg_catalog.pg_roles r",
    "r.oid",
)

_MEMBERSHIP = "m.member::int8, m.roleid::int8, m.admin_option, {}, {}"
MEMBERSHIPS = _array(
    _MEMBERSHIP.format("m.inherit_option", "m.set_option"),
    "pg_catalog.pg_auth_members m",
    "m.roleid, m.member, m.grantor",
)
MEMBERSHIPS_BEFORE_16 = _array(
    _MEMBERSHIP.format("r.rolinherit", "true"),
    "pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member",
    "m.roleid, m.member, m.grantor",
)
"""PostgreSQL 16 brought the options INHERIT and SET of a membership (release notes of 16)."""

SETTINGS = _array(
    "s.setrole::int8, s.setconfig",
    """pg_catalog.pg_db_role_setting s WHERE s.setdatabase IN (0, (
        SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))""",
    "s.setdatabase, s.setrole",
)

SEARCH_PATH = """SELECT coalesce((SELECT to_json(s.reset_val)::text
    FROM pg_catalog.pg_settings s WHERE s.name = 'search_path' AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_db_role_setting o, unnest(o.setconfig) AS line
        JOIN pg_catalog.pg_roles u ON u.rolname = session_user
        WHERE o.setrole = u.oid AND line LIKE 'search\\_path=%')), '""')"""
"""What sessions begin with by the server's configuration (manual: pg_settings, reset_val), ""
where the role that asks has a search_path of its own."""

EXTENSIONS = _array("e.extname", "pg_catalog.pg_extension e", "e.extname")

SCHEMAS = _array(
    f"n.oid::int8, n.nspname, n.nspowner::int8, {_privileges('n.nspacl')}",
    f"""pg_catalog.pg_namespace n
        WHERE {_OWN_SCHEMA} AND NOT {_MADE_BY_EXTENSION.format("pg_namespace", "n")}""",
    "n.oid",
)

RELATIONS = _array(
    f"""c.oid::int8, n.nspname, c.relname, c.relkind, c.relowner::int8, c.relrowsecurity,
    c.relforcerowsecurity, c.reloptions, c.reltuples, c.relacl::text,
    {_MADE_BY_EXTENSION.format("pg_class", "c")}""",
    _RELATION,
    "c.oid",
)

RELATION_PRIVILEGES = _array(
    f"a.acl::text, {_privileges('a.acl')}",
    f"(SELECT DISTINCT c.relacl AS acl FROM {_RELATION} AND c.relacl IS NOT NULL) a",
    "a.acl::text",
)
"""By what RELATIONS has of them: many tables have the same."""

PARENTS = _array(
    "i.inhrelid::int8, i.inhparent::int8, c.relispartition",
    f"pg_catalog.pg_inherits i, {_RELATION} WHERE c.oid = i.inhrelid",
    "i.inhrelid, i.inhseqno",
)

PARTITION_KEYS = _array(
    "p.partrelid::int8, p.partattrs::int2[]",
    f"pg_catalog.pg_partitioned_table p WHERE p.partrelid {_IN_RELATION}",
    "p.partrelid",
)

COLUMNS = _array(
    """a.attrelid::int8, a.attnum, a.attname, t.name, a.attnotnull,
    a.attidentity <> '', a.attgenerated <> '', x.sql""",
    f"""pg_catalog.pg_attribute a
        JOIN (SELECT t.oid, {_type_name("t.oid")} AS name FROM pg_catalog.pg_type t
            WHERE t.oid IN (SELECT atttypid FROM pg_catalog.pg_attribute)
            OFFSET 0) t ON t.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
            AND a.attgenerated = ''
        LEFT JOIN (SELECT g.tree, {_expression("e.adbin", "e.adrelid")} AS sql
            FROM (SELECT adbin::text AS tree, min(oid) AS oid FROM pg_catalog.pg_attrdef
                GROUP BY adbin::text) g JOIN pg_catalog.pg_attrdef e ON e.oid = g.oid
            OFFSET 0) x ON x.tree = f.adbin::text
        WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid {_IN_RELATION}""",
    "a.attrelid, a.attnum",
)
"""OFFSET 0 keeps the planner from looking a type's name up again for each column.

A default names no column, so that equal trees read alike, whatever table they belong to.
"""

COLUMN_PRIVILEGES = _array(
    f"a.attrelid::int8, a.attname, {_privileges('a.attacl')}",
    f"""pg_catalog.pg_attribute a WHERE a.attacl IS NOT NULL AND a.attnum > 0
        AND NOT a.attisdropped AND a.attrelid {_IN_RELATION}""",
    "a.attrelid, a.attnum",
)

INDEXES = _array(
    """i.indrelid::int8, x.relname, (i.indkey::int2[])[0:i.indnkeyatts - 1], i.indisunique,
    i.indpred IS NOT NULL, m.amname, i.indisvalid OR x.relkind = 'I',
    CASE WHEN i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
        THEN pg_catalog.pg_get_indexdef(i.indexrelid) END""",
    f"""pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
        JOIN pg_catalog.pg_am m ON m.oid = x.relam WHERE i.indrelid {_IN_RELATION}""",
    "i.indexrelid",
)

CONSTRAINTS = _array(
    """k.conrelid::int8, k.conname, k.contype, k.conkey, k.confrelid::int8, k.confkey,
    k.confdeltype""",
    f"""pg_catalog.pg_constraint k
        WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conrelid {_IN_RELATION}
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint whole
            WHERE whole.oid = k.conparentid AND whole.conrelid = k.conrelid)""",
    "k.oid",
)
"""A foreign key to a partitioned table has further entries, one for each partition, on the same
table (tried on 15 and 18): they are left out."""

TRIGGERS = _array(
    "t.tgrelid::int8, t.tgname, n.nspname || '.' || f.proname, t.tgtype, t.tgenabled",
    f"""pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
        JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
        WHERE NOT t.tgisinternal AND t.tgrelid {_IN_RELATION}""",
    "t.oid",
)

VIEWS = _array(
    """c.oid::int8, CASE WHEN pg_catalog.has_table_privilege(c.oid, 'SELECT') IS NOT NULL
        THEN pg_catalog.pg_get_viewdef(c.oid) END""",
    f"""{_RELATION} WHERE c.relkind IN ('v', 'm')
        AND NOT {_MADE_BY_EXTENSION.format("pg_class", "c")}""",
    "c.oid",
)
"""What has_table_privilege() says NULL of has been dropped since the snapshot was taken."""

POLICIES = _array(
    f"""p.polrelid::int8, p.polname, p.polpermissive, p.polcmd, p.polroles::int8[],
    {_expression("p.polqual", "p.polrelid")}, {_expression("p.polwithcheck", "p.polrelid")}""",
    f"pg_catalog.pg_policy p WHERE p.polrelid {_IN_RELATION}",
    "p.oid",
)

FUNCTIONS = _array(
    f"""f.oid::int8, n.nspname, f.proname, f.proowner::int8, f.prokind = 'p', l.lanname,
    f.provolatile, f.prosecdef, f.proleakproof, f.proparallel, f.proretset,
    {_type_name("f.prorettype")}, f.provariadic <> 0, f.proargnames, f.proargmodes,
    ARRAY(SELECT {_type_name("a.oid")}
        FROM unnest(f.proargtypes) WITH ORDINALITY a (oid, place) ORDER BY a.place),
    f.proconfig, f.prosrc, f.prosqlbody IS NOT NULL, pg_catalog.pg_get_functiondef(f.oid),
    {_privileges("coalesce(f.proacl, pg_catalog.acldefault('f', f.proowner))")}""",
    f"""pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
        JOIN pg_catalog.pg_language l ON l.oid = f.prolang
        WHERE {_OWN_SCHEMA} AND f.prokind IN ('f', 'p')
        AND NOT {_MADE_BY_EXTENSION.format("pg_proc", "f")}
        AND NOT {_CONSTRUCTS_RANGES}""",
    "f.oid",
)
FUNCTIONS_BEFORE_14 = FUNCTIONS.replace("f.prosqlbody IS NOT NULL", "false")
"""PostgreSQL 14 brought the SQL-standard bodies of functions (release notes of 14)."""

DEFAULT_PRIVILEGES = _array(
    f"""d.defaclrole::int8, coalesce(n.nspname, ''), d.defaclobjtype,
    {_privileges("d.defaclacl")}""",
    """pg_catalog.pg_default_acl d
        LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
        WHERE d.defaclobjtype IN ('r', 'f', 'S', 'n')""",
    "d.oid",
)

_PUBLICATION = """p.pubname, p.pubowner::int8, p.puballtables,
    ARRAY[p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate], p.pubviaroot,
    (SELECT json_agg(json_build_array({}) ORDER BY r.prrelid)
        FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid),
    {}"""
PUBLICATIONS = _array(
    _PUBLICATION.format(
        f"r.prrelid::int8, r.prattrs::int2[], {_expression('r.prqual', 'r.prrelid')}",
        """(SELECT json_agg(n.nspname ORDER BY n.nspname)
        FROM pg_catalog.pg_publication_namespace s
        JOIN pg_catalog.pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid)""",
    ),
    "pg_catalog.pg_publication p",
    "p.oid",
)
PUBLICATIONS_BEFORE_15 = _array(
    _PUBLICATION.format("r.prrelid::int8, NULL, NULL", "NULL"),
    "pg_catalog.pg_publication p",
    "p.oid",
)
"""PostgreSQL 15 brought row filters, column lists and schemas in publications (its release
notes)."""

OF_ALL_VERSIONS = (
    ROLES,
    SETTINGS,
    SEARCH_PATH,
    EXTENSIONS,
    SCHEMAS,
    RELATION_PRIVILEGES,
    RELATIONS,
    PARENTS,
    PARTITION_KEYS,
    COLUMNS,
    COLUMN_PRIVILEGES,
    CONSTRAINTS,
    INDEXES,
    TRIGGERS,
    VIEWS,
    POLICIES,
    DEFAULT_PRIVILEGES,
)
"""In the order in which the answers are needed."""
