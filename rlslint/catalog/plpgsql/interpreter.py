"""Carries out PL/pgSQL as far as the history tells what it does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rlslint.catalog.binding import find_relation
from rlslint.catalog.plpgsql.evaluator import Evaluator
from rlslint.catalog.plpgsql.execution import Execution
from rlslint.catalog.plpgsql.queries import (
    asks_for_roles_only,
    has_more_rows,
    query_rows,
    rows_of_from,
)
from rlslint.catalog.plpgsql.savepoint import Savepoint
from rlslint.catalog.plpgsql.system_catalogs import Row, Rows
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
    assigned,
    nested,
)
from rlslint.catalog.plpgsql.values import ANY, Hole, Record, Unknown, Value, text_of
from rlslint.catalog.plpgsql.variables import Scopes
from rlslint.catalog.replay.state import Replay
from rlslint.sql.expressions import Call, Expr, Query, expression, query
from rlslint.sql.parser import SyntaxProblem, parsed_statements
from rlslint.text import Statement, Text

MOST_STEPS = 10_000
_SELECT_WORDS = ("select", "with", "values", "table")
_DDL_WORDS = (
    "create", "alter", "drop", "grant", "revoke", "reassign", "call", "set", "reset",
)  # fmt: skip


class Raised(Exception):
    """An error of PL/pgSQL; `condition` is its name or SQLSTATE."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


class Leave(NamedTuple):
    """How a body ended early: exit, continue or return."""

    word: str
    label: str
    value: Value


