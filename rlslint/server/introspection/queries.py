"""What is asked of a server, one query for each of its catalogs.

Each returns one value, an array in JSON with an array for each column of the rows, and reads the
system catalogs only, which every role may read (manual: System Catalogs). Roles, schemas and
relations are told as oids. Lists of numbers come as PostgreSQL writes them, for it makes JSON of an
array many times slower, and some of relations that are not looked into: to leave these out here
costs more than to pass over them.
"""

from __future__ import annotations

from collections.abc import Iterable

_MADE_BY_EXTENSION = """EXISTS (SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.{}'::pg_catalog.regclass AND d.objid = {}.oid
    AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e')"""
_CONSTRUCTS_RANGES = """EXISTS (SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = f.oid
    AND d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.deptype = 'i')"""
_OWN_SCHEMA = """n.nspname !~ '^pg_(catalog$|toast$|temp_|toast_temp_)'
    AND n.nspname <> 'information_schema'"""
_RELATION = f"""pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    AND {_OWN_SCHEMA} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'"""
_IN_RELATION = f"IN (SELECT c.oid FROM {_RELATION})"


LOCKED = "'{}'::pg_catalog.oid[]"
"""Stands for the relations that other sessions lock. What a server shows only once it has locked a
relation (pg_get_expr() and its like do, pg_locks tells of others) comes as nothing for these."""


def _needs(classid: str, oid: str) -> str:
    """Whether an object depends on a relation that another session locks."""
    return f"""({LOCKED} <> '{{}}' AND EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.{classid}'::pg_catalog.regclass AND d.objid = {oid}
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refobjid = ANY ({LOCKED})))"""


def _rows(expressions: tuple[str, ...], source: str, order: str) -> str:
    """A query for rows, which come column by column: for the server that is half the work."""
    named = ", ".join(f"{value} AS c{number}" for number, value in enumerate(expressions))
    arrays = ", ".join(
        f"coalesce(json_agg(r.c{number}), '[]')" for number in range(len(expressions))
    )
    return f"""SELECT json_build_array({arrays})::text
        FROM (SELECT {named} FROM {source} ORDER BY {order}) r"""


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


def _expression(tree: str, relation: str, needs_locked: str = "false") -> str:
    """An expression as SQL, '' where a table of it is locked or has been dropped meanwhile.

    What a server shows of a tree is of now, not of the snapshot (manual: System Catalog
    Information Functions).
    """
    return f"""CASE WHEN {tree} IS NULL THEN NULL
        WHEN {relation} = ANY ({LOCKED}) OR {needs_locked} THEN ''
        ELSE coalesce(pg_catalog.pg_get_expr({tree}, {relation}), '') END"""


ROLES = _rows(
    (
        "r.oid::int8",
        "r.rolname",
        "r.rolsuper",
        "r.rolbypassrls",
        "r.rolcanlogin",
        "r.rolinherit",
        "r.rolcreaterole",
        "r.rolreplication",
    ),
    "pg_catalog.pg_roles r",
    "r.oid",
)

_MEMBERSHIP = ("m.member::int8", "m.roleid::int8", "m.admin_option")
MEMBERSHIPS = _rows(
    (*_MEMBERSHIP, "m.inherit_option", "m.set_option"),
    "pg_catalog.pg_auth_members m",
    "m.roleid, m.member, m.grantor",
)
MEMBERSHIPS_BEFORE_16 = _rows(
    (*_MEMBERSHIP, "r.rolinherit", "true"),
    "pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member",
    "m.roleid, m.member, m.grantor",
)
"""PostgreSQL 16 brought the options INHERIT and SET of a membership (release notes of 16)."""

SETTINGS = _rows(
    ("s.setrole::int8", "s.setconfig"),
    """pg_catalog.pg_db_role_setting s WHERE s.setdatabase IN (0, (
        SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))""",
    "s.setdatabase, s.setrole",
)

