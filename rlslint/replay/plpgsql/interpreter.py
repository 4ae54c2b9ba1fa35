"""One body of PL/pgSQL that is carried out: its variables, how far it came, what it may not be."""

from __future__ import annotations

from collections.abc import Callable

from rlslint import NamedTuple
from rlslint.catalog.binding import find_relation
from rlslint.catalog.functions import Function
from rlslint.catalog.journal import JOURNAL
from rlslint.replay import Refused
from rlslint.replay.plpgsql.arrays import as_array, with_element
from rlslint.replay.plpgsql.calls import Arguments, RoutineResult
from rlslint.replay.plpgsql.course import Departure, Run
from rlslint.replay.plpgsql.evaluator import Evaluator
from rlslint.replay.plpgsql.execution import Execution
from rlslint.replay.plpgsql.queries import only_value, query_rows
from rlslint.replay.plpgsql.system_catalogs.lookup import is_known
from rlslint.replay.plpgsql.system_catalogs.questions import Row
from rlslint.replay.plpgsql.tree import Block, Body, Target
from rlslint.replay.plpgsql.values import ANY, Composite, Datum
from rlslint.replay.plpgsql.variables import Scopes
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Call, Expr, Query
from rlslint.sql.nodes import query
from rlslint.sql.parser import SyntaxProblem, parsed_statements
from rlslint.text import Statement, Text
from rlslint.text.budget import ROWS_OF_A_BLOCK

_ENDING_TRANSACTIONS = ("CallStmt", "DoStmt")
"""The statements that may end the transaction that they began."""


class Handling(NamedTuple):
    """How an interpreter carries out what a body consists of, and calls."""

    body: Callable[[Interpreter, Body], Departure | None]
    call: Callable[[Interpreter, tuple[str, ...], Arguments], RoutineResult | None]
    function: Callable[[Interpreter, Function, Arguments], RoutineResult]


