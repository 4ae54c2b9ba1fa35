"""PL/pgSQL's statements that hold no other ones."""

from __future__ import annotations

from rlslint.replay.plpgsql.token_stream import TokenStream, plain_name
from rlslint.replay.plpgsql.tree import (
    Assignment,
    Clobber,
    Diagnostics,
    Execute,
    Jump,
    OpenCursor,
    Raise,
    Return,
    ReturnNext,
    ReturnQuery,
    Sql,
    Target,
)

_NO_EXCEPTION = {"debug", "log", "info", "notice", "warning"}


def jump(stream: TokenStream) -> Jump:
    word = stream.now()
    stream.at += 1
    label = "" if stream.now() in (";", "when") else plain_name(stream.until(";", "when"))
    condition = stream.until(";") if stream.take("when") else ""
    stream.need(";")
    return Jump(word, label, condition)


def return_(stream: TokenStream) -> Return | ReturnNext | ReturnQuery:
    stream.need("return")
    if stream.take("next"):
        return ReturnNext(stream.rest_of_statement())
    if not stream.take("query"):
        return Return(stream.rest_of_statement())
    if not stream.take("execute"):
        return ReturnQuery(stream.rest_of_statement())
    command = stream.until("using", ";")
    using = stream.list_until(";") if stream.take("using") else ()
    stream.need(";")
    return ReturnQuery("", command, using)


def raise_(stream: TokenStream) -> Raise | None:
    stream.need("raise")
    level = stream.now()
    if level in _NO_EXCEPTION:
        stream.rest_of_statement()
        return None
    if stream.take(";"):
        return Raise("")
    stream.take("exception")
    is_state = stream.take("sqlstate")
    word = stream.now()
    text = stream.rest_of_statement().lower()
    _, _, code = text.partition("errcode")
    named = word.strip("'") if is_state or (word.isidentifier() and word != "using") else ""
    given = code.lstrip(" :=").split(",")[0].strip(" '") if code else ""
    return Raise(given or named or "raise_exception")


def execute(stream: TokenStream) -> Execute:
    stream.need("execute")
    command = stream.until("into", "using", ";")
    into: tuple[Target, ...] = ()
    using: tuple[str, ...] = ()
    strict = False
    while not stream.take(";"):
        if stream.take("into"):
            strict = stream.take("strict")
            into = targets_in(stream.until("using", ";"))
        else:
            stream.need("using")
            using = stream.list_until("into", ";")
    return Execute(command, into, using, strict)


def diagnostics(stream: TokenStream) -> Diagnostics:
    stream.need("get")
    if not stream.take("stacked"):
        stream.take("current")
    stream.need("diagnostics")
    targets: list[Target] = []
    items: list[str] = []
    while not stream.take(";"):
        targets.append(_target(stream.until(":=", "=")))
        stream.at += 1
        items.append(stream.until(",", ";").lower())
        stream.take(",")
    return Diagnostics(tuple(targets), tuple(items))


def fetch(stream: TokenStream) -> Clobber:
    words = stream.rest_of_statement().replace(",", " ").split()
    lower = [word.lower() for word in words]
    at = lower.index("into") + 1 if "into" in lower else len(words)
    return Clobber(targets_in(",".join(words[at:])))


def open_cursor(stream: TokenStream) -> OpenCursor | None:
    stream.until("for", ";")
    if not stream.take("for") or stream.now() == "execute":
        stream.rest_of_statement()
        return None
    return OpenCursor(stream.rest_of_statement())


def is_assignment(stream: TokenStream) -> bool:
    """Tell whether `name[.field][[…]] :=` comes next; plain `=` will do (manual: 41.5.1)."""
    ahead = 1
    while stream.now(ahead) == ".":
        ahead += 2
    depth = 0
    while stream.now(ahead) == "[" or (depth and stream.now(ahead)):
        depth += (stream.now(ahead) == "[") - (stream.now(ahead) == "]")
        ahead += 1
        while depth and stream.now(ahead):
            depth += (stream.now(ahead) == "[") - (stream.now(ahead) == "]")
            ahead += 1
    return stream.now(ahead) in (":=", "=")


def assignment(stream: TokenStream) -> Assignment:
    target = stream.until(":=", "=")
    stream.at += 1
    return Assignment(_target(target), stream.rest_of_statement())


def static_sql(stream: TokenStream) -> Sql:
    first = stream.at
    inserts = stream.now() in ("insert", "merge", "create", "with")
    text = stream.rest_of_statement()
    if inserts and stream.words[first] != "with":
        return Sql(text, ())
    into = stream.top_level(first, stream.at - 1, "into")
    if into is None or stream.words[into - 1] in ("insert", "merge"):
        return Sql(text, ())
    return _without_into(stream, first, into, stream.at - 1)


def _without_into(stream: TokenStream, first: int, into: int, last: int) -> Sql:
    start = into + 1
    strict = stream.words[start] == "strict"
    if strict:
        start += 1
    end = start
    while end < last:
        end += 1
        while end < last and stream.words[end] == ".":
            end += 2
        if end < last and stream.words[end] == ",":
            end += 1
        else:
            break
    targets = targets_in(stream.sql(start, end))
    return Sql(f"{stream.sql(first, into)} {stream.sql(end, last)}", targets, strict)


def _target(text: str) -> Target:
    path, _, subscripts = text.partition("[")
    names = tuple(plain_name(part) for part in path.split("."))
    inner = subscripts.strip().removesuffix("]")
    return Target(names, tuple(part.strip() for part in inner.split("][")) if inner else ())


def targets_in(text: str) -> tuple[Target, ...]:
    return tuple(_target(part) for part in text.split(",") if part.strip())
