"""From the tokens of a PL/pgSQL body to its statements (grammar: src/pl/plpgsql/src/pl_gram.y).

The tokens are those of SQL's own scanner, which PL/pgSQL shares. The SQL inside is cut out whole;
PostgreSQL's parser reads it when it is run.
"""

from __future__ import annotations

from rlslint.catalog.plpgsql.tree import (
    Assignment,
    Block,
    Body,
    Branch,
    CaseOf,
    Clobber,
    Declaration,
    Execute,
    ForEach,
    ForExecute,
    ForQuery,
    ForRange,
    Handler,
    If,
    Jump,
    Place,
    PlStatement,
    Raise,
    Return,
    Sql,
    Target,
    While,
)
from rlslint.sql.parser import tokens

_NO_EXCEPTION = {"debug", "log", "info", "notice", "warning"}
_BODY_ENDS = frozenset({"end", "else", "elsif", "elseif", "when", "exception"})


class NotPlpgsql(Exception):
    """The body is not what PL/pgSQL's grammar allows, as far as this parser knows it."""


def parse(body: str) -> Block:
    """Return the outermost block of a body.

    Raises NotPlpgsql where it has none, and SyntaxProblem where the scanner refuses it.
    """
    return _Parser(body).outermost()


class _Parser:
    def __init__(self, body: str) -> None:
        self.data = body.encode()
        self.tokens = tokens(self.data)
        self.words = [self._word(token.start, token.end) for token in self.tokens]
        self.at = 0

    def _word(self, start: int, end: int) -> str:
        word = self.data[start:end].decode("utf-8", "replace")
        return word if word.startswith(('"', "'", "$")) else word.lower()

    def outermost(self) -> Block:
        while self._now() == "#":
            line = self.data.find(b"\n", self.tokens[self.at].start)
            while self.at < len(self.tokens) and self.tokens[self.at].start < line:
                self.at += 1
        block = self._block(self._label())
        self._take(";")
        if self.at < len(self.tokens):
            raise NotPlpgsql(f"nothing may follow the block, but {self._now()} does")
        return block

    def _now(self, ahead: int = 0) -> str:
        position = self.at + ahead
        return self.words[position] if position < len(self.words) else ""

    def _take(self, *words: str) -> bool:
        if all(self._now(ahead) == word for ahead, word in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def _need(self, *words: str) -> None:
        if not self._take(*words):
            raise NotPlpgsql(f"{' '.join(words)} is missing before {self._now() or 'the end'}")

    def _sql(self, first: int, last: int) -> str:
        if first >= last:
            return ""
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        return self.data[start:end].decode("utf-8", "replace")

    def _until(self, *stops: str) -> str:
        """Take what comes before one of `stops` outside all parentheses; the stop stays."""
        first = self.at
        depth = 0
        while self.at < len(self.words):
            word = self.words[self.at]
            if depth == 0 and word in stops:
                return self._sql(first, self.at)
            depth += (word in ("(", "[")) - (word in (")", "]"))
            self.at += 1
        raise NotPlpgsql(f"{' or '.join(stops)} is missing")

    def _label(self) -> str:
        if not self._take("<<"):
            return ""
        label = _name(self._until(">>"))
        self._need(">>")
        return label

    def _block(self, label: str) -> Block:
        declarations: list[Declaration] = []
        while self._take("declare"):
            while self._now() not in ("begin", "declare"):
                declarations += self._declaration()
        self._need("begin")
        body = self._body()
        handlers: list[Handler] = []
        if self._take("exception"):
            while self._take("when"):
                conditions = self._until("then").replace("'", " ").lower().split(" or ")
                self._need("then")
                words = tuple(c.replace("sqlstate", "").strip() for c in conditions)
                handlers.append(Handler(words, self._body()))
        self._need("end")
        if self._now() not in (";", ""):
            self.at += 1
        return Block(label, tuple(declarations), body, tuple(handlers))

    def _declaration(self) -> list[Declaration]:
        name = _name(self._now())
        self.at += 1
        if self._take("alias", "for"):
            original = self._until(";")
            self._need(";")
            return [Declaration(name, "alias", original)]
        cursor = self._now() in ("cursor", "scroll") or self._now() == "no"
        if cursor:
            self._until(";")
            self._need(";")
            return [Declaration(name, "cursor", "")]
        self._take("constant")
        type_ = self._until(":=", "=", "default", ";").lower()
        default = ""
        if not self._take(";"):
            self.at += 1
            default = self._until(";")
            self._need(";")
        return [Declaration(name, type_.removesuffix(" not null"), default)]

    def _body(self) -> Body:
        found: list[PlStatement] = []
        while self._now() not in _BODY_ENDS:
            if not self._now():
                raise NotPlpgsql("END is missing")
            start = self.tokens[self.at].start
            statement = self._statement()
            if isinstance(statement, Execute | Sql):
                place = Place(start, self.tokens[self.at - 2].end)
                found.append(statement._replace(place=place))
            elif statement is not None:
                found.append(statement)
        return tuple(found)

    def _statement(self) -> PlStatement | None:
        label = self._label()
        word = self._now()
        match word:
            case "declare" | "begin" if word == "declare" or self._now(1) != ";":
                block = self._block(label)
                self._need(";")
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
                return self._jump()
            case "return":
                return self._return()
            case "raise":
                return self._raise()
            case "execute":
                return self._execute()
            case "perform":
                self.at += 1
                return Sql("SELECT " + self._statement_text(), ())
            case "null" | "assert" | "commit" | "rollback" | "open" | "close" | "move" | "":
                self._statement_text()
                return None
            case "get" | "fetch":
                return self._clobber()
            case _ if self._is_assignment():
                return self._assignment()
            case _:
                return self._static()

    def _statement_text(self) -> str:
        text = self._until(";")
        self._need(";")
        return text

    def _if(self) -> If:
        self._need("if")
        branches = []
        while True:
            condition = self._until("then")
            self._need("then")
            branches.append(Branch(condition, self._body()))
            if not (self._take("elsif") or self._take("elseif")):
                break
        otherwise = self._body() if self._take("else") else ()
        self._need("end", "if", ";")
        return If(tuple(branches), otherwise)

    def _case(self) -> CaseOf:
        self._need("case")
        subject = "" if self._now() == "when" else self._until("when")
        branches = []
        while self._take("when"):
            condition = self._until("then")
            self._need("then")
            branches.append(Branch(condition, self._body()))
        otherwise = self._body() if self._take("else") else None
        self._need("end", "case", ";")
        return CaseOf(subject, tuple(branches), otherwise)

    def _loop_body(self) -> Body:
        self._need("loop")
        body = self._body()
        self._need("end", "loop")
        self._statement_text()
        return body

    def _while(self, label: str) -> While:
        condition = self._until("loop") if self._take("while") else "true"
        return While(label, condition, self._loop_body())

    def _for(self, label: str) -> ForRange | ForQuery | ForExecute:
        self._need("for")
        targets = _targets(self._until("in"))
        if not targets:
            raise NotPlpgsql("FOR has no variable")
        self._need("in")
        if self._take("execute"):
            command = self._until("loop", "using")
            using = self._list("loop") if self._take("using") else ()
            return ForExecute(label, targets, command, using, self._loop_body())
        reverse = self._take("reverse")
        first = self.at
        low = self._until("..", "loop")
        if self._take(".."):
            high = self._until("by", "loop")
            step = self._until("loop") if self._take("by") else "1"
            name = targets[0].names[0]
            return ForRange(label, name, low, high, step, reverse, self._loop_body())
        query = self._sql(first, self.at)
        return ForQuery(label, targets, query, self._loop_body())

    def _foreach(self, label: str) -> ForEach:
        self._need("foreach")
        targets = _targets(self._until("in", "slice"))
        sliced = self._take("slice")
        if sliced:
            self._until("in")
        self._need("in", "array")
        array = self._until("loop")
        return ForEach(label, targets, "" if sliced else array, self._loop_body())

    def _list(self, *stops: str) -> tuple[str, ...]:
        """Take SQL expressions separated by commas."""
        found = [self._until(",", *stops)]
        while self._take(","):
            found.append(self._until(",", *stops))
        return tuple(found)

    def _jump(self) -> Jump:
        word = self._now()
        self.at += 1
        label = "" if self._now() in (";", "when") else _name(self._until(";", "when"))
        condition = self._until(";") if self._take("when") else ""
        self._need(";")
        return Jump(word, label, condition)

    def _return(self) -> Return | Sql | None:
        self._need("return")
        if self._take("next"):
            self._statement_text()
            return None
        if self._take("query"):
            text = self._statement_text()
            return Sql(text, ()) if text[:6].lower() == "select" else None
        return Return(self._statement_text())

    def _raise(self) -> Raise | None:
        self._need("raise")
        level = self._now()
        if level in _NO_EXCEPTION:
            self._statement_text()
            return None
        self._take("exception")
        self._take("sqlstate")
        word = self._now()
        text = self._statement_text().lower()
        _, _, code = text.partition("errcode")
        named = word if word.isidentifier() and word != "using" else ""
        given = code.lstrip(" :=").split(",")[0].strip(" '") if code else ""
        return Raise(given or named or "raise_exception")

    def _execute(self) -> Execute:
        self._need("execute")
        command = self._until("into", "using", ";")
        into: tuple[Target, ...] = ()
        using: tuple[str, ...] = ()
        while not self._take(";"):
            if self._take("into"):
                self._take("strict")
                into = _targets(self._until("using", ";"))
            else:
                self._need("using")
                using = self._list("into", ";")
        return Execute(command, into, using)

    def _clobber(self) -> Clobber:
        text = self._statement_text()
        words = text.replace(",", " ").split()
        lower = [word.lower() for word in words]
        if lower[0] == "get":
            names = [lower[i - 1] for i, word in enumerate(lower) if word in ("=", ":=") and i]
            return Clobber(tuple(Target((_name(name),), False) for name in names))
        at = lower.index("into") + 1 if "into" in lower else len(words)
        return Clobber(_targets(",".join(words[at:])))

    def _is_assignment(self) -> bool:
        """Tell whether `name[.field][[…]] :=` comes next; plain `=` will do (manual: 41.5.1)."""
        ahead = 1
        while self._now(ahead) == ".":
            ahead += 2
        depth = 0
        while self._now(ahead) == "[" or (depth and self._now(ahead)):
            depth += (self._now(ahead) == "[") - (self._now(ahead) == "]")
            ahead += 1
            while depth and self._now(ahead):
                depth += (self._now(ahead) == "[") - (self._now(ahead) == "]")
                ahead += 1
        return self._now(ahead) in (":=", "=")

    def _assignment(self) -> Assignment:
        target = self._until(":=", "=")
        self.at += 1
        return Assignment(_target(target), self._statement_text())

    def _static(self) -> Sql:
        first = self.at
        inserts = self._now() in ("insert", "merge", "create", "with")
        text = self._statement_text()
        if inserts and self.words[first] != "with":
            return Sql(text, ())
        into = self._top_level(first, self.at - 1, "into")
        if into is None or self.words[into - 1] in ("insert", "merge"):
            return Sql(text, ())
        return self._without_into(first, into, self.at - 1)

    def _top_level(self, first: int, last: int, wanted: str) -> int | None:
        depth = 0
        for position in range(first, last):
            word = self.words[position]
            if depth == 0 and word == wanted:
                return position
            depth += (word in ("(", "[")) - (word in (")", "]"))
        return None

    def _without_into(self, first: int, into: int, last: int) -> Sql:
        start = into + 1
        if self.words[start] == "strict":
            start += 1
        end = start
        while end < last:
            end += 1
            while end < last and self.words[end] == ".":
                end += 2
            if end < last and self.words[end] == ",":
                end += 1
            else:
                break
        targets = _targets(self._sql(start, end))
        return Sql(f"{self._sql(first, into)} {self._sql(end, last)}", targets)


def _name(word: str) -> str:
    word = word.strip()
    return word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()


def _target(text: str) -> Target:
    path, bracket, _ = text.partition("[")
    return Target(tuple(_name(part) for part in path.split(".")), bool(bracket))


def _targets(text: str) -> tuple[Target, ...]:
    return tuple(_target(part) for part in text.split(",") if part.strip())
