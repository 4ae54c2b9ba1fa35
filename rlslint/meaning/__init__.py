"""What a bound predicate means: its truth, the context it reads, the rows it binds to a caller.

Here stands what is known of the functions and operators that come with PostgreSQL.
"""

from __future__ import annotations

from rlslint.catalog.answers import remembered
from rlslint.sql.expressions import Query, Source
from rlslint.sql.operations import AGGREGATES

COMPARISONS = frozenset(("=", "<>", "<", "<=", ">", ">="))
"""The operators of a btree operator class and `<>`: strict, never NULL for values."""

NEGATORS = {
    "=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">",
    "~~": "!~~", "!~~": "~~", "~~*": "!~~*", "!~~*": "~~*", "~": "!~", "!~": "~",
    "~*": "!~*", "!~*": "~*",
    "is distinct from": "is not distinct from", "is not distinct from": "is distinct from",
}  # fmt: skip
"""pg_operator.oprnegate: `NOT (a op b)` is `a negator b`, for NULL as well."""

PATTERNS = frozenset(("~~", "~~*", "!~~", "!~~*", "~", "~*", "!~", "!~*", "^@"))
"""LIKE, ILIKE, regular expressions and starts_with: strict, never NULL for values."""

CONTAINMENTS = frozenset(("@>", "<@", "&&", "?", "?|", "?&"))
"""Operators that look for something in an array, a range or a JSON document."""

STRICT_OPERATORS = (
    COMPARISONS
    | PATTERNS
    | CONTAINMENTS
    | frozenset(("+", "-", "*", "/", "%", "->", "->>", "#>", "#>>", "@@"))
)
"""Operators that answer NULL when an operand is NULL; `||` is none of them, for arrays."""

STRICT_TOTAL_FUNCTIONS = frozenset(
    ("lower", "upper", "btrim", "ltrim", "rtrim", "length", "char_length", "character_length",
     "octet_length", "md5", "replace", "translate", "split_part", "left", "right", "substr",
     "starts_with", "strpos", "position", "reverse", "initcap", "cardinality", "abs", "encode",
     "decode", "hashtext", "quote_literal", "quote_ident", "sha256", "lpad", "rpad",
     "string_to_array")
)  # fmt: skip
"""Functions that are NULL for a NULL argument and never else."""

STRICT_FUNCTIONS = STRICT_TOTAL_FUNCTIONS | frozenset(
    ("substring", "regexp_match", "regexp_replace", "array_length", "array_position",
     "array_upper", "array_lower", "date_trunc", "date_part", "extract", "to_char", "to_number",
     "to_date", "to_timestamp", "jsonb_extract_path", "jsonb_extract_path_text",
     "json_extract_path", "json_extract_path_text", "jsonb_array_length", "json_array_length",
     "jsonb_typeof", "json_typeof", "jsonb_strip_nulls", "json_strip_nulls", "to_jsonb", "to_json",
     "age", "has_table_privilege",
     "has_schema_privilege", "pg_has_role", "jsonb_path_exists", "convert_from", "convert_to",
     "array_to_string", "host", "masklen", "network", "round", "floor", "ceil", "trunc", "mod")
)  # fmt: skip
"""Functions that are NULL for a NULL argument."""

STABLE_FUNCTIONS = STRICT_FUNCTIONS | frozenset(
    ("now", "transaction_timestamp", "statement_timestamp", "current_date", "current_time",
     "current_timestamp", "localtime", "localtimestamp", "current_time_n", "current_timestamp_n",
     "localtime_n", "localtimestamp_n", "coalesce", "nullif", "greatest", "least", "concat",
     "concat_ws", "format", "jsonb_build_object", "json_build_object", "jsonb_build_array",
     "json_build_array", "array_append", "array_prepend", "array_cat", "array_remove",
     "current_database", "current_schema", "current_schemas", "pg_backend_pid", "version",
     "txid_current",
     "current_catalog", "row_to_json", "num_nulls", "num_nonnulls", "rescue", "make_interval",
     "make_date", "make_timestamptz", "array_fill", "row")
)  # fmt: skip
"""Functions that give one value for the same arguments within a statement (provolatile i or s)."""

NEVER_NULL_FUNCTIONS = frozenset(
    ("now", "transaction_timestamp", "statement_timestamp", "current_date", "current_time",
     "current_timestamp", "localtime", "localtimestamp", "clock_timestamp", "random",
     "gen_random_uuid", "current_database", "current_catalog", "concat", "num_nulls",
     "num_nonnulls", "jsonb_build_object", "json_build_object", "jsonb_build_array",
     "json_build_array", "pg_backend_pid", "version", "timeofday", "nextval", "count")
)  # fmt: skip

VOLATILE_FUNCTIONS = frozenset(
    ("random", "clock_timestamp", "timeofday", "nextval", "setval", "currval", "lastval",
     "gen_random_uuid", "uuid_generate_v1", "uuid_generate_v4", "set_config", "uuidv4", "uuidv7",
     "pg_sleep", "gen_random_bytes", "random_normal", "dblink", "pg_notify",
     "pg_advisory_lock", "pg_advisory_xact_lock", "pg_try_advisory_lock",
     "pg_try_advisory_xact_lock")
)  # fmt: skip
"""Functions that may give another value each time (provolatile v)."""

SET_RETURNING_FUNCTIONS = frozenset(
    ("unnest", "generate_series", "regexp_split_to_table", "string_to_table",
     "jsonb_array_elements", "jsonb_array_elements_text", "json_array_elements",
     "json_array_elements_text", "jsonb_object_keys", "json_object_keys", "jsonb_each",
     "jsonb_each_text", "json_each", "json_each_text", "regexp_matches", "jsonb_path_query",
     "generate_subscripts", "jsonb_to_recordset", "json_to_recordset", "jsonb_populate_recordset")
)  # fmt: skip
"""Functions that give rows; most give none for NULL."""

TYPES_WITH_MODIFIERS = frozenset(
    ("varchar", "bpchar", "char", "numeric", "bit", "varbit", "time", "timetz", "timestamp",
     "timestamptz", "interval")
)  # fmt: skip
"""Types whose casts may cut the value, by a length or precision that expressions do not keep."""

KNOWN_FUNCTIONS = (
    STABLE_FUNCTIONS
    | NEVER_NULL_FUNCTIONS
    | VOLATILE_FUNCTIONS
    | SET_RETURNING_FUNCTIONS
    | AGGREGATES
    | frozenset(("raise",))
)


def inner_query(source: Source) -> Query | None:
    """Return the query behind a FROM entry, None for a table or a function.

    Of a recursive WITH query it is the part before UNION: without rows from there, there are none.
    """
    query = source.query
    if query is None or not source.is_cte or not _is_recursive(query):
        return query
    return query.arms[0] if query.arms else None


@remembered
def _is_recursive(query: Query) -> bool:
    return any(
        source.query is query
        for part in query.walk()
        if isinstance(part, Query)
        for source in part.sources
    )