SEARCH_PATH = _rows(
    ("s.reset_val",),
    """pg_catalog.pg_settings s WHERE s.name = 'search_path' AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_db_role_setting o, unnest(o.setconfig) AS line
        JOIN pg_catalog.pg_roles u ON u.rolname = session_user
        WHERE o.setrole = u.oid AND line LIKE 'search\\_path=%')""",
    "s.name",
)
"""What sessions begin with by the server's configuration (manual: pg_settings, reset_val), no row
where the role that asks has a search_path of its own."""

EXTENSIONS = _rows(("e.extname",), "pg_catalog.pg_extension e", "e.extname")

SCHEMAS = _rows(
    ("n.nspname", "n.nspowner::int8", _privileges("n.nspacl")),
    f"""pg_catalog.pg_namespace n
        WHERE {_OWN_SCHEMA} AND NOT {_MADE_BY_EXTENSION.format("pg_namespace", "n")}""",
    "n.oid",
)

RELATIONS = _rows(
    (
        "c.oid::int8",
        "n.nspname",
        "c.relname",
        "c.relkind",
        "c.relowner::int8",
        "c.relrowsecurity",
        "c.relforcerowsecurity",
        "c.reloptions",
        "c.reltuples",
        "c.relacl::text",
        _MADE_BY_EXTENSION.format("pg_class", "c"),
    ),
    _RELATION,
    # No index has this order, by which all of pg_class would be read.
    "c.oid::int8",
)

RELATION_PRIVILEGES = _rows(
    ("a.acl::text", _privileges("a.acl")),
    f"(SELECT DISTINCT c.relacl AS acl FROM {_RELATION} AND c.relacl IS NOT NULL) a",
    "a.acl::text",
)
"""By what RELATIONS has of them: many tables have the same."""

PARENTS = _rows(
    ("i.inhrelid::int8", "i.inhparent::int8", "c.relispartition"),
    f"pg_catalog.pg_inherits i, {_RELATION} WHERE c.oid = i.inhrelid",
    "i.inhrelid, i.inhseqno",
)

PARTITION_KEYS = _rows(
    ("p.partrelid::int8", "p.partattrs::text"),
    "pg_catalog.pg_partitioned_table p",
    "p.partrelid",
)

COLUMNS = _rows(
    (
        "g.attnum",
        "g.attname",
        "g.name",
        "g.attnotnull",
        "g.is_identity",
        "g.is_generated",
        _privileges("g.attacl"),
        "g.relations",
    ),
    f"""(WITH g AS MATERIALIZED (
            SELECT a.attnum, a.attname, a.atttypid, a.attnotnull,
                a.attidentity <> '' AS is_identity, a.attgenerated <> '' AS is_generated,
                a.attacl, array_agg(a.attrelid)::text AS relations
            FROM pg_catalog.pg_attribute a
            WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid {_IN_RELATION}
            GROUP BY 1, 2, 3, 4, 5, 6, 7
        ), t AS MATERIALIZED (
            SELECT d.oid, {_type_name("d.oid")} AS name
            FROM (SELECT DISTINCT g.atttypid AS oid FROM g) d
        ) SELECT g.*, t.name FROM g JOIN t ON t.oid = g.atttypid) g""",
    "g.attnum, g.attname",
)
"""The distinct columns, each with the relations that have it: those of many tables are alike."""

DEFAULTS = _rows(
    (_expression("f.adbin", "f.adrelid"), "g.columns"),
    f"""(SELECT min(d.oid) AS oid, array_agg(ARRAY[d.adrelid::int8, d.adnum]) AS columns
            FROM pg_catalog.pg_attrdef d WHERE d.adrelid {_IN_RELATION} GROUP BY d.adbin::text
        ) g JOIN pg_catalog.pg_attrdef f ON f.oid = g.oid""",
    "f.oid",
)
"""Each default with the columns that have it: it names no column, so that equal trees read alike,
whatever table they belong to. What generated columns are made from is among them."""