class Run:
    """What the bodies of one run share, those of the functions that it calls included."""

    def __init__(self) -> None:
        self.steps = 0
        self.savepoints: list[Savepoint] = []

    @property
    def is_too_long(self) -> bool:
        return self.steps >= MOST_STEPS


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
        leave = self._block(block)
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

    def _body(self, body: Body) -> Leave | None:
        for statement in body:
            self.course.steps += 1
            leave = self._statement(statement)
            if leave is not None:
                return leave
        return None

    def _statement(self, statement: PlStatement) -> Leave | None:
        match statement:
            case Block():
                return self._block(statement)
            case Assignment(target, value):
                self._assign(target, self._value(value))
            case If(branches, otherwise):
                return self._branches(branches, otherwise)
            case CaseOf():
                return self._case(statement)
            case While():
                return self._while(statement)
            case ForRange() | ForQuery() | ForExecute() | ForEach():
                return self._for(statement)
            case Jump():
                return self._jump(statement)
            case Return(value):
                return Leave("return", "", self._value(value) if value else None)
            case Raise(condition):
                raise Raised(condition)
            case Execute():
                self.execution.at(statement.place)
                self._execute(statement)
            case Sql(sql, into, place):
                self.execution.at(place)
                self._sql(sql, into)
            case Clobber(targets):
                self.scopes.forget({target.names[0] for target in targets})
        return None

    def _block(self, block: Block) -> Leave | None:
        savepoint = Savepoint(self.replay) if self._needs_savepoint(block) else None
        if savepoint is not None:
            self.course.savepoints.append(savepoint)
        self.scopes.enter()
        try:
            self._declare(block)
            if not block.handlers:
                return self._guarded(block, savepoint)
            return self._catching(block, savepoint)
        finally:
            self.scopes.leave()
            if savepoint is not None:
                self.course.savepoints.remove(savepoint)

    def _guarded(self, block: Block, savepoint: Savepoint | None) -> Leave | None:
        """Run a body without an EXCEPTION section: an error in it undoes it all."""
        try:
            return self._body(block.body)
        except Raised:
            if savepoint is not None:
                savepoint.roll_back()
            raise

    def _catching(self, block: Block, savepoint: Savepoint | None) -> Leave | None:
        """Run a body that has an EXCEPTION section.

        What is not seen to fail is taken to succeed; then what a handler does is in doubt.
        """
        self.catching += 1
        doubt = ("raise", self.catching)
        values = self.scopes.copy()
        leave: Leave | None = None
        error = ""
        try:
            leave = self._body(block.body)
        except Raised as raised:
            error = raised.condition
        finally:
            self.catching -= 1
        if error:
            if savepoint is not None:
                savepoint.roll_back()
            for handler in block.handlers:
                if _catches(handler.conditions, error):
                    return self._body(handler.body)
            raise Raised(error)
        if doubt in self.doubts and savepoint is not None:
            savepoint.roll_back()
            self.scopes.restore(values)
            leave = self._body(block.body)
        bodies = [handler.body for handler in block.handlers if _acts(handler.body)]
        if bodies:
            self._perhaps([(), *bodies])
        self.doubts.discard(doubt)
        return leave

    def _needs_savepoint(self, block: Block) -> bool:
        if not self.certain:
            return False
        inner = nested(block.body)
        effects = sum(1 for part in inner if _is_effect(part))
        raises = any(isinstance(part, Raise) for part in inner)
        loops = any(
            isinstance(part, While | ForRange | ForQuery | ForExecute | ForEach) for part in inner
        )
        outermost = not block.handlers and not self.catching
        if not block.handlers and not outermost:
            return False
        if block.handlers:
            return effects > 1 or (effects == 1 and (loops or raises))
        return raises and effects > 0

    def _declare(self, block: Block) -> None:
        for name, type_, default in block.declarations:
            if type_ == "alias":
                number = default.removeprefix("$")
                value = (
                    self.parameter(int(number))
                    if number.isdigit()
                    else self.scopes.value((default.lower(),))
                )
                self.scopes.declare(name, "", value)
                continue
            self.scopes.declare(name, type_, None)
            if default:
                self._assign(Target((name,), False), self._value(default))

    def _assign(self, target: Target, value: Value) -> None:
        type_ = self.scopes.type_of(target.names[0])
        if len(target.names) == 1 and type_ and not isinstance(value, Record):
            value = self.evaluator.cast(value, type_)
        if target.subscripted:
            self.scopes.forget({target.names[0]})
        else:
            self.scopes.assign(target, value)

    def _query(self, sql: str) -> Query | None:
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

    def _value(self, sql: str) -> Value:
        found = self._query(f"SELECT {sql}")
        if found is None:
            return ANY
        if not found.sources and not found.conditions and len(found.outputs) == 1:
            return self.evaluator.value(found.outputs[0])
        rows = query_rows(found, self.evaluator)
        return _only(rows)

    def _condition(self, sql: str) -> tuple[Value, Expr | None]:
        found = self._query(f"SELECT {sql}")
        if found is None or len(found.outputs) != 1 or found.sources:
            value = self._value(sql)
            return (value if isinstance(value, bool | None) else ANY), found
        return self.evaluator.truth(found.outputs[0]), found.outputs[0]

    def _branches(self, branches: tuple[Branch, ...], otherwise: Body) -> Leave | None:
        """Run the branch whose condition holds, or perhaps each that may hold."""
        possible: list[Body] = []
        for condition, body in branches:
            truth, asked = self._condition(condition)
            if isinstance(truth, Unknown):
                if not possible and asked is not None and asks_for_roles_only(asked):
                    # A role that the history does not make may exist. What is granted to one that
                    # does not is without effect, and what creates a missing one makes it so.
                    return self._body(body)
                possible.append(body)
            elif truth is True:
                otherwise = body
                break
        if not possible:
            return self._body(otherwise)
        self._perhaps([*possible, otherwise])
        return None

    def _case(self, case: CaseOf) -> Leave | None:
        branches = case.branches
        if case.subject:
            branches = tuple(
                Branch(f"({case.subject}) IN ({condition})", body) for condition, body in branches
            )
        return self._branches(branches, case.otherwise or ())

    def _perhaps(self, bodies: list[Body]) -> None:
        """Run bodies of which one will be run, but nobody knows which."""
        before = self.scopes.copy()
        outcomes = []
        doubt = object()
        for body in bodies:
            self.scopes.restore(before)
            self.doubts.add(doubt)
            try:
                leave = self._body(body)
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

    def _jump(self, jump: Jump) -> Leave | None:
        leave = Leave(jump.word, jump.label, None)
        if not jump.condition:
            return leave
        truth, _ = self._condition(jump.condition)
        if isinstance(truth, Unknown):
            self.doubts.add(("loop", jump.label))
            return None
        return leave if truth is True else None

    def _iteration(self, label: str, body: Body) -> tuple[bool, Leave | None]:
        """Run a loop's body once; tell whether the loop goes on, and how it was left if not."""
        leave = self._body(body)
        if leave is None:
            return True, None
        if leave.word == "return" or leave.label not in ("", label):
            return False, leave
        return leave.word == "continue", None

    def _end_of_loop(self, label: str, before: set[object]) -> None:
        """Take away the doubts that concern this loop; those of the loops around it stay."""
        self.doubts -= {("loop", ""), ("loop", label)} - before

    def _unknown_iterations(self, body: Body) -> None:
        """Run a body that is run any number of times, with any values of what it assigns."""
        self.scopes.forget(assigned(body))
        self._perhaps([body, ()])
        self.scopes.forget(assigned(body))

    def _while(self, loop: While) -> Leave | None:
        leave: Leave | None = None
        before = set(self.doubts)
        while True:
            truth, _ = self._condition(loop.condition)
            if isinstance(truth, Unknown) or not self._may_go_on():
                self._unknown_iterations(loop.body)
                break
            if truth is not True:
                break
            goes_on, leave = self._iteration(loop.label, loop.body)
            if not goes_on:
                break
            if ("loop", loop.label) in self.doubts or ("loop", "") in self.doubts:
                self._unknown_iterations(loop.body)
                break
            self.course.steps += 1
        self._end_of_loop(loop.label, before)
        return leave

    def _may_go_on(self) -> bool:
        if not self.course.is_too_long:
            return True
        self.execution.note(f"its loops take more than {MOST_STEPS:,} steps")
        return False

    def _for(self, loop: ForRange | ForQuery | ForExecute | ForEach) -> Leave | None:
        targets, rows = self._rows_of(loop)
        before = set(self.doubts)
        leave: Leave | None = None
        goes_on = True
        for row in rows.rows:
            if not self._may_go_on():
                rows = rows._replace(open=True)
                break
            self._assign_row(targets, row)
            if row.certain:
                goes_on, leave = self._iteration(loop.label, loop.body)
                if not goes_on:
                    break
            else:
                self._perhaps([loop.body, ()])
        if goes_on and rows.open:
            self.scopes.forget({target.names[0] for target in targets})
            self._unknown_iterations(loop.body)
        self._end_of_loop(loop.label, before)
        return leave

    def _rows_of(
        self, loop: ForRange | ForQuery | ForExecute | ForEach
    ) -> tuple[tuple[Target, ...], Rows]:
        nothing_known = Rows([], True)
        match loop:
            case ForRange():
                return (Target((loop.variable,), False),), self._range(loop)
            case ForEach(_, targets, array):
                items = self._value(array) if array else ANY
                if not isinstance(items, tuple):
                    return targets, nothing_known
                return targets, Rows([Row(Record(item=item), True) for item in items], False)
            case ForQuery(_, targets, sql):
                found = self._query(sql)
            case ForExecute(_, targets, command, using):
                found = self._executed_query(command, using)
        return targets, nothing_known if found is None else self._rows(found)

    def _executed_query(self, command: str, using: tuple[str, ...]) -> Query | None:
        sql = self._value(command)
        if not isinstance(sql, str):
            return None
        self.parameters = tuple(self._value(value) for value in using) or self.parameters
        return self._query(sql)

    def _rows(self, found: Query) -> Rows:
        return query_rows(found, self.evaluator)

    def _range(self, loop: ForRange) -> Rows:
        low, high, step = (self._value(sql) for sql in (loop.low, loop.high, loop.step))
        if not (isinstance(low, int) and isinstance(high, int) and isinstance(step, int)):
            return Rows([], True)
        if step < 1:
            return Rows([], True)
        numbers = range(low, high - 1, -step) if loop.reverse else range(low, high + 1, step)
        is_open = len(numbers) > MOST_STEPS
        return Rows([Row(Record(n=n), True) for n in numbers[:MOST_STEPS]], is_open)

    def _assign_row(self, targets: tuple[Target, ...], row: Row) -> None:
        values = list(row.values.values())
        if len(targets) == 1 and self._is_record(targets[0], len(values)):
            self.scopes.assign(targets[0], Record(row.values))
            return
        for position, target in enumerate(targets):
            self._assign(target, values[position] if position < len(values) else None)

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

    def _execute(self, statement: Execute) -> None:
        sql = text_of(self._value(statement.command))
        if sql is None:
            raise Raised("null_value_not_allowed")
        if isinstance(sql, Unknown):
            self.scopes.forget({target.names[0] for target in statement.into})
            self.execution.run_unknown(sql)
            return
        outer = self.parameters
        if statement.using:
            self.parameters = tuple(self._value(value) for value in statement.using)
        self._sql(sql, statement.into)
        self.parameters = outer

    def _sql(self, sql: str, into: tuple[Target, ...]) -> None:
        word = sql.lstrip(" \t\r\n(").partition(" ")[0].split("\n")[0].lower()
        found = self._query(sql) if word in _SELECT_WORDS else None
        if found is not None:
            self._select(found, into)
            return
        self.scopes.forget({target.names[0] for target in into} | {"found"})
        try:
            for parsed in self.execution.statements(sql):
                if parsed is None:
                    continue
                if parsed.statement.kind == "SelectStmt":
                    self._select(query(parsed.node), ())
                    continue
                if parsed.statement.kind == "CallStmt":
                    self.evaluator.value(expression({"FuncCall": parsed.node["funccall"]}))
                    continue
                if self.catching and self.certain and (refused := self.execution.refusal(parsed)):
                    raise Raised(refused)
                if self.certain:
                    for savepoint in self.course.savepoints:
                        savepoint.keep_for(parsed)
                self.execution.run(parsed, self.certain)
        except SyntaxProblem:
            if word in _DDL_WORDS or not word.isalpha():
                self.execution.run_unparsable(sql)

    def select(self, found: Query) -> None:
        """Carry out the functions that a SELECT calls."""
        self._run_calls(found)

    def _select(self, found: Query, into: tuple[Target, ...]) -> None:
        if not into:
            self._run_calls(found)
            self.scopes.assign(Target(("found",), False), ANY)
            return
        rows = query_rows(found, self.evaluator)
        known = not rows.open and all(row.certain for row in rows.rows)
        self.scopes.assign(Target(("found",), False), bool(rows.rows) if known else ANY)
        if known and len(rows.rows) < 2:
            row = rows.rows[0] if rows.rows else Row(Record(), True)
            self._assign_row(into, row)
        else:
            self.scopes.forget({target.names[0] for target in into})

    def _run_calls(self, found: Query) -> None:
        """Carry out the calls in FROM, and for each row those that a SELECT puts out."""
        for source in found.sources:
            if isinstance(source.call, Call) and self._matters(source.call):
                self.evaluator.value(source.call)
        calls = [output for output in found.outputs if isinstance(output, Call)]
        own = [call for call in calls if self._matters(call)]
        if not own:
            return
        if not found.sources:
            for call in own:
                self.evaluator.value(call)
            return
        for frame, certain in rows_of_from(found, self.evaluator):
            self._run_in_frame(own, self.evaluator.within(frame), certain)
        if has_more_rows(found, self.evaluator):
            self._run_in_frame(own, self.evaluator, False)

    def _run_in_frame(self, calls: Iterable[Call], evaluator: Evaluator, certain: bool) -> None:
        doubt = object()
        if not certain:
            self.doubts.add(doubt)
        for call in calls:
            evaluator.value(call)
        self.doubts.discard(doubt)

    def _matters(self, call: Call) -> bool:
        return call.name[-1] == "set_config" or bool(self.replay.functions_named(call.name))


