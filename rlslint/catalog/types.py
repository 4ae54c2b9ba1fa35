"""The types of what expressions and queries put out, as far as columns, casts and literals tell."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.sql.expressions import (
    OWN_ROW,
    And,
    Call,
    Case,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Items,
    Not,
    Operator,
    Or,
    Other,
    Query,
    Source,
    SubSelect,
)


def output_types(query: Query) -> list[str]:
    """Return the type of each output of a bound query, "" where it is not known."""
    if query.arms:
        left, right = map(output_types, query.arms[:2])
        return [one if right[at : at + 1] == [one] else "" for at, one in enumerate(left)]
    if query.set_operation == "values":
        rows = [row.items for row in query.rows]
        return [
            _common_type(tuple(type_of(item) for item in column))
            for column in zip(*rows, strict=False)
        ]
    return [type_of(output) for output in query.outputs]


def type_of(output: Expr, own: Relation | None = None) -> str:
    """Return the type of a bound expression, "" where it is not known.

    `own` is the relation whose row it may name.
    """
    match output:
        case Cast(_, name):
            return name
        case Constant(bool()):
            return "bool"
        case Constant(int()):
            return "int4"
        case And() | Or() | Not() | IsNull() | IsTruth():
            return "bool"
        case Operator(symbol, left, right):
            if output.quantifier:
                return "bool"
            return _type_of_operator(
                symbol, type_of(left, own) if left is not None else "", type_of(right, own)
            )
        case Call(name, arguments):
            return _type_of_function_call(output, name[-1], arguments, own)
        case Items(items, "array"):
            element = _common(items, own)
            if not element and items and all(map(_takes_any_type, items)):
                element = "text"  # What nothing else decides (manual: 10.5).
            return f"{element}[]" if element else ""
        case Case(_, branches, otherwise):
            results = [result for _, result in branches]
            return _common([*results, otherwise] if otherwise is not None else results, own)
        case Other("WindowFunc" | "CollateClause", (argument, *_)):
            return type_of(argument, own)
        case SubSelect(kind="exists" | "any" | "all"):
            return "bool"
        case SubSelect(kind="scalar", query=query):
            return next(iter(output_types(query)), "")
        case Column(binding=ColumnBinding(source, number, _)):
            return _column_type(own if source is OWN_ROW else source.relation, source, number)
        case _:
            return ""


def _type_of_function_call(
    call: Call, name: str, arguments: tuple[Expr, ...], own: Relation | None
) -> str:
    if name in ("coalesce", "greatest", "least"):
        return _common(arguments, own)
    types = tuple(type_of(argument, own) for argument in arguments)
    built_in = _type_of_built_in_call(name, types) if len(call.name) == 1 else ""
    if not isinstance(call.function, Function):
        return built_in
    # A function beside PostgreSQL's own of that name: the arguments decide which one is meant.
    returned = "" if built_in else call.function.return_type
    return returned if returned not in POLYMORPHIC and not call.function.returns_set else ""


def _common(parts: Iterable[Expr], own: Relation | None) -> str:
    """The type of the parts; a NULL or a string takes that of the others (manual: 10.5)."""
    typed = [part for part in parts if not _takes_any_type(part)]
    return _common_type(tuple(type_of(part, own) for part in typed))


def _takes_any_type(part: Expr) -> bool:
    return isinstance(part, Constant) and (part.value is None or isinstance(part.value, str))


POLYMORPHIC = {
    "anyelement", "anyarray", "anynonarray", "anyenum", "anyrange", "anymultirange",
    "anycompatible", "anycompatiblearray", "anycompatiblenonarray", "anycompatiblerange",
    "record", "void",
}  # fmt: skip


def _column_type(relation: object, source: Source, number: int) -> str:
    if isinstance(relation, Relation):
        column = relation.column(number) if relation.knows("columns") else None
        return column.type if column is not None and column.knows("type") else ""
    if source.query is not None and not (source.is_cte and source.query.arms):
        types = output_types(source.query)
        return types[number - 1] if 0 < number <= len(types) else ""
    return ""


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


def _type_of_built_in_call(name: str, arguments: tuple[str, ...]) -> str:
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


def _type_of_operator(symbol: str, left: str, right: str) -> str:
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


def _common_type(types: tuple[str, ...]) -> str:
    """Return the type that all have."""
    return types[0] if len(set(types)) == 1 else ""


_WIDENINGS = (
    ("int2", "int4", "int8", "numeric", "float4", "float8"),
    ("date", "timestamp", "timestamptz"),
    ("time", "timetz"),
    ("varchar", "name"),
)
"""Types whose values become those of a later one by an implicit cast, but not the other way round
(pg_cast)."""


def means_right(left: Source, left_number: int, right: Source, right_number: int) -> bool:
    """Tell whether the name of a column that JOIN … USING or NATURAL shares means the right one.

    An inner join takes the left one, unless that needs a cast to the type of both and the right
    one does not (buildMergedJoinVar in parse_clause.c).
    """
    if right.join != "inner":
        return False
    one, other = _type(left, left_number), _type(right, right_number)
    return any(
        one in types and other in types and types.index(one) < types.index(other)
        for types in _WIDENINGS
    )


def _type(source: Source, number: int) -> str:
    match source:
        case Source(relation=Relation() as relation):
            column = relation.column(number) if relation.knows("columns") else None
            return column.type if column is not None and column.knows("type") else ""
        case Source(query=query) if query is not None and not query.arms:
            return _type_of(query.outputs[number - 1]) if number <= len(query.outputs) else ""
        case _:
            return ""


def _type_of(output: Expr) -> str:
    match output:
        case Column(binding=ColumnBinding(source, number, _)) if number:
            return _type(source, number)
        case Cast(_, type_name):
            return type_name
        case _:
            return ""