INDEXES = _rows(
    (
        "i.indrelid::int8",
        "x.relname",
        "i.indkey::text",
        "i.indnkeyatts",
        "i.indisunique",
        "i.indpred IS NOT NULL",
        "m.amname",
        "i.indisvalid OR x.relkind = 'I'",
        f"""CASE WHEN (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
            AND i.indrelid <> ALL ({LOCKED}) AND i.indexrelid <> ALL ({LOCKED})
            THEN pg_catalog.pg_get_indexdef(i.indexrelid) END""",
    ),
    f"""pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace
        JOIN pg_catalog.pg_am m ON m.oid = x.relam
        WHERE {_OWN_SCHEMA} AND x.relpersistence <> 't'""",
    "i.indexrelid::int8",
)

CONSTRAINTS = _rows(
    (
        "k.conrelid::int8",
        "k.conname",
        "k.contype",
        "k.conkey::text",
        "k.confrelid::int8",
        "k.confkey::text",
        "k.confdeltype",
    ),
    """pg_catalog.pg_constraint k
        WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conrelid <> 0
        AND (k.conparentid = 0 OR NOT EXISTS (SELECT FROM pg_catalog.pg_constraint whole
            WHERE whole.oid = k.conparentid AND whole.conrelid = k.conrelid))""",
    "k.oid::int8",
)
"""A foreign key to a partitioned table has further entries, one for each partition, on the same
table (tried on 15 and 18): they are left out."""

TRIGGERS = _rows(
    (
        "t.tgrelid::int8",
        "t.tgname",
        "n.nspname || '.' || f.proname",
        "t.tgtype",
        "t.tgenabled",
        "t.tgoldtable",
        "t.tgnewtable",
    ),
    """pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
        JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace WHERE NOT t.tgisinternal""",
    "t.oid",
)

RULES = _rows(
    (
        "w.ev_class::int8",
        "w.rulename",
        "w.ev_enabled",
        f"""CASE WHEN NOT {_needs("pg_rewrite", "w.oid")}
            AND w.ev_class <> ALL ({LOCKED}) THEN pg_catalog.pg_get_ruledef(w.oid) END""",
    ),
    f"pg_catalog.pg_rewrite w WHERE w.rulename <> '_RETURN' AND w.ev_class {_IN_RELATION}",
    "w.oid",
)

VIEWS = _rows(
    (
        "c.oid::int8",
        f"""CASE WHEN c.oid <> ALL ({LOCKED})
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite w
                WHERE w.ev_class = c.oid AND {_needs("pg_rewrite", "w.oid")})
            AND pg_catalog.has_table_privilege(c.oid, 'SELECT') IS NOT NULL
            THEN pg_catalog.pg_get_viewdef(c.oid) END""",
    ),
    f"""{_RELATION} WHERE c.relkind IN ('v', 'm')
        AND NOT {_MADE_BY_EXTENSION.format("pg_class", "c")}""",
    "c.oid",
)
"""What has_table_privilege() says NULL of has been dropped since the snapshot was taken."""

POLICIES = _rows(
    (
        "p.oid::int8",
        "p.polrelid::int8",
        "p.polname",
        "p.polpermissive",
        "p.polcmd",
        "p.polroles::text",
    ),
    "pg_catalog.pg_policy p",
    "p.oid::int8",
)

# Whether nodes of PostgreSQL name the row's own table: from within a sub-select, beside other
# tables, or as a whole (src/backend/utils/adt/ruleutils.c, get_variable and set_rtable_names).
_NAMES_TABLE = r":varlevelsup [1-9]|:rtable \(|:varattno 0 "
CONDITIONS = _rows(
    (
        """ARRAY(SELECT DISTINCT found[1]::int4
            FROM regexp_matches(g.tree, ':varattno ([0-9]+)', 'g') found ORDER BY 1)""",
        f"g.tree ~ '{_NAMES_TABLE}'",
        "g.clauses",
    ),
    """(SELECT t.tree, array_agg(t.clause) AS clauses FROM pg_catalog.pg_policy p,
            LATERAL (VALUES (p.oid::int8, p.polqual::text), (-p.oid::int8, p.polwithcheck::text))
                AS t (clause, tree)
            WHERE t.tree IS NOT NULL GROUP BY t.tree) g""",
    "abs(g.clauses[1])",
)
"""The distinct trees of policies: the numbers of the columns that may be named, whether the table
is, and the clauses that consist of the tree: oids of policies, negative for WITH CHECK."""


