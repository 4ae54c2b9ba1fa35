"""What an expression gives in one world: SQL's three-valued logic on values partly known."""

from __future__ import annotations

from contextlib import suppress

from rlslint.catalog.answers import ask
from rlslint.catalog.functions import Function
from rlslint.meaning import (
    COMPARISONS,
    NEGATORS,
    NEVER_NULL_FUNCTIONS,
    PATTERNS,
    STABLE_FUNCTIONS,
    STRICT_FUNCTIONS,
    STRICT_OPERATORS,
    STRICT_TOTAL_FUNCTIONS,
    TYPES_WITH_MODIFIERS,
)
from rlslint.meaning.comparing import (
    contained,
    equal,
    extreme,
    is_malformed,
    is_of_caller,
    is_of_row,
    matched,
    ordered,
)
from rlslint.meaning.context import ContextRead, context_reads, is_own, own_columns, read_of
from rlslint.meaning.simplifying import is_null
from rlslint.meaning.values import (
    EMPTY_ARRAY,
    Known,
    RaisesError,
    Term,
    Value,
    cast_known,
    computed,
    is_string,
    is_text,
    joined,
    json_key,
    known_result,
    literal,
)
from rlslint.meaning.worlds import SessionSettings, Situation, World
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
    SubSelect,
    without_casts,
)
from rlslint.sql.operations import AGGREGATES


