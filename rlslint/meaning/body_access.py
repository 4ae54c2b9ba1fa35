"""What each statement of a function's body does to tables, and how far the caller's word goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rlslint import NamedTuple, Pattern
from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import BodyStatement, TableName, body_statements, tables_in
from rlslint.meaning.query_rows import STATISTICS
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node

SECRET = Pattern(
    r"(?:.*_)?(?:tokens?|secrets?|nonce|otp|hash|digest|password|passphrase"
    r"|api_?key|key_hash|(?:access|activation|auth|claim|confirm(?:ation)?|coupon|device|invit\w*"
    r"|join|login|magic|referral|reset|share|verif\w*)_?(?:code|key|link))(?:_(?:hash|sha\d*))?"
)
"""Names of columns whose values only those know whom they were given to."""
_HANDED_OUT = Pattern(r"(?:.*_)?(?:invit|voucher|coupon|referral|join|share|claim)\w*")
"""Names of tables whose rows stand for what was given to somebody, by a code of its own."""
_CODES = frozenset(("code", "key", "link"))
_PARTLY = frozenset(
    ("ascii", "bit_length", "char_length", "character_length", "left", "length", "octet_length",
     "position", "right", "split_part", "strpos", "substr", "substring")
)  # fmt: skip
"""Functions that tell of a secret too little for anybody to have to know it."""

_CHANGING = frozenset({"UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt"})


class BodyAccess(NamedTuple):
    """What one statement does: the tables that it reads, changes, and only adds rows to.

    `by_secret` tells that it finds its rows by a value that the caller has to know, such as the
    hash of a token, or by what was found that way. `is_statistic` tells that it reads only numbers
    about many rows. `everything` tells that it changes rows whatever is in them, `exports` that it
    writes what it reads to a file of the server, or hands it to a program there.
    """

    reads: tuple[TableName, ...]
    changes: tuple[TableName, ...]
    adds: tuple[TableName, ...]
    by_secret: bool
    is_statistic: bool
    everything: bool
    exports: bool = False


def body_access(function: Function) -> tuple[BodyAccess, ...]:
    """Return what the statements of a body do to tables, in order.

    Raises UnknownFact where the body is not certain.
    """
    statements = [(one, *tables_in(one)) for one in body_statements(function)]
    caller = _Caller(function, (one for one, reads, _ in statements if not reads))
    found = []
    for statement, reads, writes in statements:
        by_secret = caller.knows_secret(statement)
        if not (reads or writes):
            continue
        kinds = _kinds(statement.node)
        only_adds = kinds.isdisjoint(_CHANGING) and not _overwrites(statement.node)
        found.append(
            BodyAccess(
                reads,
                () if only_adds else writes,
                writes if only_adds else (),
                by_secret,
                _is_statistic(statement.node),
                any(map(_is_unconditional, parts_of(statement.node))),
                _exports(statement.node),
            )
        )
    return tuple(found)


class _Caller:
    """What the variables of a body hold: what the caller gave, and what a secret led to.

    `computing` are the statements that read no table. Rows that are compared with a secret of the
    caller's after they were read are found by it as well.
    """

    def __init__(self, function: Function, computing: Iterable[BodyStatement]) -> None:
        self._function = function.name
        self._given = {name.lower() for name in function.argument_names if name}
        self._compared: set[str] = set()
        self._proven: set[str] = set()
        for statement in computing:
            if any(map(self._is_given, _columns(statement.node))):
                self._given.update(statement.into)
            for comparison in _comparisons(statement.node):
                columns = list(_columns(comparison))
                if any(map(self._is_given, columns)):
                    others = (names for names in columns if not self._is_given(names))
                    self._compared.update(n[0] for n in others if SECRET().fullmatch(n[-1]))

    def knows_secret(self, statement: BodyStatement) -> bool:
        """Tell whether a statement, the next one, finds its rows by a secret of the caller's."""
        knows = not self._compared.isdisjoint(statement.into) or self._finds(statement.node)
        if knows:
            self._proven.update(statement.into)
        return knows

    def _finds(self, node: Node) -> bool:
        match node:
            case {"SelectStmt": {"larg": left, "rarg": right}}:
                return self._finds({"SelectStmt": left}) and self._finds({"SelectStmt": right})
            case {"InsertStmt": {"selectStmt": source}}:
                return self._finds(source) or any(map(self._is_proven, _columns(source)))
            case {"SelectStmt": {"targetList": targets, **others}} if "fromClause" not in others:
                inside = [one["subselect"] for kind, one in parts_of(targets) if kind == "SubLink"]
                return bool(inside) and all(map(self._finds, inside))
            case {"SelectStmt": fields} | {"UpdateStmt": fields} | {"DeleteStmt": fields}:
                is_handed_out = any(_HANDED_OUT().fullmatch(name) for name in _relations(fields))
                return any(self._is_secret_match(one, is_handed_out) for one in _conjuncts(fields))
            case _:
                return False

    def _is_secret_match(self, conjunct: Node, is_handed_out: bool) -> bool:
        match conjunct:
            case {"SubLink": {"subLinkType": "EXISTS_SUBLINK" | "ANY_SUBLINK", "subselect": inner}}:
                return self._finds(inner)
            case {"A_Expr": {"kind": "AEXPR_OP", "name": [{"String": {"sval": "="}}], **sides}}:
                for side in (sides.get("lexpr"), sides.get("rexpr")):
                    match side:
                        case {"SubLink": {"subLinkType": "EXPR_SUBLINK", "subselect": inner}}:
                            return self._finds(inner)
                columns = list(_columns(conjunct))
                if any(map(self._is_proven, columns)):
                    return True
                secret = {
                    names
                    for names in columns
                    if SECRET().fullmatch(names[-1]) or (is_handed_out and names[-1] in _CODES)
                    if not self._is_given(names)
                }
                asks_for_it = secret and secret.isdisjoint(self._let_off(conjunct))
                return bool(asks_for_it) and any(map(self._is_given, columns))
            case _:
                return False

    def _let_off(self, conjunct: Node) -> Iterator[tuple[str, ...]]:
        """Yield the columns that nobody has to know: of which a part will do, or nothing at all.

        `token = coalesce(given, token)` holds for every row where nothing is given.
        """
        for kind, fields in parts_of(conjunct):
            match kind, fields:
                case "FuncCall", {"funcname": [*_, {"String": {"sval": str(name)}}]}:
                    if name in _PARTLY:
                        yield from _columns(fields)
                case "CoalesceExpr", _:
                    columns = list(_columns(fields))
                    if any(map(self._is_given, columns)):
                        yield from columns

    def _is_given(self, names: tuple[str, ...]) -> bool:
        if len(names) == 2 and names[0] == self._function:
            names = names[1:]
        return len(names) == 1 and (names[0] in self._given or names[0].startswith("$"))

    def _is_proven(self, names: tuple[str, ...]) -> bool:
        return names[0] in self._proven


