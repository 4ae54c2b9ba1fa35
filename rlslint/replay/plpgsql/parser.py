"""From the tokens of a PL/pgSQL body to its statements (grammar: src/pl/plpgsql/src/pl_gram.y).

The SQL inside is cut out whole; PostgreSQL's parser reads it when it is run.
"""

from __future__ import annotations

from rlslint.catalog.answers import remembered
from rlslint.catalog.functions import Function
from rlslint.replay.plpgsql.simple_statements import (
    assignment,
    diagnostics,
    execute,
    fetch,
    is_assignment,
    jump,
    open_cursor,
    raise_,
    return_,
    static_sql,
    targets_in,
)
from rlslint.replay.plpgsql.token_stream import NotPlpgsql, TokenStream, plain_name
from rlslint.replay.plpgsql.tree import (
    Alternative,
    Block,
    Body,
    BodyRange,
    CaseOf,
    Declaration,
    ExceptionHandler,
    Execute,
    ForEach,
    ForExecute,
    ForQuery,
    ForRange,
    If,
    PlStatement,
    Raise,
    Sql,
    While,
)

_BODY_ENDS = frozenset({"end", "else", "elsif", "elseif", "when", "exception"})


def parse_body(body: str) -> Block:
    """Return the outermost block of a body.

    Raises NotPlpgsql where it has none, and SyntaxProblem where the scanner refuses it.
    """
    return _Parser(body).outermost()


def block_of(function: Function) -> Block:
    """Return the outermost block of a function in PL/pgSQL, scanned and parsed once."""
    return _block_of(function, function.body)


@remembered
def _block_of(function: Function, body: str) -> Block:
    return parse_body(body)