class Evaluation:
    """The evaluation of expressions in one world."""

    __slots__ = ("situation", "world")

    def __init__(self, world: World, situation: Situation) -> None:
        self.world = world
        self.situation = situation

    def inside(self, world: World) -> Evaluation:
        """Return the evaluation of the same in a world of a sub-select."""
        return Evaluation(world, self.situation)

    def truth(self, expression: Expr) -> bool | None:
        """Return what a boolean expression gives. Raises RaisesError where PostgreSQL would."""
        return self._as_truth(self.value(expression), expression)

    def value(self, expression: Expr) -> Value:
        """Return what an expression gives. Raises RaisesError where PostgreSQL would."""
        match expression:
            case Constant(constant):
                return literal(constant)
            case And(arguments):
                return self._junction(arguments, False)
            case Or(arguments):
                return self._junction(arguments, True)
            case Not():
                truth = self.truth(expression.argument)
                return None if truth is None else not truth
            case IsNull(argument, negated):
                return self._is_null(argument, negated)
            case IsTruth(argument, wanted, negated):
                return (self.truth(argument) is wanted) is not negated
            case Case(None, branches, otherwise):
                for when, then in branches:
                    if self.truth(when) is True:
                        return self.value(then)
                return self.value(otherwise) if otherwise is not None else None
            case Column():
                return self._column(expression)
            case Cast(argument, type_name):
                return self._cast(expression, self.value(argument), type_name)
            case Operator():
                return self._operator(expression)
            case Call():
                return self._call(expression)
            case SubSelect():
                return self._sub_select(expression)
            case Other(tag="CollateClause", arguments=(argument, *_)):
                value = self.value(argument)
                return None if value is None else Term(("collate", expression.detail, value))
            case Other(
                "A_Indirection", (array, Other("A_Indices", (Constant(int() as number),), ""))
            ):
                return self._element(array, number)
            case Items():
                items = tuple(self.value(item) for item in expression.items)
                return Term((expression.kind, items))
            case _:
                return self._nullable(self.world.unique())

    def _as_truth(self, value: Value, place: Expr) -> bool | None:
        match value:
            case None | bool():
                return value
            case Known():
                converted = cast_known(value, "bool", place)
                return self._as_truth(converted, place) if converted != value else None
            case Term():
                return self.world.choose(("true", value), 2) == 0

    def _element(self, array: Expr, number: int) -> Value:
        """Return what `(array)[number]` gives, for which all of its elements are evaluated."""
        elements = self._elements(array)
        if elements is None:
            return self._nullable(self.world.unique())
        return elements[number - 1] if 0 < number <= len(elements) else None

    def _elements(self, array: Expr) -> list[Value] | None:
        """Return the elements of an array that is written out, None for any other."""
        match array:
            case Items(items) if array.kind == "array":
                return [self.value(item) for item in items]
            case Call(("array_remove",), (inner, removed)) if array.function is None:
                elements, gone = self._elements(inner), self.value(removed)
                if elements is None:
                    return None
                return [one for one in elements if not self._is_same(one, gone)]
            case Cast(inner, type_name) if type_name.endswith("[]"):
                elements = self._elements(inner)
                kind = type_name.removesuffix("[]")
                return elements and [self._cast(array, value, kind) for value in elements]
            case _:
                return None

    def _is_same(self, left: Value, right: Value) -> bool:
        return left is right if left is None or right is None else self._equal(left, right)

    def _nullable(self, key: object) -> Value:
        """Return a value of which nothing is known, NULL in one world."""
        return None if self.world.choose(("null", key), 2) else Term(key)

    def _junction(self, arguments: tuple[Expr, ...], deciding: bool) -> bool | None:
        """Evaluate AND or OR, which is over at the first `deciding` value.

        A constant further right may keep an error on the left from ever happening, for the planner
        simplifies first (manual: Expression Evaluation Rules).
        """
        result: bool | None = not deciding
        raised: RaisesError | None = None
        for argument in arguments:
            try:
                truth = self.truth(argument)
            except RaisesError as error:
                raised = raised or error
                continue
            if truth is deciding and (raised is None or self._skips_error()):
                return deciding
            if truth is None:
                result = None
        if raised is not None:
            raise raised
        return result

    def _skips_error(self) -> bool:
        return not self.situation.eager and self.world.choose(self.world.unique(), 2) == 1

    def _operands(self, expressions: tuple[Expr, ...]) -> tuple[Value, ...]:
        """Evaluate the arguments of something strict.

        Where one is NULL, PostgreSQL may or may not evaluate the others.
        """
        values: list[Value] = []
        raised: RaisesError | None = None
        for expression in expressions:
            try:
                values.append(self.value(expression))
            except RaisesError as error:
                raised = raised or error
        if raised is None:
            return tuple(values)
        if None in values and self._skips_error():
            return (None,) * len(expressions)
        raise raised

    def _is_null(self, argument: Expr, negated: bool) -> bool:
        if isinstance(argument, Items) and argument.kind == "row":
            # ROW(…) IS NOT NULL is not NOT (ROW(…) IS NULL) (manual: Comparison Predicates).
            nulls = [self.value(item) is None for item in argument.items]
            return not any(nulls) if negated else all(nulls)
        if isinstance(argument, Column) and not isinstance(argument.binding, ColumnBinding):
            return self.world.choose(self.world.unique(), 2) == 0
        return (self.value(argument) is None) is not negated

    def _column(self, column: Column) -> Value:
        match column.binding:
            case ColumnBinding(source, number, _) if not column.unknown:
                if source is OWN_ROW and (number in self.situation.not_null or number < 0):
                    return Term(column)
                return self._nullable(column)
            case _:
                return self._nullable(self.world.unique())

    def _cast(self, cast: Cast, value: Value, type_name: str) -> Value:
        if value is None:
            return None
        if isinstance(value, Known | bool):
            result = cast_known(value, type_name, cast)
            if not isinstance(result, Term):
                return result
        if self.situation.session is SessionSettings.malformed and is_malformed(value):
            if type_name not in _TYPES_OF_TEXT:
                raise RaisesError(cast)
            return value
        is_cut = type_name.removesuffix("[]") in TYPES_WITH_MODIFIERS
        key = self.world.unique() if is_cut else ("cast", type_name)
        term = Term((key, value))
        if type_name == "text" or isinstance(value, Known | bool) or is_text(value):
            return term
        if self.situation.foreign and (is_of_row(value) or is_of_caller(value)):
            return term
        return self._nullable(term.key)

    def _operator(self, operator: Operator) -> Value:
        symbol = operator.symbol
        if operator.quantifier:
            return self._quantified(operator)
        if ask(is_null, operator):
            # The planner folds it before it evaluates the other side.
            return None
        if self.situation.typical and symbol == "=" and _is_link(operator):
            return True
        if operator.left is None:
            (right,) = self._operands((operator.right,))
            if symbol == "-" and isinstance(right, Known) and isinstance(right.payload, int):
                return Known("int", -right.payload)
            return None if right is None else self._nullable(("prefix", symbol, right))
        if symbol in STRICT_OPERATORS:
            left, right = self._operands((operator.left, operator.right))
        else:
            left, right = self.value(operator.left), self.value(operator.right)
        match symbol:
            case "is distinct from" | "is not distinct from":
                same = self._is_same(left, right)
                return same is (symbol == "is not distinct from")
            case "||":
                # It is strict for strings; an array swallows a NULL array (manual: 9.19).
                strict = is_string(operator.left) or is_string(operator.right)
                if (result := computed(operator, left, right)) is not None:
                    return result
                if strict:
                    missing = left is None or right is None
                    return None if missing else Term(("operator", symbol, left, right))
            case _ if symbol in STRICT_OPERATORS and (left is None or right is None):
                return None
            case _ if symbol in COMPARISONS and left is not None and right is not None:
                return ordered(self.world, self.situation, symbol, left, right)
            case _ if symbol in PATTERNS:
                result = computed(operator, left, right)
                return (
                    matched(self.world, self.situation, symbol, left, right)
                    if result is None
                    else result
                )
            case "@>" | "<@" | "&&" if None not in (left, right):
                if (held := contained(symbol, left, right)) is not None:
                    return held
            case "->" | "->>" if isinstance(left, Known) and isinstance(right, Known):
                if left.kind == "json":
                    return json_key(left, right, symbol == "->>")
            case "+" | "-" | "*" | "/" | "%":
                if (result := computed(operator, left, right)) is not None:
                    return result
        key = ("operator", symbol, left, right)
        if self.situation.session is SessionSettings.given and is_of_caller(Term(key)):
            return Term(key)
        return self._nullable(key)

    def _equal(self, left: Known | Term | bool, right: Known | Term | bool) -> bool:
        return equal(self.world, self.situation, left, right)

    def _quantified(self, operator: Operator) -> Value:
        symbol, quantifier = operator.symbol, operator.quantifier
        if quantifier == "all" and symbol in NEGATORS:
            # x <> ALL (a) is NOT (x = ANY (a)).
            opposite = Operator(NEGATORS[symbol], operator.left, operator.right, "any")
            found = self._quantified(opposite)
            return None if found is None else not found
        sides = (operator.right,) if operator.left is None else (operator.left, operator.right)
        if operator.left is not None and isinstance(operator.right, Call):
            elements = self._elements(operator.right)
            if elements is not None:
                return self._compared_with(self.value(operator.left), elements, operator)
        *lefts, right = self._operands(sides)
        if right == EMPTY_ARRAY:
            return quantifier == "all"
        if right is None:
            return None
        match right:
            case Term(("array", tuple() as values)) if lefts:
                return self._compared_with(lefts[0], list(values), operator)
        if symbol in STRICT_OPERATORS and None in lefts:
            filled = self.situation.typical and is_of_row(right)
            is_empty = not filled and self.world.choose(("empty", right), 2) == 1
            return quantifier == "all" if is_empty else None
        if self.situation.foreign and symbol == "=" and quantifier == "any":
            both = (*lefts, right)
            if any(map(is_of_row, both)) and any(map(is_of_caller, both)):
                return False
        key = ("quantified", symbol, quantifier, tuple(lefts), right)
        return (True, False, None)[self.world.choose(key, 3)]

    def _compared_with(self, left: Value, elements: list[Value], operator: Operator) -> Value:
        """Return what `left symbol ANY | ALL (…)` gives for elements that are written out."""
        deciding = operator.quantifier == "any"
        result: bool | None = not deciding
        for element in elements:
            if operator.symbol not in COMPARISONS:
                return self._nullable(self.world.unique())
            if left is None or element is None:
                result = None
            elif ordered(self.world, self.situation, operator.symbol, left, element) is deciding:
                return deciding
        return result

    def _call(self, call: Call) -> Value:
        read = ask(read_of, call, self.situation.functions)
        if read is not None and read.value is call and not read.path:
            return self._context(read)
        if call.function is not None or len(call.name) > 1 or call.unknown:
            return self._unknown_call(call)
        name = call.name[0]
        match name, call.arguments:
            case "raise", _:
                raise RaisesError(call)
            case "rescue", (attempt, fallback):
                try:
                    return self.value(attempt)
                except RaisesError:
                    return self.value(fallback)
            case "coalesce", arguments:
                for argument in arguments:
                    if (value := self.value(argument)) is not None:
                        return value
                return None
            case "array_remove", _ if self._elements(call) == []:
                return EMPTY_ARRAY
            case "nullif", (first, second):
                left, right = self._operands((first, second))
                if left is not None and right is not None and self._equal(left, right):
                    return None
                return left
        if name in AGGREGATES or name not in STABLE_FUNCTIONS | NEVER_NULL_FUNCTIONS:
            return self._unknown_call(call)
        if name in STRICT_FUNCTIONS:
            if ask(is_null, call):
                return None
            return self._built_in(name, self._operands(call.arguments))
        return self._built_in(name, tuple(self.value(argument) for argument in call.arguments))

    def _built_in(self, name: str, values: tuple[Value, ...]) -> Value:
        if name in STRICT_FUNCTIONS and any(value is None for value in values):
            return None
        if name in ("greatest", "least"):
            return extreme(name, values)
        if (known := known_result(name, values)) is not None:
            return known
        if name in ("concat", "concat_ws", "format"):
            return joined(name, values)
        if name in NEVER_NULL_FUNCTIONS and name not in STABLE_FUNCTIONS:
            return Term(self.world.unique())
        key = ("call", name, values)
        if name in STRICT_TOTAL_FUNCTIONS or name in NEVER_NULL_FUNCTIONS:
            return Term(key)
        return self._nullable(key)

    def _unknown_call(self, call: Call) -> Value:
        from rlslint.meaning.queries import is_repeatable_function

        function = call.function
        if isinstance(function, Function) and is_repeatable_function(function):
            values = tuple(self.value(argument) for argument in call.arguments)
            return self._nullable(("function", id(function), values))
        return self._nullable(self.world.unique())

    def _context(self, read: ContextRead) -> Value:
        key = (read.kind, read.name)
        if read.kind == "user":
            name = {"user": "current_user", "current_role": "current_user"}.get(
                read.name or "", read.name
            )
            return self._nullable((name,)) if name == "system_user" else Term((name,))
        if read.name is None:
            return self._nullable((*key, tuple(map(self.value, read.expression.arguments))))
        if read.kind == "setting" and "." not in read.name:
            return Term(key)
        session = self.situation.session
        arguments = read.expression.arguments if read.kind == "function" else ()
        named = (*key, *map(self.value, arguments))
        term = Term(named)
        if session is None or read.name.startswith("inet_"):
            value = self._nullable(term.key)
        elif session is SessionSettings.given or (
            session is SessionSettings.malformed and read.kind != "setting"
        ):
            value = term
        elif session is SessionSettings.malformed:
            value = Term(("setting", "malformed", *named))
        elif session is SessionSettings.reset and read.kind == "setting":
            value = Known("setting", "")
        else:
            value = None
        if value is None and not read.missing_ok:
            raise RaisesError(read.expression)
        return value

    def _sub_select(self, sub_select: SubSelect) -> Value:
        from rlslint.meaning.queries import (
            aggregates_alone,
            always_gives,
            counts,
            is_repeatable,
            structure_of,
        )
        from rlslint.meaning.sub_select_rows import OverWrittenRows, ReadsOtherRows, SubSelectRows

        with suppress(ReadsOtherRows):
            return OverWrittenRows(self).value(sub_select)
        kind, query = sub_select.kind, sub_select.query
        left = self._left_of(sub_select)
        key: object = self.world.unique()
        if is_repeatable(query):
            key = (kind, structure_of(sub_select), left)
        decided = (kind, key) in self.world.decisions
        rows = SubSelectRows(self)
        if not decided and self.situation.hidden and self._is_hidden(sub_select):
            return Known("int", 0) if counts(query) else _WITHOUT_ROWS.get(kind)
        if not decided and not rows.may_be_there(query):
            return _WITHOUT_ROWS.get(kind)
        if not decided and kind != "exists":
            rows.note_errors(query.outputs)
        if not decided and self._is_unlisted(sub_select, left):
            return kind == "all"
        is_asked = not decided and self.situation.session is not None
        if is_asked and self._is_sure_of_a_row(sub_select, left) and rows.always_match(query):
            return True
        match kind:
            case "exists":
                return self.world.choose((kind, key), 2) == 0
            case "any" | "all":
                return (True, False, None)[self.world.choose((kind, key), 3)]
            case "array":
                return Term(key)
            case _ if counts(query):
                return Term(key) if rows.may_match(query) else Known("int", 0)
            case _ if aggregates_alone(query) and not rows.may_match(query):
                return None
            case _ if always_gives(query):
                return Term(key)
            case _:
                return self._nullable(key)

    def _is_sure_of_a_row(self, sub_select: SubSelect, left: Value) -> bool:
        """Tell whether something is found where all rows of the tables meet the conditions.

        Tables have rows: what holds for all holds for one. That to which a typical row refers is
        there as well.
        """
        if sub_select.kind == "exists":
            return True
        lists = sub_select.kind == "any" and sub_select.symbol == "=" and self.situation.typical
        match sub_select.query.outputs:
            case (Column(binding=ColumnBinding()) as output,) if lists and not is_own(output):
                return isinstance(left, Term) and isinstance(left.key, Column) and is_of_row(left)
            case _:
                return False

    def _is_unlisted(self, sub_select: SubSelect, left: Value) -> bool:
        """Tell whether a sub-select looks for the row among what belongs to the caller."""
        if not self.situation.unlisted or sub_select.kind == "scalar":
            return False
        query = sub_select.query
        is_tied = is_of_row(left) or bool(own_columns(query))
        return is_tied and bool(context_reads(query, self.situation.functions))

    def _is_hidden(self, sub_select: SubSelect) -> bool:
        """Tell whether a sub-select finds nothing, for policies hide from the caller what it seeks.

        A caller with a context does not see the row to which one of others refers by its key.
        """
        from rlslint.meaning.queries import is_looked_up_by_key, joined_tables

        sources = joined_tables(sub_select.query)
        hidden = [one for one in sources if one.relation in self.situation.hidden]
        if self.situation.session is not SessionSettings.given:
            return bool(hidden)
        return any(is_looked_up_by_key(sub_select, one) for one in hidden)

    def _left_of(self, sub_select: SubSelect) -> Value:
        """Evaluate the left side of IN, which PostgreSQL does only once there is a row."""
        if sub_select.left is None:
            return None
        try:
            return self.value(sub_select.left)
        except RaisesError:
            if self._skips_error():
                return None
            raise


def _is_link(operator: Operator) -> bool:
    """Tell whether a column of another table is compared with one of the own row."""
    if operator.left is None:
        return False
    sides = (without_casts(operator.left), without_casts(operator.right))
    if not all(isinstance(side, Column) and side.binding is not None for side in sides):
        return False
    return is_own(sides[0]) is not is_own(sides[1])


_TYPES_OF_TEXT = frozenset(("text", "varchar", "bpchar", "name", "citext"))

_WITHOUT_ROWS: dict[str, Value] = {
    "exists": False,
    "any": False,
    "all": True,
    "array": EMPTY_ARRAY,
}
"""What a sub-select over no rows gives; a scalar one is NULL."""
