"""CREATE FUNCTION, CREATE PROCEDURE and ALTER FUNCTION."""

from __future__ import annotations

from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.functions import Function
from rlslint.catalog.journal import set_attribute
from rlslint.catalog.overloads import is_built_in_type
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.catalog.roles import DEFAULT_SEARCH_PATH
from rlslint.replay import Refused
from rlslint.replay.dependencies import note_clause, note_reader, type_need
from rlslint.replay.owners import may_create_in, must_own
from rlslint.replay.privileges import public_may_execute
from rlslint.replay.settings import setting_values
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Expr
from rlslint.sql.nodes import expression, query, strings, type_name
from rlslint.sql.parser import Node
from rlslint.text import Statement

_DEFAULTS: dict[str, object] = {
    "language": "sql", "volatility": "volatile", "parallel": "unsafe", "security_definer": False,
    "leakproof": False, "body": "", "body_start": -1,
}  # fmt: skip
_INPUT_MODES = {"FUNC_PARAM_IN", "FUNC_PARAM_INOUT", "FUNC_PARAM_VARIADIC", "FUNC_PARAM_DEFAULT"}


def create_function(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    *schema, name = strings(node["funcname"])
    home = replay.creation_schema(schema[-1] if schema else "")
    parameters = [
        item["FunctionParameter"]
        for item in node.get("parameters", ())
        if item["FunctionParameter"]["mode"] in _INPUT_MODES
    ]
    types = tuple(_type(replay, parameter["argType"]) for parameter in parameters)
    function, held = _existing(replay, home, name, types), _Held()
    if function is None:
        if not may_create_in(replay, home):
            raise Refused("insufficient_privilege")
        if replay.catalog.functions.is_open and not node.get("replace"):
            replay.perhaps_refused("duplicate_function")
        function = Function(replay.oid(), home, name, replay.session.user, statement)
        replay.catalog.functions[function.oid] = function
        if home == "pg_temp":
            replay.temporary[function.oid] = function
        replay.add_overload(function)
        public_may_execute(replay, function.grants, function.owner)
        replay.grant_defaults(function.grants, "functions", home)
    elif not node.get("replace"):
        raise Refused("duplicate_function")
    else:
        must_own(replay, function)
        _refuse_replacement(replay, function, node, parameters)
        held = _held(function)
    _describe(replay, function, node, parameters, statement, base)
    for fact, (value, because) in held.items():
        if getattr(function, fact) != value:
            function.note_earlier(fact, value, because)


_Held = dict[str, tuple[object, Statement | None]]


def _held(function: Function) -> _Held:
    """Return the options of a function that a replacement has to say again to keep them."""
    facts = ("settings", "security_definer")
    return {
        fact: (getattr(function, fact), function.because(fact))
        for fact in facts
        if function.knows(fact)
    }


def _refuse_replacement(
    replay: Replay, function: Function, node: Node, parameters: list[Node]
) -> None:
    """OR REPLACE keeps the kind, the type returned and the names of arguments."""
    if function.is_procedure is not node.get("is_procedure", False):
        raise Refused("wrong_object_type")
    returned = node.get("returnType", {})
    type_ = _type(replay, returned) if returned else "void"
    known = is_built_in_type(type_) and is_built_in_type(function.return_type)
    if known and type_ != function.return_type:
        raise Refused("invalid_function_definition")
    if any(
        old and old != new.get("name", "")
        for old, new in zip(function.argument_names, parameters, strict=False)
    ):
        raise Refused("invalid_function_definition")


def _type(replay: Replay, node: Node) -> str:
    """`docs.owner%TYPE` is the type that the column has just then (manual: CREATE FUNCTION)."""
    if node.get("pct_type"):
        *schema, table, name = strings(node["names"])
        relation = replay.find({"schemaname": schema[-1] if schema else "", "relname": table})
        columns = relation.columns if relation is not None and relation.knows("columns") else {}
        if name in columns and columns[name].knows("type"):
            return columns[name].type
    return type_name(node)


def _existing(replay: Replay, schema: str, name: str, types: tuple[str, ...]) -> Function | None:
    overloads = replay.catalog.function_names.get((schema, name), ())
    return next((f for f in overloads if f.argument_types == types), None)


def _describe(
    replay: Replay,
    function: Function,
    node: Node,
    parameters: list[Node],
    statement: Statement,
    base: int,
) -> None:
    """Set all facts of a function; OR REPLACE resets every option that it does not restate."""
    owned = function.statements.get("owner")
    statements = {"": statement} if owned is None else {"": statement, "owner": owned}
    set_attribute(function, "statements", statements)
    returned = node.get("returnType", {})
    returns_set = bool(returned.get("setof")) or any(
        item["FunctionParameter"]["mode"] == "FUNC_PARAM_TABLE"
        for item in node.get("parameters", ())
    )
    # pg_dump empties the path for its own session; those that call it have another.
    path = replay.session.search_path or DEFAULT_SEARCH_PATH
    is_variadic = any(p["mode"] == "FUNC_PARAM_VARIADIC" for p in parameters)
    described: dict[str, object] = {
        **_DEFAULTS,
        "settings": {},
        "argument_names": tuple(parameter.get("name", "") for parameter in parameters),
        "argument_types": tuple(_type(replay, p["argType"]) for p in parameters),
        "variadic": is_variadic,
        "default_count": sum("defexpr" in parameter for parameter in parameters),
        "defaults": tuple(
            bind(expression(parameter["defexpr"]), Scope(replay.catalog, path))
            for parameter in parameters
            if "defexpr" in parameter
        ),
        "is_procedure": node.get("is_procedure", False),
        "return_type": _type(replay, returned) if returned else "void",
        "returns_set": returns_set,
        "atomic": "sql_body" in node,
        "search_path": path,
    }
    for fact, value in described.items():
        function.become(fact, value)
    for item in node.get("options", ()):
        set_option(function, item["DefElem"], statement, base, replay.session.search_path_setting)
    if function.atomic:
        function.become("body", statement.sql)
        function.become("body_start", statement.start)
    _note_needs(replay, function, node, parameters, statement, base)


def _note_needs(
    replay: Replay,
    function: Function,
    node: Node,
    parameters: list[Node],
    statement: Statement,
    base: int,
) -> None:
    """Remember what a function goes with: its types, and what defaults and its own body name."""
    types = {*function.argument_types, function.return_type} - {""}
    note_reader(replay, function, (type_need(t) for t in types if not is_built_in_type(t)))
    scope = Scope(replay.catalog, replay.search_path, statement)
    parts = [expression(p["defexpr"]) for p in parameters if "defexpr" in p]
    if "sql_body" in node:
        parts += _queries(node["sql_body"])
    clauses = tuple(Clause(Predicate(bind(part, scope)), statement, base) for part in parts)
    if clauses or function.oid in replay.origins.function_clauses:
        replay.origins.function_clauses[function.oid] = clauses
    for clause in clauses:
        note_clause(replay, function, clause)


def _queries(node: Node) -> list[Expr]:
    match node:
        case {"List": {"items": items}}:
            return [found for item in items for found in _queries(item)]
        case {"SelectStmt": fields}:
            return [query(fields)]
        case {"ReturnStmt": {"returnval": value}}:
            return [expression(value)]
        case _:
            return []


def set_option(
    function: Function,
    definition: Node,
    statement: Statement,
    base: int,
    current_path: tuple[str, ...],
) -> None:
    """Set what one clause of CREATE or ALTER FUNCTION says.

    SET search_path FROM CURRENT takes `current_path`, the session's setting.
    """
    argument = definition.get("arg", {})
    match definition["defname"]:
        case "as":
            strings_of_body = strings(argument["List"]["items"])
            body = strings_of_body[-1]
            function.become("body", body)
            function.become("body_start", _body_start(body, statement, definition, base))
        case "language":
            function.become("language", argument["String"]["sval"].lower())
        case "volatility":
            function.learn("volatility", argument["String"]["sval"], statement)
        case "security":
            value = argument["Boolean"].get("boolval", False)
            function.learn("security_definer", value, statement)
        case "leakproof":
            function.learn("leakproof", argument["Boolean"].get("boolval", False), statement)
        case "parallel":
            function.become("parallel", argument["String"]["sval"])
        case "set":
            _set_setting(function, argument["VariableSetStmt"], statement, current_path)


def _set_setting(
    function: Function, node: Node, statement: Statement, current_path: tuple[str, ...]
) -> None:
    name = node.get("name", "").lower()
    settings = dict(function.settings)
    match node["kind"]:
        case "VAR_SET_VALUE":
            settings[name] = ", ".join(setting_values(node))
        case "VAR_SET_CURRENT":
            settings[name] = ", ".join(current_path) if name == "search_path" else ""
        case "VAR_RESET_ALL":
            settings.clear()
        case _:
            settings.pop(name, None)
    function.learn("settings", settings, statement)
    if name in ("search_path", ""):
        function.because_of("search_path", statement)


def _body_start(body: str, statement: Statement, definition: Node, base: int) -> int:
    """Return where the body stands in the text, -1 where its quotes escape something."""
    data = body.encode()
    at = statement.text.data.find(data, base + max(definition.get("location", 0), 0))
    return at if at >= 0 and at + len(data) <= statement.end else -1


def alter_function(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    target = node["func"]
    for function in replay.functions_with(target):
        must_own(replay, function)
        for item in node.get("actions", ()):
            path = replay.session.search_path_setting
            set_option(function, item["DefElem"], statement, base, path)
