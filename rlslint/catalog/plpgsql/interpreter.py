"""Carries out PL/pgSQL as far as the history tells what it does."""

from __future__ import annotations

from rlslint.catalog.binding import find_relation
from rlslint.catalog.plpgsql.blocks import run_block
from rlslint.catalog.plpgsql.course import Leave, Raised, Run
from rlslint.catalog.plpgsql.embedded_sql import run_execute, run_sql
from rlslint.catalog.plpgsql.evaluator import Evaluator
from rlslint.catalog.plpgsql.execution import Execution
from rlslint.catalog.plpgsql.loops import run_for, run_while
from rlslint.catalog.plpgsql.queries import asks_for_roles_only, query_rows
from rlslint.catalog.plpgsql.single_values import only_value
from rlslint.catalog.plpgsql.system_catalogs.questions import Row
from rlslint.catalog.plpgsql.tree import (
    Assignment,
    Block,
    Body,
    Branch,
    CaseOf,
    Clobber,
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
    Sql,
    Target,
    While,
)
from rlslint.catalog.plpgsql.values import ANY, Record, Unknown, Value
from rlslint.catalog.plpgsql.variables import Scopes
from rlslint.catalog.replay.state import Replay
from rlslint.sql.expressions import Call, Expr, Query
from rlslint.sql.nodes import query
from rlslint.sql.parser import SyntaxProblem, parsed_statements
from rlslint.text import Statement, Text


class Interpreter:
    """Carries out one body. What is done in doubt makes facts unknown instead of changing them.

    `doubts` are the reasons for which what is run now may not be run at all: a branch whose
    condition is not known, or an EXIT, RETURN or error that perhaps came before.
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
        self.catching = 0
        self.evaluator = Evaluator(replay, self)
        self._queries: dict[str, Query | None] = {}

    @property
    def certain(self) -> bool:
        return not self.doubts

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

    def call(self, call: Call, arguments: tuple[Value, ...]) -> Value:
        """Carry out a call of a function of the history."""
        from rlslint.catalog.plpgsql.routines import call_routine

        return call_routine(self.replay, call.name, arguments, self)

    def run_body(self, body: Body) -> Leave | None:
        """Carry out statements until one leaves the body."""
        for statement in body:
            self.course.steps += 1
            leave = self._statement(statement)
            if leave is not None:
                return leave
        return None

    def _statement(self, statement: PlStatement) -> Leave | None:
        match statement:
            case Block():
                return run_block(self, statement)
            case Assignment(target, value):
                self.assign(target, self.value_of(value))
            case If(branches, otherwise):
                return self._branches(branches, otherwise)
            case CaseOf():
                return self._case(statement)
            case While():
                return run_while(self, statement)
            case ForRange() | ForQuery() | ForExecute() | ForEach():
                return run_for(self, statement)
            case Jump():
                return self._jump(statement)
            case Return(value):
                return Leave("return", "", self.value_of(value) if value else None)
            case Raise(condition):
                raise Raised(condition)
            case Execute():
                self.execution.at(statement.place)
                run_execute(self, statement)
            case Sql(sql, into, place):
                self.execution.at(place)
                run_sql(self, sql, into)
            case Clobber(targets):
                self.scopes.forget({target.names[0] for target in targets})
        return None

    def query_of(self, sql: str) -> Query | None:
        """Return the query that `sql` is, None where it is none that can be read."""
        if sql not in self._queries:
            found: Query | None = None
            try:
                text = Text(self.statement.text.path, sql.encode())
                for parsed in parsed_statements(text, {"SelectStmt"}):
                    found = query(parsed.node) if parsed is not None else None
            except (SyntaxProblem, RecursionError):
                found = None
            self._queries[sql] = found
        return self._queries[sql]

    def value_of(self, sql: str) -> Value:
        """Return the value of an SQL expression."""
        found = self.query_of(f"SELECT {sql}")
        if found is None:
            return ANY
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
        return self.evaluator.truth(found.outputs[0]), found.outputs[0]

    def assign(self, target: Target, value: Value) -> None:
        """Assign a value, as the type that the variable is declared with."""
        type_ = self.scopes.type_of(target.names[0])
        if len(target.names) == 1 and type_ and not isinstance(value, Record):
            value = self.evaluator.cast(value, type_)
        if target.subscripted:
            self.scopes.forget({target.names[0]})
        else:
            self.scopes.assign(target, value)

    def assign_row(self, targets: tuple[Target, ...], row: Row) -> None:
        """Assign a row to a record, or its columns to one variable each."""
        values = list(row.values.values())
        if len(targets) == 1 and self._is_record(targets[0], len(values)):
            self.scopes.assign(targets[0], Record(row.values))
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
        path = self.replay.session.search_path
        found = find_relation(self.replay.catalog, path, schema, name) if type_ else None
        return found is not None or (not type_ and width > 1)

    def _branches(self, branches: tuple[Branch, ...], otherwise: Body) -> Leave | None:
        """Run the branch whose condition holds, or perhaps each that may hold."""
        possible: list[Body] = []
        for condition, body in branches:
            truth, asked = self.truth_of(condition)
            if isinstance(truth, Unknown):
                if not possible and asked is not None and asks_for_roles_only(asked):
                    # A role that the history does not make may exist. What is granted to one that
                    # does not is without effect, and what creates a missing one makes it so.
                    return self.run_body(body)
                possible.append(body)
            elif truth is True:
                otherwise = body
                break
        if not possible:
            return self.run_body(otherwise)
        self.run_perhaps([*possible, otherwise])
        return None

    def _case(self, case: CaseOf) -> Leave | None:
        branches = case.branches
        if case.subject:
            branches = tuple(
                Branch(f"({case.subject}) IN ({condition})", body) for condition, body in branches
            )
        return self._branches(branches, case.otherwise or ())

    def _jump(self, jump: Jump) -> Leave | None:
        leave = Leave(jump.word, jump.label, None)
        if not jump.condition:
            return leave
        truth, _ = self.truth_of(jump.condition)
        if isinstance(truth, Unknown):
            self.doubts.add(("loop", jump.label))
            return None
        return leave if truth is True else None

    def run_perhaps(self, bodies: list[Body]) -> None:
        """Run bodies of which one will be run, but nobody knows which."""
        before = self.scopes.copy()
        outcomes = []
        doubt = object()
        for body in bodies:
            self.scopes.restore(before)
            self.doubts.add(doubt)
            try:
                leave = self.run_body(body)
            except Raised:
                # A history that was carried out did not end in an error here.
                if self.catching:
                    self.doubts.add(("raise", self.catching))
                continue
            finally:
                self.doubts.discard(doubt)
            if leave is not None:
                self.doubts.add("return" if leave.word == "return" else ("loop", leave.label))
            outcomes.append(self.scopes.copy())
        self.scopes.merge(outcomes or [before])