class _Parser(TokenStream):
    def outermost(self) -> Block:
        while self.now() == "#":
            line = self.data.find(b"\n", self.tokens[self.at].start)
            while self.at < len(self.tokens) and self.tokens[self.at].start < line:
                self.at += 1
        block = self._block(self.label())
        self.take(";")
        if self.at < len(self.tokens):
            raise NotPlpgsql(f"nothing may follow the block, but {self.now()} does")
        return block

    def _block(self, label: str) -> Block:
        declarations: list[Declaration] = []
        while self.take("declare"):
            while self.now() not in ("begin", "declare"):
                declarations += self._declaration()
        self.need("begin")
        body = self._body()
        handlers: list[ExceptionHandler] = []
        if self.take("exception"):
            while self.take("when"):
                conditions = self.until("then").replace("'", " ").lower().split(" or ")
                self.need("then")
                words = tuple(c.replace("sqlstate", "").strip() for c in conditions)
                handlers.append(ExceptionHandler(words, self._body()))
        self.need("end")
        if self.now() not in (";", ""):
            self.at += 1
        return Block(label, tuple(declarations), body, tuple(handlers))

    def _declaration(self) -> list[Declaration]:
        name = plain_name(self.now())
        self.at += 1
        if self.take("alias", "for"):
            original = self.until(";")
            self.need(";")
            return [Declaration(name, "alias", original)]
        if (
            self.take("no", "scroll", "cursor")
            or self.take("scroll", "cursor")
            or (self.take("cursor"))
        ):
            return [self._cursor(name)]
        self.take("constant")
        type_ = self.until(":=", "=", "default", ";").lower()
        default = ""
        if not self.take(";"):
            self.at += 1
            default = self.until(";")
            self.need(";")
        return [Declaration(name, type_.removesuffix(" not null"), default)]

    def _cursor(self, name: str) -> Declaration:
        parameters: tuple[str, ...] = ()
        if self.take("("):
            listed = self.list_until(")")
            parameters = tuple(plain_name(parameter.split()[0]) for parameter in listed)
            self.need(")")
        if not self.take("for"):
            self.need("is")
        query = self.until(";")
        self.need(";")
        return Declaration(name, "cursor", query, parameters)

    def _body(self) -> Body:
        found: list[PlStatement] = []
        while self.now() not in _BODY_ENDS:
            if not self.now():
                raise NotPlpgsql("END is missing")
            start = self.tokens[self.at].start
            statement = self._statement()
            if isinstance(statement, Execute | Sql):
                place = BodyRange(start, self.tokens[self.at - 2].end)
                found.append(statement._replace(place=place))
            elif statement is not None:
                found.append(statement)
        return tuple(found)

    def _statement(self) -> PlStatement | None:
        label = self.label()
        word = self.now()
        match word:
            case "declare" | "begin" if word == "declare" or self.now(1) != ";":
                block = self._block(label)
                self.need(";")
                return block
            case "if":
                return self._if()
            case "case":
                return self._case()
            case "loop" | "while":
                return self._while(label)
            case "for":
                return self._for(label)
            case "foreach":
                return self._foreach(label)
            case "exit" | "continue":
                return jump(self)
            case "return":
                return return_(self)
            case "raise":
                return raise_(self)
            case "execute":
                return execute(self)
            case "perform":
                self.at += 1
                return Sql("SELECT " + self.rest_of_statement(), ())
            case "null" | "close" | "move" | "":
                self.rest_of_statement()
                return None
            case "open":
                return open_cursor(self)
            case "assert":
                self.at += 1
                condition = self.until(",", ";")
                self.rest_of_statement()
                # ASSERT fails where its condition is NULL, too.
                failed = Alternative(f"({condition}) IS NOT TRUE", (Raise("assert_failure"),))
                return If((failed,), ())
            case "get":
                return diagnostics(self)
            case "fetch":
                return fetch(self)
            case _ if is_assignment(self):
                return assignment(self)
            case _:
                return static_sql(self)

    def _if(self) -> If:
        self.need("if")
        branches = []
        while True:
            condition = self.until("then")
            self.need("then")
            branches.append(Alternative(condition, self._body()))
            if not (self.take("elsif") or self.take("elseif")):
                break
        otherwise = self._body() if self.take("else") else ()
        self.need("end", "if", ";")
        return If(tuple(branches), otherwise)

    def _case(self) -> CaseOf:
        self.need("case")
        subject = "" if self.now() == "when" else self.until("when")
        branches = []
        while self.take("when"):
            condition = self.until("then")
            self.need("then")
            branches.append(Alternative(condition, self._body()))
        otherwise = self._body() if self.take("else") else None
        self.need("end", "case", ";")
        return CaseOf(subject, tuple(branches), otherwise)

    def _loop_body(self) -> Body:
        self.need("loop")
        body = self._body()
        self.need("end", "loop")
        self.rest_of_statement()
        return body

    def _while(self, label: str) -> While:
        condition = self.until("loop") if self.take("while") else "true"
        return While(label, condition, self._loop_body())

    def _for(self, label: str) -> ForRange | ForQuery | ForExecute:
        self.need("for")
        targets = targets_in(self.until("in"))
        if not targets:
            raise NotPlpgsql("FOR has no variable")
        self.need("in")
        if self.take("execute"):
            command = self.until("loop", "using")
            using = self.list_until("loop") if self.take("using") else ()
            return ForExecute(label, targets, command, using, self._loop_body())
        reverse = self.take("reverse")
        first = self.at
        low = self.until("..", "loop")
        if self.take(".."):
            high = self.until("by", "loop")
            step = self.until("loop") if self.take("by") else "1"
            name = targets[0].names[0]
            return ForRange(label, name, low, high, step, reverse, self._loop_body())
        query = self.sql(first, self.at)
        return ForQuery(label, targets, query, self._loop_body())

    def _foreach(self, label: str) -> ForEach:
        self.need("foreach")
        targets = targets_in(self.until("in", "slice"))
        dimensions = self.until("in") if self.take("slice") else "0"
        if not dimensions.isdecimal() or len(dimensions) > 9:
            raise NotPlpgsql("SLICE needs a number")
        self.need("in", "array")
        array = self.until("loop")
        return ForEach(label, targets, array, int(dimensions), self._loop_body())
