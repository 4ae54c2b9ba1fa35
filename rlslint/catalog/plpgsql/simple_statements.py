"""PL/pgSQL's statements that hold no other ones."""

from __future__ import annotations

from rlslint.catalog.plpgsql.token_stream import TokenStream, plain_name
from rlslint.catalog.plpgsql.tree import (
    Assignment,
    Clobber,
    Execute,
    Jump,
    Raise,
    Return,
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


def return_(stream: TokenStream) -> Return | Sql | None:
    stream.need("return")
    if stream.take("next"):
        stream.rest_of_statement()
        return None
    if stream.take("query"):
        text = stream.rest_of_statement()
        return Sql(text, ()) if text[:6].lower() == "select" else None
    return Return(stream.rest_of_statement())


def raise_(stream: TokenStream) -> Raise | None:
    stream.need("raise")
    level = stream.now()
    if level in _NO_EXCEPTION:
        stream.rest_of_statement()
        return None
    stream.take("exception")
    stream.take("sqlstate")
    word = stream.now()
    text = stream.rest_of_statement().lower()
    _, _, code = text.partition("errcode")
    named = word if word.isidentifier() and word != "using" else ""
    given = code.lstrip(" :=").split(",")[0].strip(" '") if code else ""
    return Raise(given or named or "raise_exception")


def execute(stream: TokenStream) -> Execute:
    stream.need("execute")
    command = stream.until("into", "using", ";")
    into: tuple[Target, ...] = ()
    using: tuple[str, ...] = ()
    while not stream.take(";"):
        if stream.take("into"):
            stream.take("strict")
            into = targets_in(stream.until("using", ";"))
        else:
            stream.need("using")
            using = stream.list_until("into", ";")
    return Execute(command, into, using)


def clobber(stream: TokenStream) -> Clobber:
    text = stream.rest_of_statement()
    words = text.replace(",", " ").split()
    lower = [word.lower() for word in words]
    if lower[0] == "get":
        names = [lower[i - 1] for i, word in enumerate(lower) if word in ("=", ":=") and i]
        return Clobber(tuple(Target((plain_name(name),), False) for name in names))
    at = lower.index("into") + 1 if "into" in lower else len(words)
    return Clobber(targets_in(",".join(words[at:])))


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
    if stream.words[start] == "strict":
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
    return Sql(f"{stream.sql(first, into)} {stream.sql(end, last)}", targets)


def _target(text: str) -> Target:
    path, bracket, _ = text.partition("[")
    return Target(tuple(plain_name(part) for part in path.split(".")), bool(bracket))


def targets_in(text: str) -> tuple[Target, ...]:
    return tuple(_target(part) for part in text.split(",") if part.strip())