def shown_conditions(clauses: Iterable[int]) -> str:
    """A query for the SQL of clauses of policies, which opens the table of each."""
    return _rows(
        (
            "c.clause",
            _expression(
                "CASE WHEN c.clause > 0 THEN p.polqual ELSE p.polwithcheck END",
                "p.polrelid",
                _needs("pg_policy", "p.oid"),
            ),
        ),
        f"""unnest('{{{",".join(map(str, clauses))}}}'::int8[]) AS c (clause)
            JOIN pg_catalog.pg_policy p ON p.oid = abs(c.clause)::oid""",
        "p.oid",
    )


FUNCTIONS = _rows(
    (
        "f.oid::int8",
        "n.nspname",
        "f.proname",
        "f.proowner::int8",
        "f.prokind = 'p'",
        "l.lanname",
        "f.provolatile",
        "f.prosecdef",
        "f.proleakproof",
        "f.proparallel",
        "f.proretset",
        _type_name("f.prorettype"),
        "f.provariadic <> 0",
        "f.pronargdefaults",
        "f.proargnames",
        "f.proargmodes",
        f"""ARRAY(SELECT {_type_name("a.oid")}
            FROM unnest(f.proargtypes) WITH ORDINALITY a (oid, place) ORDER BY a.place)""",
        "f.proconfig",
        "f.prosrc",
        "f.prosqlbody IS NOT NULL",
        f"""CASE WHEN {_needs("pg_proc", "f.oid")} THEN ''
            ELSE pg_catalog.pg_get_functiondef(f.oid) END""",
        _privileges("coalesce(f.proacl, pg_catalog.acldefault('f', f.proowner))"),
    ),
    f"""pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
        JOIN pg_catalog.pg_language l ON l.oid = f.prolang
        WHERE {_OWN_SCHEMA} AND f.prokind IN ('f', 'p')
        AND NOT {_MADE_BY_EXTENSION.format("pg_proc", "f")}
        AND NOT {_CONSTRUCTS_RANGES}""",
    "f.oid",
)
FUNCTIONS_BEFORE_14 = FUNCTIONS.replace("f.prosqlbody IS NOT NULL", "false")
"""PostgreSQL 14 brought the SQL-standard bodies of functions (release notes of 14)."""

DEFAULT_PRIVILEGES = _rows(
    (
        "d.defaclrole::int8",
        "coalesce(n.nspname, '')",
        "d.defaclobjtype",
        _privileges("d.defaclacl"),
    ),
    """pg_catalog.pg_default_acl d
        LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
        WHERE d.defaclobjtype IN ('r', 'f', 'S', 'n')""",
    "d.oid",
)

_PUBLICATION = (
    "p.pubname",
    "p.pubowner::int8",
    "p.puballtables",
    "ARRAY[p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate]",
    "p.pubviaroot",
)
_PUBLISHED = """(SELECT json_agg(json_build_array({}) ORDER BY r.prrelid)
    FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid)"""
PUBLICATIONS = _rows(
    (
        *_PUBLICATION,
        _PUBLISHED.format(
            f"r.prrelid::int8, r.prattrs::int2[], {_expression('r.prqual', 'r.prrelid')}"
        ),
        """(SELECT json_agg(n.nspname ORDER BY n.nspname)
            FROM pg_catalog.pg_publication_namespace s
            JOIN pg_catalog.pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid)""",
    ),
    "pg_catalog.pg_publication p",
    "p.oid",
)
PUBLICATIONS_BEFORE_15 = _rows(
    (*_PUBLICATION, _PUBLISHED.format("r.prrelid::int8, NULL, NULL"), "NULL::json"),
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
    DEFAULTS,
    CONSTRAINTS,
    INDEXES,
    TRIGGERS,
    RULES,
    VIEWS,
    POLICIES,
    CONDITIONS,
    DEFAULT_PRIVILEGES,
)
"""In the order in which the answers are needed."""
