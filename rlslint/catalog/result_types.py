"""The types of what PostgreSQL's own functions and operators give (manual: 9, Functions)."""

from __future__ import annotations

_BY_TYPE = {
    "text": (
        "concat", "concat_ws", "format", "upper", "initcap", "ltrim", "rtrim", "replace", "repeat",
        "left", "right", "split_part", "to_char", "md5", "encode", "array_to_string",
        "quote_ident", "quote_literal", "quote_nullable", "regexp_replace", "translate", "chr",
        "current_setting", "set_config", "jsonb_extract_path_text", "json_extract_path_text",
        "jsonb_typeof", "json_typeof", "jsonb_array_elements_text", "json_array_elements_text",
        "pg_get_expr", "pg_get_constraintdef", "pg_get_indexdef", "pg_get_viewdef",
        "pg_size_pretty", "version",
    ),
    "int4": (
        "char_length", "character_length", "array_length", "array_ndims", "array_upper",
        "array_lower", "cardinality", "strpos", "ascii", "jsonb_array_length",
        "json_array_length", "pg_backend_pid", "num_nulls", "num_nonnulls",
    ),
    "int8": (
        "count", "row_number", "rank", "dense_rank", "nextval", "currval", "lastval",
        "pg_relation_size", "pg_total_relation_size", "pg_database_size", "txid_current",
    ),
    "float8": ("random", "percent_rank", "cume_dist", "date_part"),
    "numeric": ("extract",),
    "bool": (
        "bool_and", "bool_or", "every", "starts_with", "has_table_privilege",
        "has_schema_privilege", "pg_has_role", "jsonb_path_exists", "isfinite",
    ),
    "timestamptz": (
        "now", "current_timestamp", "clock_timestamp", "statement_timestamp",
        "transaction_timestamp", "to_timestamp", "make_timestamptz",
    ),
    "timestamp": ("localtimestamp", "make_timestamp"),
    "date": ("current_date", "to_date", "make_date"),
    "interval": ("make_interval",),
    "uuid": ("gen_random_uuid", "uuidv4", "uuidv7"),
    "json": (
        "json_agg", "json_object_agg", "json_build_object", "json_build_array", "row_to_json",
        "array_to_json", "to_json", "json_array_elements", "json_extract_path",
    ),
    "jsonb": (
        "jsonb_agg", "jsonb_object_agg", "jsonb_build_object", "jsonb_build_array", "to_jsonb",
        "jsonb_set", "jsonb_strip_nulls", "jsonb_array_elements", "jsonb_extract_path",
    ),
    "name": ("current_user", "session_user", "current_database", "current_schema"),
}  # fmt: skip
_FIXED = {name: type_name for type_name, names in _BY_TYPE.items() for name in names}
_OF_FIRST = {"min", "max", "lag", "lead", "first_value", "last_value", "nullif", "array_append"}
_STRINGS = {"text", "varchar", "bpchar"}
_OF_STRINGS = {"lower", "btrim", "ltrim", "rtrim", "substring", "substr", "string_agg", "reverse"}
_SUMS = {
    "int2": "int8", "int4": "int8", "int8": "numeric", "numeric": "numeric",
    "float4": "float4", "float8": "float8", "interval": "interval", "money": "money",
}  # fmt: skip
_AVERAGES = {
    "int2": "numeric", "int4": "numeric", "int8": "numeric", "numeric": "numeric",
    "float4": "float8", "float8": "float8", "interval": "interval",
}  # fmt: skip
_TRUNCATED = {
    "date": "timestamptz", "timestamptz": "timestamptz", "timestamp": "timestamp",
    "interval": "interval",
}  # fmt: skip
_COMPARISONS = {
    "=", "<>", "!=", "<", ">", "<=", ">=", "~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*",
    "is distinct from", "is not distinct from", "@>", "<@", "&&", "?", "?|", "?&",
}  # fmt: skip
_ARITHMETIC = {"+", "-", "*", "/", "%"}
_NUMBERS = ("int2", "int4", "int8", "numeric")


def type_of_call(name: str, arguments: tuple[str, ...]) -> str:
    """Return the type of a built-in function's result, "" where it is not known."""
    first = arguments[0] if arguments else ""
    match name:
        case "sum":
            return _SUMS.get(first, "")
        case "avg":
            return _AVERAGES.get(first, "")
        case "date_trunc":
            return _TRUNCATED.get(arguments[1], "") if len(arguments) > 1 else ""
        case "array_agg":
            return f"{first}[]" if first and "[" not in first else ""
        case _ if name in _OF_FIRST:
            return "text" if first == "varchar" and name in ("min", "max", "nullif") else first
        case _ if name in _OF_STRINGS:
            return "text" if first in _STRINGS else ""
        case _:
            return _FIXED.get(name, "")


def type_of_operator(symbol: str, left: str, right: str) -> str:
    """Return the type of an operator's result, "" where it is not known."""
    if symbol in _COMPARISONS:
        return "bool"
    match symbol:
        case "->>" | "#>>":
            return "text"
        case "->" | "#>":
            return left if left in ("json", "jsonb") else ""
        case "||" if left in _STRINGS or right in _STRINGS:
            return "text" if "[" not in left + right else ""
        case "||" if left == right == "jsonb":
            return "jsonb"
        case _ if symbol in _ARITHMETIC and left in _NUMBERS and right in _NUMBERS:
            return max(left, right, key=_NUMBERS.index)
        case _ if symbol in _ARITHMETIC and left == right == "float8":
            return "float8"
        case _:
            return ""


def common_type(types: tuple[str, ...]) -> str:
    """Return the type that all have."""
    return types[0] if len(set(types)) == 1 else ""