def _relations(fields: Node) -> Iterator[str]:
    """Yield the names of the tables of a statement, without those of its sub-selects."""
    waiting: list[Any] = [fields.get("relation"), *fields.get("fromClause", ())]
    while waiting:
        match waiting.pop():
            case {"relname": str(name)} | {"RangeVar": {"relname": str(name)}}:
                yield name.lower()
            case {"JoinExpr": join}:
                waiting += [join.get("larg"), join.get("rarg")]
            case _:
                continue


def _conjuncts(fields: Node) -> Iterator[Node]:
    """Yield what every row of a SELECT, an UPDATE or a DELETE has to meet."""
    waiting: list[Any] = [fields.get("whereClause")]
    waiting += [*fields.get("fromClause", ()), *fields.get("usingClause", ())]
    while waiting:
        match waiting.pop():
            case {"BoolExpr": {"boolop": "AND_EXPR", "args": parts}}:
                waiting += parts
            case {"JoinExpr": {"jointype": "JOIN_INNER", **join}}:
                waiting += [join.get("larg"), join.get("rarg"), join.get("quals")]
            case {"JoinExpr": join}:
                waiting.append(join.get("larg"))
            case dict() as conjunct:
                yield conjunct
            case _:
                continue


def _comparisons(node: Node) -> Iterator[Node]:
    """Yield the comparisons that tell whether two values are the same."""
    for kind, fields in parts_of(node):
        match kind, fields:
            case "A_Expr", {"kind": "AEXPR_OP", "name": [{"String": {"sval": "=" | "<>"}}]}:
                yield fields
            case "A_Expr", {"kind": "AEXPR_DISTINCT" | "AEXPR_NOT_DISTINCT"}:
                yield fields


