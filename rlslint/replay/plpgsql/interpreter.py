"""Carries out PL/pgSQL as far as the history tells what it does."""

from __future__ import annotations

from rlslint.replay.plpgsql.assignments import assign, assign_row
from rlslint.replay.plpgsql.blocks import run_block
from rlslint.replay.plpgsql.branching import run_branches, run_case, run_jump, run_perhaps
from rlslint.replay.plpgsql.calls import Arguments, Result
from rlslint.replay.plpgsql.course import MOST_ROWS, Leave, Raised, Run
from rlslint.replay.plpgsql.diagnostics import run_diagnostics
from rlslint.replay.plpgsql.embedded_sql import run_execute, run_sql
from rlslint.replay.plpgsql.evaluator import Evaluator
from rlslint.replay.plpgsql.execution import Execution
from rlslint.replay.plpgsql.loops import run_for, run_while
from rlslint.replay.plpgsql.queries import only_value, query_rows
from rlslint.replay.plpgsql.system_catalogs.questions import Row
from rlslint.replay.plpgsql.tree import (
    Assignment,
    Block,
    Body,
    CaseOf,
    Clobber,
    Diagnostics,
    Execute,
    ForEach,
    ForExecute,
    ForQuery,
    ForRange,
    If,
    Jump,
    PlStatement,
    Raise,
    Return,
    ReturnNext,
    ReturnQuery,
    Sql,
    Target,
    While,
)
from rlslint.replay.plpgsql.values import ANY, Value
from rlslint.replay.plpgsql.variables import Scopes
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Call, Expr, Query
from rlslint.sql.nodes import query
from rlslint.sql.parser import SyntaxProblem, parsed_statements
from rlslint.text import Statement, Text


class Interpreter:
    """Carries out one body. What is done in doubt makes facts unknown instead of changing them.

    `doubts` are the reasons for which what is run now may not be run at all: a branch whose
    condition is not known, or an EXIT, RETURN or error that perhaps came before. `handled` are
    the errors whose handlers are run now. `event` is the tag of the command that set off an event
    trigger, and its event. `cursors` are the queries of declared cursors and their parameters.
    """

    def __init__(
        self,
        replay: Replay,
        statement: Statement,
        parameters: tuple[Value, ...] = (),
        in_doubt: bool = False,
        depth: int = 0,
        course: Run | None = None,
        body: int = -1,
    ) -> None:
        self.replay = replay
        self.statement = statement
        self.execution = Execution(replay, statement, body)
        self.scopes = Scopes()
        self.parameters = parameters
        self.doubts: set[object] = {"caller"} if in_doubt else set()
        self.depth = depth
        self.course = course or Run()
        self.handled: list[str] = []
        self.cursors: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.event = ("", "")
        self.outputs: tuple[str, ...] = ()
        self.evaluator = Evaluator(replay, self, query_rows)

    @property
    def certain(self) -> bool:
        return not (self.doubts or self.course.may_have_failed or self.course.gave_up)

    def run(self, block: Block) -> Value:
        """Carry out a body and return what it returns. Raises Raised."""
        leave = run_block(self, block)
        if "return" in self.doubts:
            return ANY
        return leave.value if leave is not None else None

    def has_variable(self, name: str) -> bool:
        return self.scopes.has(name)

    def variable(self, names: tuple[str, ...]) -> Value:
        return self.scopes.value(names)

    def parameter(self, number: int) -> Value:
        return self.parameters[number - 1] if 0 < number <= len(self.parameters) else ANY

    def call(self, call: Call, arguments: Arguments) -> Result | None:
        """Carry out a call of a function of the history."""
        from rlslint.replay.plpgsql.routines import call_routine

        return call_routine(self.replay, call.name, arguments, self)

    def reads_too_much(self, rows: int = 0) -> bool:
        """Count rows that queries look at, and tell whether they are too many by now."""
        course = self.course
        if course.rows_read + rows > MOST_ROWS >= course.rows_read:
            self.execution.note(f"its queries look at more than {MOST_ROWS:,} rows")
        course.rows_read += rows
        return course.rows_read > MOST_ROWS

    def run_body(self, body: Body) -> Leave | None:
        """Carry out statements until one leaves the body."""
        for statement in body:
            self.course.steps += 1
            leave = self._statement(statement)
            if leave is not None:
                return leave
        return None

    def run_perhaps(self, bodies: list[Body]) -> None:
        """Run bodies of which one will be run, but nobody knows which."""
        run_perhaps(self, bodies)

    def _statement(self, statement: PlStatement) -> Leave | None:
        match statement:
            case Block():
                return run_block(self, statement)
            case Assignment(target, value):
                self.assign(target, self.value_of(value))
            case If(branches, otherwise):
                return run_branches(self, branches, otherwise)
            case CaseOf():
                return run_case(self, statement)
            case While():
                return run_while(self, statement)
            case ForRange() | ForQuery() | ForExecute() | ForEach():
                return run_for(self, statement)
            case Jump():
                return run_jump(self, statement)
            case Return(value):
                return Leave("return", "", self.value_of(value) if value else None)
            case Raise(condition):
                raise Raised(condition or next(reversed(self.handled), "raise_exception"))
            case _:
                self._simple(statement)
        return None

    def _simple(self, statement: PlStatement) -> None:
        """Carry out a statement that holds no other one and leaves no body."""
        match statement:
            case Execute():
                self.execution.at(statement.place)
                run_execute(self, statement)
            case Sql(sql, into, strict, place):
                self.execution.at(place)
                run_sql(self, sql, into, strict)
            case ReturnNext(value) if value:
                # What a function returns as a set is not followed, but what it calls is.
                self.value_of(value)
            case ReturnQuery(sql, "", _):
                run_sql(self, sql, ())
            case ReturnQuery(_, command, using):
                run_execute(self, Execute(command, (), using))
            case Diagnostics():
                run_diagnostics(self, statement)
            case Clobber(targets):
                self.scopes.forget({target.names[0] for target in targets} | {"found"})
            case _:
                return

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

    def value_of(self, sql: str) -> Value:
        """Return the value of an SQL expression."""
        found = self.query_of(f"SELECT {sql}")
        if found is None:
            return ANY
        self.evaluator.results.clear()
        if not found.sources and not found.conditions and len(found.outputs) == 1:
            return self.evaluator.value(found.outputs[0])
        rows = query_rows(found, self.evaluator)
        return only_value(rows)

    def truth_of(self, sql: str) -> tuple[Value, Expr | None]:
        """Return whether a condition holds, and the condition as far as it can be read."""
        found = self.query_of(f"SELECT {sql}")
        if found is None or len(found.outputs) != 1 or found.sources:
            value = self.value_of(sql)
            return (value if isinstance(value, bool | None) else ANY), found
        self.evaluator.results.clear()
        return self.evaluator.truth(found.outputs[0]), found.outputs[0]

    def assign(self, target: Target, value: Value) -> None:
        """Assign a value, as the type that the variable is declared with."""
        assign(self, target, value)

    def assign_row(self, targets: tuple[Target, ...], row: Row) -> None:
        """Assign a row to a record, or its columns to one variable each."""
        assign_row(self, targets, row)