class Interpreter:
    """Carries out one body. What is done in doubt makes facts unknown instead of changing them.

    `doubts` are the reasons for which what is run now may not be run at all: a branch whose
    condition is not known, or an EXIT, RETURN or error that perhaps came before. `handled` are
    the errors whose handlers are run now. `event` is the tag of the command that set off an event
    trigger, and its event. `cursors` are the queries of declared cursors and their parameters.
    Procedures and blocks that are run at top level `may_end_transaction`, and those that they CALL.
    """

    def __init__(
        self,
        replay: Replay,
        statement: Statement,
        handling: Handling,
        body: int = -1,
    ) -> None:
        self.replay = replay
        self.handling = handling
        self.statement = statement
        self.execution = Execution(replay, statement, body)
        self.scopes = Scopes()
        self.parameters: tuple[Datum, ...] = ()
        self.doubts: set[object] = set()
        self.depth = 0
        self.course = Run()
        self.handled: list[str] = []
        self.cursors: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.event = ("", "")
        self.outputs: tuple[str, ...] = ()
        self.may_end_transaction = (
            statement.kind in _ENDING_TRANSACTIONS and replay.transaction is None
        )
        self.evaluator = Evaluator(replay, self, query_rows)

    def for_callee(self) -> Interpreter:
        """Return an interpreter for the body of a function that is called now."""
        callee = Interpreter(self.replay, self.statement, self.handling)
        callee.doubts = set() if self.certain else {"caller"}
        callee.depth, callee.course, callee.event = self.depth + 1, self.course, self.event
        callee.may_end_transaction = self.may_end_transaction
        return callee

    @property
    def certain(self) -> bool:
        return not (self.doubts or self.course.may_have_failed or self.course.gave_up)

    def run(self, block: Block) -> Datum:
        """Carry out a body and return what it returns. Raises Raised."""
        leave = self.run_body((block,))
        if "return" in self.doubts:
            return ANY
        return leave.value if leave is not None else None

    def has_variable(self, name: str) -> bool:
        return self.scopes.has(name)

    def type_of(self, name: str) -> str:
        return self.scopes.type_of(name)

    def variable(self, names: tuple[str, ...]) -> Datum:
        return self.scopes.value(names)

    def parameter(self, number: int) -> Datum:
        return self.parameters[number - 1] if 0 < number <= len(self.parameters) else ANY

    def call(self, call: Call, arguments: Arguments) -> RoutineResult | None:
        """Carry out a call of a function of the history."""
        return self.handling.call(self, call.name, arguments)

    def run_body(self, body: Body) -> Departure | None:
        """Carry out statements until one leaves the body."""
        return self.handling.body(self, body)

    def reads_too_much(self, rows: int = 0) -> bool:
        """Count rows that queries look at, and tell whether they are too many by now."""
        course = self.course
        if rows > course.rows.left >= 0:
            self.execution.note(f"its queries look at more than {ROWS_OF_A_BLOCK:,} rows")
        course.rows.spend(rows)
        return course.rows.left < 0

    def query_of(self, sql: str) -> Query | None:
        """Return the query that `sql` is, None where it is none that can be read."""
        queries = self.course.queries
        if sql not in queries:
            found: Query | None = None
            try:
                text = Text(self.statement.text.path, sql.encode())
                for parsed in parsed_statements(text, {"SelectStmt"}):
                    found = query(parsed.node) if parsed is not None else None
            except (SyntaxProblem, RecursionError):
                found = None
            queries[sql] = found
        return queries[sql]

    def value_of(self, sql: str) -> Datum:
        """Return the value of an SQL expression."""
        found = self.query_of(f"SELECT {sql}")
        if found is None:
            return ANY
        self.evaluator.results.clear()
        if not found.sources and not found.conditions and len(found.outputs) == 1:
            return self.evaluator.value(found.outputs[0])
        rows = query_rows(found, self.evaluator)
        return only_value(rows)

    def truth_of(self, sql: str) -> tuple[Datum, Expr | None]:
        """Return whether a condition holds, and the condition as far as it can be read.

        One that holds where no relation exists that the history does not make is taken to hold:
        what it guards mostly makes the relation.
        """
        found = self.query_of(f"SELECT {sql}")
        if found is None or len(found.outputs) != 1 or found.sources:
            return self._truth(lambda: self.value_of(sql)), found
        condition = found.outputs[0]
        self.evaluator.results.clear()
        return self._truth(lambda: self.evaluator.truth(condition)), condition

    def _truth(self, value: Callable[[], Datum]) -> Datum:
        """Return a value as a truth, True where it is that without all that is made elsewhere."""
        truth = value()
        if isinstance(truth, bool | None):
            return truth
        return True if self._if_others_are_missing(value) is True else ANY

    def _if_others_are_missing(self, value: Callable[[], Datum]) -> Datum:
        """Return a value again, without what it does, as if no other relation existed."""
        if self.others_are_missing:
            return ANY
        results = dict(self.evaluator.results)
        self.evaluator.results.clear()
        mark = JOURNAL.mark()
        self.course.others_are_missing = True
        try:
            return value()
        except Refused:
            return ANY
        finally:
            self.course.others_are_missing = False
            JOURNAL.undo(mark)
            JOURNAL.release(mark)
            self.evaluator.results.clear()
            self.evaluator.results.update(results)

    @property
    def others_are_missing(self) -> bool:
        return self.course.others_are_missing

    def assign(self, target: Target, value: Datum) -> None:
        """Assign a value, as the type that the variable is declared with."""
        scopes = self.scopes
        if target.subscripts:
            self._assign_element(target, value)
            return
        type_ = scopes.type_of(
            target.names[-1] if not scopes.has(target.names[0]) else target.names[0]
        )
        if len(target.names) == 1 and type_ and not isinstance(value, Composite):
            value = self.evaluator.cast(value, type_)
        scopes.assign(target, value)

    def _assign_element(self, target: Target, value: Datum) -> None:
        array = as_array(self.scopes.value(target.names))
        positions: list[int] = []
        for subscript in target.subscripts:
            number = self.value_of(subscript)
            if not isinstance(number, int):
                self.scopes.assign(target, ANY)
                return
            positions.append(number)
        self.scopes.assign(target, with_element(array, positions, value))

    def assign_row(self, targets: tuple[Target, ...], row: Row) -> None:
        """Assign a row to a record, or its columns to one variable each."""
        values = list(row.values.values())
        if len(targets) == 1 and self._is_record(targets[0], len(values)):
            whole = (
                values[0] if len(values) == 1 and isinstance(values[0], Composite) else row.values
            )
            self.scopes.assign(targets[0], whole if isinstance(whole, Composite) else ANY)
            return
        for position, target in enumerate(targets):
            self.assign(target, values[position] if position < len(values) else None)

    def _is_record(self, target: Target, width: int) -> bool:
        if len(target.names) > 1:
            return False
        type_ = self.scopes.type_of(target.names[0])
        if type_ == "record" or type_.endswith("%rowtype"):
            return True
        schema, _, name = type_.rpartition(".")
        if type_ and is_known(schema, name):
            return True
        path = self.replay.session.search_path
        found = find_relation(self.replay.catalog, path, schema, name) if type_ else None
        return found is not None or (not type_ and width > 1)