def _only(rows: Rows) -> Value:
    if rows.open or len(rows.rows) > 1 or any(not row.certain for row in rows.rows):
        return ANY if rows.open else _any_of(rows)
    return next(iter(rows.rows[0].values.values()), ANY) if rows.rows else None


def _any_of(rows: Rows) -> Value:
    """Return what is known of the text in each of the rows that may be the one."""
    values = [next(iter(row.values.values()), ANY) for row in rows.rows]
    known = {value.parts: value for value in values if isinstance(value, Unknown)}
    texts = [value for value in values if isinstance(value, str)]
    if len(known) != 1 or len(texts) + len(known) < len(set(map(id, values))):
        return ANY
    ((parts, unknown),) = known.items()
    match parts:
        case (str() as beginning, Hole()) if all(text.startswith(beginning) for text in texts):
            return unknown
        case _:
            return ANY


def _is_effect(part: PlStatement) -> bool:
    match part:
        case Execute():
            return True
        case Sql(sql, _):
            return sql.lstrip().partition(" ")[0].lower() in (*_DDL_WORDS, "select")
        case _:
            return False


def _acts(body: Body) -> bool:
    return any(_is_effect(part) for part in nested(body))


def _catches(conditions: tuple[str, ...], error: str) -> bool:
    return any(
        condition == error or (condition == "others" and error != "assert_failure")
        for condition in conditions
    )