def columns_named(statement: BodyStatement) -> frozenset[str]:
    """Return the last words of the columns that a statement names, `*` where it takes them all."""
    found = set[str]()
    for kind, fields in parts_of(statement.node):
        if kind == "ColumnRef":
            is_star = any("A_Star" in part for part in fields["fields"])
            found.update(["*"] if is_star else strings(fields["fields"])[-1:])
    return frozenset(found)


def parts_of(node: Any) -> Iterator[tuple[str, Node]]:
    """Yield all nodes below one, each with its kind."""
    waiting = [node]
    while waiting:
        match waiting.pop():
            case dict() as fields:
                for kind, value in fields.items():
                    if isinstance(value, dict):
                        yield kind, value
                    waiting.append(value)
            case list() as items:
                waiting += items


def _kinds(node: Node) -> frozenset[str]:
    return frozenset(kind for kind, _ in parts_of(node))


def _columns(node: Any) -> Iterator[tuple[str, ...]]:
    """Yield the names of the columns and variables below a node; `$1` is one of them."""
    for kind, value in parts_of(node):
        if kind == "ColumnRef":
            yield strings(value["fields"]) or ("*",)
        elif kind == "ParamRef":
            yield (f"${value.get('number', 0)}",)


def _overwrites(node: Node) -> bool:
    return any(
        kind == "onConflictClause" and value.get("action") == "ONCONFLICT_UPDATE"
        for kind, value in parts_of(node)
    )


def _is_unconditional(part: tuple[str, Node]) -> bool:
    kind, fields = part
    return kind == "TruncateStmt" or (
        kind in ("UpdateStmt", "DeleteStmt") and "whereClause" not in fields
    )


def _is_statistic(node: Node) -> bool:
    match node:
        case {"SelectStmt": {"targetList": outputs, **fields}} if "groupClause" not in fields:
            return all(map(_has_aggregate, outputs))
        case _:
            return False


def _has_aggregate(output: Node) -> bool:
    return any(
        kind == "FuncCall" and strings(value["funcname"])[-1] in STATISTICS and "over" not in value
        for kind, value in parts_of(output)
    )


def _exports(node: Node) -> bool:
    match node:
        case {"CopyStmt": {"filename": str()} as copy}:
            return not copy.get("is_from", False)
        case _:
            return False


def tables(access: Iterable[tuple[TableName, ...]]) -> tuple[TableName, ...]:
    """Return the tables of several statements, once each."""
    return tuple(dict.fromkeys(name for names in access for name in names))


def lookups_by_row(function: Function) -> Iterator[TableName]:
    """Yield the tables in which a body looks for what a row refers to, if it goes by the answer.

    It does where it asks FOUND, or for the variable that the answer is in, or asks EXISTS itself.
    Raises UnknownFact where the body is not certain.
    """
    statements = body_statements(function)
    for number, statement in enumerate(statements):
        reads, writes = tables_in(statement)
        if writes or not reads or not _names(statement) & {"new", "old"}:
            continue
        answers = {*statement.into, "found"} if statement.into else {"found"}
        later = statements[number + 1 :]
        is_condition = not statement.into and _is_condition(statement)
        if is_condition or any(_is_condition(one) and _names(one) & answers for one in later):
            yield from reads


def _is_condition(statement: BodyStatement) -> bool:
    """Tell whether a fragment is the condition of IF, WHILE or CASE: `SELECT ROW(condition)`."""
    match statement.node:
        case {"SelectStmt": {"targetList": [{"ResTarget": {"val": {"RowExpr": _}}}]}}:
            return True
        case _:
            return False


def _names(statement: BodyStatement) -> set[str]:
    """Return the first words of all names of columns and variables."""
    return {
        names[0]
        for kind, fields in parts_of(statement.node)
        if kind == "ColumnRef" and (names := strings(fields["fields"]))
    }
