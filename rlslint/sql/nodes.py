"""From the parser's nodes to expressions, queries and names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rlslint.sql.expressions import (
    And,
    Call,
    Case,
    Cast,
    Column,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Items,
    Not,
    Operator,
    Or,
    Other,
    Parameter,
    Query,
    Source,
    SubSelect,
)
from rlslint.sql.parser import Node


def strings(nodes: list[Node] | None) -> tuple[str, ...]:
    """Return the words of a list of String nodes: a dotted name."""
    if not nodes:
        return ()
    return tuple([node["String"].get("sval", "") for node in nodes if "String" in node])


def type_name(node: Node) -> str:
    """Return a type as PostgreSQL keeps it: `int4`, `uuid`, `text[]`, `app.tenant_key`."""
    names = strings(node.get("names"))
    if len(names) == 2 and names[0] == "pg_catalog":
        names = names[1:]
    name = names[0] if len(names) == 1 else ".".join(names)
    # An array type is the same whatever its dimensions (manual: Arrays).
    return f"{name}[]" if "arrayBounds" in node else name


def expression(node: Node) -> Expr:
    """Build the expression of a node.

    Raises RecursionError where it is nested more deeply than the interpreter can follow.
    """
    ((tag, fields),) = node.items()
    location = fields.get("location", -1) if isinstance(fields, dict) else -1
    build = _BUILDERS.get(tag)
    if build is not None:
        return build(fields, location)
    return Other(tag, _nested(fields), _detail(fields), location)


def _column(fields: Node, location: int) -> Expr:
    return Column(_column_names(fields["fields"]), location)


def _literal(fields: Node, location: int) -> Expr:
    return Constant(_constant(fields), location)


def _cast(fields: Node, location: int) -> Expr:
    return Cast(expression(fields["arg"]), type_name(fields["typeName"]), location)


def _value_function(fields: Node, location: int) -> Expr:
    return Call((fields["op"].removeprefix("SVFOP_").lower(),), (), location)


def _greatest_or_least(fields: Node, location: int) -> Expr:
    name = "greatest" if fields["op"] == "IS_GREATEST" else "least"
    return Call((name,), _all(fields["args"]), location)


def _null_test(fields: Node, location: int) -> Expr:
    negated = fields["nulltesttype"] == "IS_NOT_NULL"
    return IsNull(expression(fields["arg"]), negated, location)


def _truth_test(fields: Node, location: int) -> Expr:
    words = fields["booltesttype"].split("_")
    value = {"TRUE": True, "FALSE": False, "UNKNOWN": None}[words[-1]]
    return IsTruth(expression(fields["arg"]), value, "NOT" in words, location)


def _all(nodes: list[Node] | None) -> tuple[Expr, ...]:
    if not nodes:
        return ()
    return tuple([expression(node) for node in nodes if node])


def _optional(node: Node | None) -> Expr | None:
    return expression(node) if node is not None else None


def _column_names(fields: list[Node]) -> tuple[str, ...]:
    return tuple(
        ["*" if "A_Star" in field else field["String"].get("sval", "") for field in fields]
    )


_CONSTANTS: tuple[tuple[str, str | int | bool], ...] = (
    ("sval", ""), ("ival", 0), ("boolval", False), ("fval", ""), ("bsval", ""),
)  # fmt: skip
"""The kinds of literal, and the value that the parser leaves out; NULL is none of them."""


def _constant(fields: Node) -> str | int | bool | None:
    for kind, nothing in _CONSTANTS:
        if kind in fields:
            value: str | int | bool = fields[kind].get(kind, nothing)
            return value
    return None


def _call(fields: Node, location: int) -> Expr:
    arguments = _all(fields.get("args"))
    if fields.get("agg_distinct"):
        arguments += (Other("AggregateDistinct", ()),)
    if "agg_filter" in fields:
        arguments += (Other("AggregateFilter", (expression(fields["agg_filter"]),)),)
    if fields.get("func_variadic"):
        arguments = (*arguments[:-1], Other("VariadicArgument", arguments[-1:]))
    name = strings(fields["funcname"])
    call = Call(name, arguments, location)
    if "over" in fields:
        return Other("WindowFunc", (call, *_nested(fields["over"])), "", location)
    if len(arguments) == 1 and name[-1] in _CALLED_TYPES and name[:-1] in ((), ("pg_catalog",)):
        (argument,) = arguments
        if not isinstance(argument, Other):
            return Cast(argument, name[-1], location)
    return call


_CALLED_TYPES = frozenset(
    ("bool", "bpchar", "float4", "float8", "int2", "int4", "int8", "json", "jsonb", "text",
     "timestamptz", "uuid")
)  # fmt: skip
"""Types that are used as functions: `int4(x)` is a cast (manual: Type Casts)."""


def _operator(fields: Node, location: int) -> Expr:
    symbol = strings(fields.get("name"))[-1] if fields.get("name") else ""
    left = _optional(fields.get("lexpr"))
    right = expression(fields["rexpr"])
    match fields["kind"]:
        case "AEXPR_OP_ANY" | "AEXPR_IN" if fields["kind"] == "AEXPR_OP_ANY" or symbol == "=":
            return Operator(symbol, left, right, "any", location)
        case "AEXPR_OP_ALL" | "AEXPR_IN":
            return Operator(symbol, left, right, "all", location)
        case "AEXPR_DISTINCT":
            return Operator("is distinct from", left, right, "", location)
        case "AEXPR_NOT_DISTINCT":
            return Operator("is not distinct from", left, right, "", location)
        case "AEXPR_NULLIF" if left is not None:
            return Call(("nullif",), (left, right), location)
        case "AEXPR_BETWEEN" | "AEXPR_NOT_BETWEEN" if isinstance(right, Items) and left is not None:
            low, high = right.items
            if fields["kind"] == "AEXPR_NOT_BETWEEN":
                below = Operator("<", left, low, "", location)
                return Or((below, Operator(">", left, high, "", location)), location)
            above = Operator(">=", left, low, "", location)
            return And((above, Operator("<=", left, high, "", location)), location)
        case "AEXPR_OP" if "RowExpr" in fields["rexpr"] and symbol in ("=", "<>", "!="):
            return _rows_compared(symbol, left, right, location)
        case _:
            return Operator("<>" if symbol == "!=" else symbol, left, right, "", location)


def _rows_compared(symbol: str, left: Expr | None, right: Expr, location: int) -> Expr:
    """Compare rows column by column, as PostgreSQL does (manual: Row Constructor Comparison)."""
    if not isinstance(left, Items) or not isinstance(right, Items):
        return Operator("<>" if symbol == "!=" else symbol, left, right, "", location)
    name = "=" if symbol == "=" else "<>"
    pairs = tuple(
        Operator(name, one, other, "", location)
        for one, other in zip(left.items, right.items, strict=True)
    )
    if len(pairs) == 1:
        return pairs[0]
    return And(pairs, location) if name == "=" else Or(pairs, location)


def _boolean(fields: Node, location: int) -> Expr:
    arguments = _all(fields["args"])
    match fields["boolop"]:
        case "NOT_EXPR":
            return Not(arguments[0], location)
        case "AND_EXPR":
            flat = [y for x in arguments for y in (x.arguments if isinstance(x, And) else (x,))]
            return And(tuple(flat), location)
        case _:
            flat = [y for x in arguments for y in (x.arguments if isinstance(x, Or) else (x,))]
            return Or(tuple(flat), location)


def _case(fields: Node, location: int) -> Expr:
    branches = tuple(
        (expression(branch["CaseWhen"]["expr"]), expression(branch["CaseWhen"]["result"]))
        for branch in fields["args"]
    )
    subject = _optional(fields.get("arg"))
    return Case(subject, branches, _optional(fields.get("defresult")), location)


def _sub_select(fields: Node, location: int) -> Expr:
    kind = {
        "EXISTS_SUBLINK": "exists",
        "ANY_SUBLINK": "any",
        "ALL_SUBLINK": "all",
        "ARRAY_SUBLINK": "array",
    }.get(fields["subLinkType"], "scalar")
    symbol = strings(fields.get("operName"))[-1] if fields.get("operName") else "="
    left = _optional(fields.get("testexpr"))
    return SubSelect(kind, left, query(fields["subselect"]["SelectStmt"]), symbol, location)


def _detail(fields: Node) -> str:
    match fields:
        case {"collname": names}:
            return ".".join(strings(names))
        case {"indirection": steps}:
            return ".".join(strings(steps))
        case {"argnumber": _, "name": name}:
            return str(name)
        case {"is_slice": True}:
            return f"{'lower' if 'lidx' in fields else ''}:{'upper' if 'uidx' in fields else ''}"
        case _:
            return ""


def _nested(fields: object) -> tuple[Expr, ...]:
    found: list[Expr] = []
    values = fields.values() if isinstance(fields, dict) else ()
    for value in values:
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, dict) and len(item) == 1:
                ((tag, inner),) = item.items()
                if tag[0].isupper() and tag not in ("String", "Integer", "TypeName"):
                    found.append(expression(item) if isinstance(inner, dict) else Constant(None))
    return tuple(found)


_BUILDERS: dict[str, Callable[[Any, int], Expr]] = {
    "A_ArrayExpr": lambda fields, at: Items(_all(fields.get("elements")), "array", at),
    "A_Const": _literal,
    "A_Expr": _operator,
    "BoolExpr": _boolean,
    "BooleanTest": _truth_test,
    "CaseExpr": _case,
    "CoalesceExpr": lambda fields, at: Call(("coalesce",), _all(fields["args"]), at),
    "ColumnRef": _column,
    "FuncCall": _call,
    "List": lambda fields, at: Items(_all(fields.get("items")), "list", at),
    "MinMaxExpr": _greatest_or_least,
    "NullTest": _null_test,
    "ParamRef": lambda fields, at: Parameter(fields.get("number", 0), at),
    "RowExpr": lambda fields, at: Items(_all(fields.get("args")), "row", at),
    "SQLValueFunction": _value_function,
    "SelectStmt": lambda fields, _: query(fields),
    "SubLink": _sub_select,
    "TypeCast": _cast,
}
"""By its tag, how a node becomes an expression; any other becomes an `Other`."""


def query(fields: Node) -> Query:
    """Build the query of a SelectStmt's fields.

    Raises RecursionError where it is nested more deeply than the interpreter can follow.
    """
    ctes = tuple(
        (cte["CommonTableExpr"]["ctename"], _with_query(cte["CommonTableExpr"]))
        for cte in fields.get("withClause", {}).get("ctes", ())
        if "SelectStmt" in cte["CommonTableExpr"]["ctequery"]
    )
    if "larg" in fields:
        built = _set_operation(fields, ctes)
    elif "valuesLists" in fields:
        rows = tuple(Items(_all(row["List"].get("items")), "row") for row in fields["valuesLists"])
        width = len(rows[0].items) if rows else 0
        names = tuple(f"column{number + 1}" for number in range(width))
        built = Query((), (), names, (), ctes)
        built.set_operation, built.rows = "values", rows
    else:
        built = _select(fields, ctes)
    built.recursive = fields.get("withClause", {}).get("recursive", False)
    built.ordering = tuple(
        (expression(item["SortBy"]["node"]), item["SortBy"]["sortby_dir"] == "SORTBY_DESC")
        for item in fields.get("sortClause", ())
    )
    built.limits = _optional(fields.get("limitCount")), _optional(fields.get("limitOffset"))
    return built


def _set_operation(fields: Node, ctes: tuple[tuple[str, Query], ...]) -> Query:
    arms = (query(fields["larg"]), query(fields["rarg"]))
    built = Query((), (), arms[0].output_names, (), ctes)
    built.set_operation, built.arms = fields["op"].removeprefix("SETOP_").lower(), arms
    built.keeps_duplicates = fields.get("all", False)
    return built


def _select(fields: Node, ctes: tuple[tuple[str, Query], ...]) -> Query:
    sources, conditions, inner_only = _from_clause(fields.get("fromClause", ()))
    if "whereClause" in fields:
        conditions.insert(0, expression(fields["whereClause"]))
    if "havingClause" in fields:
        conditions.append(expression(fields["havingClause"]))
    targets = [target["ResTarget"] for target in fields.get("targetList", ())]
    built = Query(
        tuple(sources),
        tuple(expression(target["val"]) for target in targets if "val" in target),
        tuple(target.get("name") or output_name(target.get("val")) for target in targets),
        tuple(conditions),
        ctes,
        inner_only,
    )
    built.having = conditions[-1] if "havingClause" in fields else None
    built.grouping = _all(fields.get("groupClause"))
    built.distinct = _all(fields.get("distinctClause"))
    built.grouped = "groupClause" in fields or "distinctClause" in fields
    return built


def _with_query(fields: Node) -> Query:
    built = first = query(fields["ctequery"]["SelectStmt"])
    names = strings(fields.get("aliascolnames"))
    while first.arms:
        first.rename_outputs(names)
        first = first.arms[0]
    first.rename_outputs(names)
    return built


def output_name(node: Node | None) -> str:
    """Return the name that PostgreSQL gives to an output (FigureColname in parse_target.c)."""
    return _figured_name(node)[0] or "?column?"


def _figured_name(node: Node | None) -> tuple[str, int]:
    """Return a name and how strong it is: 2 for one that a cast or CASE around it lets stand."""
    match node:
        case {"ColumnRef": {"fields": names}}:
            return _column_names(names)[-1], 2
        case {"A_Indirection": {"indirection": steps, "arg": argument}}:
            fields = strings(steps)
            return (fields[-1], 2) if fields else _figured_name(argument)
        case {"FuncCall": {"funcname": names}}:
            return strings(names)[-1], 2
        case {"A_Expr": {"kind": "AEXPR_NULLIF"}}:
            return "nullif", 2
        case {"TypeCast": {"arg": argument, "typeName": type_}}:
            name, strength = _figured_name(argument)
            if strength > 1:
                return name, strength
            return strings(type_.get("names"))[-1], 1
        case {"CollateClause": {"arg": argument}}:
            return _figured_name(argument)
        case {"CaseExpr": fields}:
            name, strength = _figured_name(fields.get("defresult"))
            return (name, strength) if strength > 1 else ("case", 1)
        case {"SQLValueFunction": {"op": operation}}:
            return str(operation).removeprefix("SVFOP_").removesuffix("_N").lower(), 2
        case {"CoalesceExpr": _}:
            return "coalesce", 2
        case {"MinMaxExpr": {"op": operation}}:
            return str(operation).removeprefix("IS_").lower(), 2
        case {"XmlExpr": {"op": operation}}:
            return str(operation).removeprefix("IS_").lower(), 2
        case {"XmlSerialize": _}:
            return "xmlserialize", 2
        case {"A_ArrayExpr": _}:
            return "array", 2
        case {"RowExpr": _}:
            return "row", 2
        case {"SubLink": fields}:
            return _name_of_sub_select(fields)
        case _:
            return "", 0


def _name_of_sub_select(fields: Node) -> tuple[str, int]:
    match fields["subLinkType"]:
        case "EXISTS_SUBLINK":
            return "exists", 2
        case "ARRAY_SUBLINK":
            return "array", 2
        case "EXPR_SUBLINK":
            target = fields["subselect"]["SelectStmt"].get("targetList", [{}])[0]
            inner = target.get("ResTarget", {})
            return (inner["name"], 2) if "name" in inner else _figured_name(inner.get("val"))
        case _:
            return "", 0


def _from_clause(items: list[Node]) -> tuple[list[Source], list[Expr], bool]:
    sources: list[Source] = []
    conditions: list[Expr] = []
    inner_only = True
    for item in items:
        ((tag, fields),) = item.items()
        if tag == "JoinExpr" and "alias" in fields:
            sources.append(_named_join(fields))
            continue
        if tag == "JoinExpr":
            before = len(conditions)
            more, on, inner = _from_clause([fields["larg"], fields["rarg"]])
            before += len(on)
            inner_only &= inner and fields.get("jointype", "JOIN_INNER") == "JOIN_INNER"
            sources += more
            conditions += on
            if "quals" in fields:
                conditions.append(expression(fields["quals"]))
            conditions += _using(more, strings(fields.get("usingClause")))
            _note_join(fields, more, conditions[before:])
            if more and fields.get("isNatural"):
                more[-1].natural = True
            continue
        sources.append(_source(tag, fields))
    return sources, conditions, inner_only


def _named_join(fields: Node) -> Source:
    """Return `(a JOIN b ON …) AS j (x, y)` as what it means: a sub-select under this name."""
    alias = fields["alias"]
    join = {key: value for key, value in fields.items() if key != "alias"}
    star: Node = {"ResTarget": {"val": {"ColumnRef": {"fields": [{"A_Star": {}}]}}}}
    inner = query({"targetList": [star], "fromClause": [{"JoinExpr": join}]})
    renamed = strings(alias.get("colnames"))
    name = alias["aliasname"]
    return Source(name, "", name, -1, inner, None, renamed, True)


def _note_join(fields: Node, sources: list[Source], on: list[Expr]) -> None:
    """Tell the last source how it is joined, which only a join with a single one on its right is
    known for."""
    kind = fields.get("jointype", "JOIN_INNER")
    if kind != "JOIN_INNER" and sources:
        is_plain = kind == "JOIN_LEFT" and "JoinExpr" not in fields["rarg"]
        sources[-1].join = "left" if is_plain else "other"
        sources[-1].on = tuple(on)


def _using(sources: list[Source], names: tuple[str, ...]) -> list[Expr]:
    if len(sources) < 2:
        return []
    left, right = sources[0].alias, sources[-1].alias
    sources[-1].merged = names
    return [Operator("=", Column((left, name)), Column((right, name))) for name in names]


def _source(tag: str, fields: Node) -> Source:
    alias = fields.get("alias", {})
    name = alias.get("aliasname", "")
    renamed = strings(alias.get("colnames"))
    match tag:
        case "RangeVar":
            return Source(
                fields["relname"],
                fields.get("schemaname", ""),
                name,
                fields.get("location", -1),
                column_names=renamed,
            )
        case "RangeSubselect":
            inner = query(fields["subquery"]["SelectStmt"])
            lateral = fields.get("lateral", False)
            return Source(name, "", name, -1, inner, None, renamed, lateral)
        case "RangeFunction":
            call = _function_of(fields)
            fallback = call.name[-1] if isinstance(call, Call) else ""
            column = renamed or ((name or fallback,) if name or fallback else ())
            return Source(name or fallback, "", name or fallback, -1, None, call, column, True)
        case _:
            return Source(name, "", name, -1, None, Other(tag, _nested(fields)), renamed, True)


def _function_of(fields: Node) -> Expr:
    match fields:
        case {"functions": [{"List": {"items": [call, *_]}}]}:
            return expression(call)
        case _:
            return Other("RangeFunction", _nested(fields))
