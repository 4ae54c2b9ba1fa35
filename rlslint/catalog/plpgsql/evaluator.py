"""Values of expressions: what the history alone tells of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from rlslint.catalog.binding import find_relation
from rlslint.catalog.plpgsql.builtin_functions import call_builtin
from rlslint.catalog.plpgsql.operators import (
    boolean,
    conjunction,
    disjunction,
    negation,
    operate,
)
from rlslint.catalog.plpgsql.system_catalogs.references import (
    function_reference,
    relation_reference,
    schema_reference,
)
from rlslint.catalog.plpgsql.values import (
    ANY,
    Record,
    Reference,
    Unknown,
    Value,
    array_from,
    dotted_name,
    is_unknown,
    quoted_name,
    text_of,
)
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
    SubSelect,
)

if TYPE_CHECKING:
    from rlslint.catalog.replay.state import Replay

Frame = dict[str, Record]
"""The current row of each source of a FROM list, by its alias."""

_TEXT_TYPES = frozenset({"text", "varchar", "name", "bpchar", "char", "citext", "sql_identifier"})
_INTEGER_TYPES = frozenset({"int2", "int4", "int8", "oid"})
_CURRENT_USER = frozenset({"current_user", "current_role", "user"})


class Variables(Protocol):
    """Where names that are no columns, and parameters, get their values."""

    def variable(self, names: tuple[str, ...]) -> Value: ...

    def has_variable(self, name: str) -> bool: ...

    def parameter(self, number: int) -> Value: ...

    def call(self, call: Call, arguments: tuple[Value, ...]) -> Value: ...


class Evaluator:
    """Evaluates expressions against a replay's catalog; `frames` are innermost first."""

    def __init__(
        self, replay: Replay, variables: Variables, frames: tuple[Frame, ...] = ()
    ) -> None:
        self.replay = replay
        self.variables = variables
        self.frames = frames

    def within(self, frame: Frame) -> Evaluator:
        """Return an evaluator that sees a row of each source in `frame` as well."""
        return Evaluator(self.replay, self.variables, (frame, *self.frames))

    def value(self, expression: Expr) -> Value:
        """Return the value of an expression, unknown where the history does not tell it."""
        match expression:
            case Constant(value):
                return value
            case Column(names):
                return self._column(names)
            case Parameter(number):
                return self.variables.parameter(number)
            case Operator():
                return self._operator(expression)
            case And(arguments):
                return conjunction(self.truth(argument) for argument in arguments)
            case Or(arguments):
                return disjunction([self.truth(argument) for argument in arguments])
            case Not(argument):
                return negation(self.truth(argument))
            case IsNull(argument, negated):
                return self._is_null(self.value(argument), negated)
            case IsTruth(argument, wanted, negated):
                truth = self.truth(argument)
                return ANY if isinstance(truth, Unknown) else (truth is wanted) is not negated
            case Cast(argument, type_):
                return self.cast(self.value(argument), type_)
            case Case():
                return self._case(expression)
            case Items(items):
                return tuple(self.value(item) for item in items)
            case Call():
                return self._call(expression)
            case SubSelect():
                return self._sub_select(expression)
            case Other():
                return self._other(expression)
            case _:
                return ANY

    def truth(self, expression: Expr) -> Value:
        """Return True, False, None or the unknown."""
        return boolean(self.value(expression))

    def _column(self, names: tuple[str, ...]) -> Value:
        if len(names) > 1:
            return self._qualified(names)
        for frame in self.frames:
            for row in frame.values():
                if dict.__contains__(row, names[0]):
                    return row[names[0]]
        if self.variables.has_variable(names[0]):
            return self.variables.variable(names)
        for frame in self.frames:
            if names[0] in frame:
                return frame[names[0]]
        return ANY

    def _qualified(self, names: tuple[str, ...]) -> Value:
        for frame in self.frames:
            if names[-2] in frame:
                return frame[names[-2]].get(names[-1], ANY)
        return self.variables.variable(names)

    def _operator(self, operator: Operator) -> Value:
        right = self.value(operator.right)
        if operator.left is None:
            negative = operator.symbol == "-" and isinstance(right, int)
            return -int(str(right)) if negative else ANY
        left = self.value(operator.left)
        if not operator.quantifier:
            return operate(operator.symbol, left, right)
        items = array_from(right) if isinstance(right, str) else right
        if items is None:
            return None
        if not isinstance(items, tuple):
            return ANY
        answers = [operate(operator.symbol, left, item) for item in items]
        combine: Callable[[list[Value]], Value] = (
            disjunction if operator.quantifier == "any" else conjunction
        )
        return combine(answers)

    def _is_null(self, value: Value, negated: bool) -> Value:
        if isinstance(value, Unknown):
            return ANY if value.parts == ANY.parts else negated
        return (value is None) is not negated

    def _case(self, case: Case) -> Value:
        for condition, result in case.branches:
            if case.subject is None:
                truth = self.truth(condition)
            else:
                truth = operate("=", self.value(case.subject), self.value(condition))
            if isinstance(truth, Unknown):
                return ANY
            if truth is True:
                return self.value(result)
        return self.value(case.otherwise) if case.otherwise is not None else None

    def cast(self, value: Value, type_name: str) -> Value:
        """Return a value as `::type` gives it."""
        if type_name.endswith("[]"):
            return array_from(value) if isinstance(value, str) else value
        word = type_name.rpartition(".")[2]
        if word in _TEXT_TYPES:
            return text_of(value)
        if value is None:
            return None
        match word:
            case "bool":
                return boolean(value)
            case "regclass" | "regproc" | "regprocedure" | "regnamespace" | "regrole":
                return self._reference(value, word)
            case _ if word in _INTEGER_TYPES and isinstance(value, str):
                return int(value) if value.strip().lstrip("-").isdigit() else ANY
            case "oid" if isinstance(value, Reference):
                return Reference(value.kind, value.key, value.name)
            case _:
                return value

    def _reference(self, value: Value, type_: str) -> Value:
        match value:
            case Reference(kind=kind, key=key, name=name):
                return Reference(kind, key, name, True)
            case str() if type_ == "regclass":
                return self._relation_reference(value)
            case str() if type_ == "regnamespace":
                return schema_reference(dotted_name(value)[-1])
            case str() if type_ == "regrole":
                name = dotted_name(value)[-1]
                return Reference("role", name, str(quoted_name(name)), True)
            case str() if type_ in ("regproc", "regprocedure"):
                names = dotted_name(value.partition("(")[0])
                found = self.replay.functions_named(names)
                if len(found) == 1:
                    reference = function_reference(found[0], self.replay.session.search_path)
                    reference.shown = True
                    return reference
                return ANY
            case _:
                return ANY

    def _relation_reference(self, text: str) -> Value:
        names = dotted_name(text)
        if not names:
            return ANY
        catalog, path = self.replay.catalog, self.replay.session.search_path
        schema = names[-2] if len(names) > 1 else ""
        relation = find_relation(catalog, path, schema, names[-1])
        if relation is None:
            places = [schema] if schema else list(path)
            beyond = (catalog.unknown_relations.get((place, names[-1])) for place in places)
            relation = next((r for r in beyond if r is not None), None)
        if relation is None:
            return ANY
        reference = relation_reference(relation, path, catalog)
        reference.shown = True
        return reference

    def _call(self, call: Call) -> Value:
        arguments = tuple(self.value(argument) for argument in call.arguments)
        name = call.name[-1]
        if name in _CURRENT_USER and len(call.name) == 1:
            user = self.replay.session.user
            return ANY if user.startswith("(") else user
        match name, arguments:
            case "to_regclass", (str() as text,):
                return self._to_regclass(text)
            case "pg_get_function_identity_arguments", (Reference(kind="function", name=shown),):
                return shown.partition("(")[2].removesuffix(")")
            case "has_table_privilege" | "has_schema_privilege", _:
                return ANY
            case _:
                own = self.variables.call(call, arguments)
                if not is_unknown(own) or self.replay.functions_named(call.name):
                    return own
                return call_builtin(name, arguments)

    def _to_regclass(self, text: str) -> Value:
        names = dotted_name(text)
        found = self._relation_reference(text)
        if isinstance(found, Reference):
            place = names[-2:] if len(names) > 1 else (self.replay.creation_schema(), names[-1])
            certain = (place[0], place[1]) not in self.replay.catalog.unknown_relations
            return found if certain else ANY
        return ANY if self.replay.catalog.relations.is_open else None

    def _other(self, other: Other) -> Value:
        if other.tag == "CollateClause" and other.arguments:
            return self.value(other.arguments[0])
        if other.tag != "A_Indirection" or not other.arguments:
            return ANY
        value = self.value(other.arguments[0])
        match other.arguments[1:]:
            case () if isinstance(value, Record):
                return value.get(other.detail, ANY)
            case (Other("A_Indices", (subscript,)),) if isinstance(value, tuple):
                position = self.value(subscript)
                if isinstance(position, int):
                    return value[position - 1] if 0 < position <= len(value) else None
                return ANY
            case _:
                return ANY

    def _sub_select(self, select: SubSelect) -> Value:
        from rlslint.catalog.plpgsql.queries import first_values, query_rows

        rows = query_rows(select.query, self)
        match select.kind:
            case "exists":
                if any(row.certain for row in rows.rows):
                    return True
                return ANY if rows.rows or rows.open else False
            case "scalar":
                return scalar(select.query, self)
            case "array":
                values = first_values(rows)
                return ANY if values is None else tuple(values)
            case _ if select.left is not None:
                left = self.value(select.left)
                answers = [
                    operate(select.symbol, left, next(iter(row.values.values()), ANY))
                    if row.certain
                    else ANY
                    for row in rows.rows
                ]
                answers += [ANY] if rows.open else []
                return disjunction(answers) if select.kind == "any" else conjunction(answers)
            case _:
                return ANY


def scalar(query: Query, evaluator: Evaluator) -> Value:
    """Return the value of a query that puts out one column and at most one row."""
    from rlslint.catalog.plpgsql.queries import query_rows

    rows = query_rows(query, evaluator)
    if rows.open or any(not row.certain for row in rows.rows) or len(rows.rows) > 1:
        return ANY
    return next(iter(rows.rows[0].values.values()), ANY) if rows.rows else None
