"""A rule's card as its readers get it: prose and examples, wrapped for a terminal, or as data."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from rlslint import Pattern
from rlslint.reports import RULE_PAGE
from rlslint.rules import Card, family, rule_names

_METADATA = Pattern(r"\A(# [^\n]+\n\n)```toml\n.*?^```\n\n", re.M | re.S)
_PROBE = Pattern(r"^```\w+ probe[^\n]*\n.*?^```\n\n?", re.M | re.S)
_EXAMPLE = Pattern(r"^```(\w+) (bad|good|given)([^\n]*)\n(.*?)^```$", re.M | re.S)
_COMMENT = Pattern(r"\s*(?:--|//|#|;) ?([a-z][a-z0-9-]*(?:,? [a-z][a-z0-9-]*)*)$", re.M)
_CODE = Pattern(r"`([^`\n]+)`")
_ITEM = Pattern(r"(?:[-*]|\d+\.) ")
_SHOWN_AS = {"bad": "Faulty", "good": "Sound", "given": "Given"}

Paint = Callable[[str, str], str]
"""Colours a text: a heading, code, or a keyword or a constant of SQL."""


def readable(text: str) -> str:
    """Return a card as Markdown without what only tests need: metadata, markers and probes."""
    text = _PROBE().sub("", _METADATA().sub(r"\1", text))
    return _EXAMPLE().sub(_as_example, text)


def _as_example(found: re.Match[str]) -> str:
    language, kind, words, source = found.groups()
    # A SQLSTATE tells with which error PostgreSQL refuses the example.
    named = [f"fails with {w}" if re.fullmatch("[0-9A-Z]{5}", w) else w for w in words.split()]
    detail = f" ({', '.join(named)})" if named else ""
    return f"{_SHOWN_AS[kind]}{detail}:\n\n```{language}\n{_COMMENT().sub(_unmarked, source)}```"


def _unmarked(comment: re.Match[str]) -> str:
    names = comment.group(1).replace(",", "").split()
    return "" if set(names) <= _known() else comment.group(0)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(rule_names())


def page(text: str, width: int, paint: Paint | None = None) -> Iterator[str]:
    """Yield the lines of a readable card on a terminal: prose is wrapped, code stands as it is."""
    colour = paint or (lambda words, part: words)
    code: list[str] | None = None
    language = ""
    prose: list[str] = []
    for line in (*text.splitlines(), ""):
        if line.startswith("```"):
            if code is None:
                code, language = [], line[3:]
            else:
                source = "\n".join(code)
                shown = _coloured_sql(source, colour) if paint and language == "sql" else source
                yield from (f"    {one}".rstrip() for one in shown.split("\n"))
                code = None
        elif code is not None:
            code.append(line)
        elif line.startswith("#"):
            yield colour(line.lstrip("# "), "heading")
        elif line and not _ITEM().match(line):
            prose.append(line)
        else:
            yield from _wrapped(prose, width, colour)
            prose = [line] if line else []
            if not line:
                yield ""


def _wrapped(prose: list[str], width: int, colour: Paint) -> Iterator[str]:
    if not prose:
        return
    item = _ITEM().match(prose[0])
    further = " " * len(item.group()) if item else ""
    words = " ".join(line.strip() for line in prose)
    # A piece of code is one word: its blanks are put back when the lines are made.
    kept = _CODE().sub(lambda code: code.group().replace(" ", "\0"), words)
    lines = textwrap.wrap(
        kept, width, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    )
    for line in lines:
        yield _CODE().sub(lambda code: colour(code.group(), "code"), line.replace("\0", " "))


def _coloured_sql(source: str, colour: Paint) -> str:
    from rlslint.sql.parser import SyntaxProblem, tokens

    data = source.encode("utf-8")
    try:
        found = tokens(data)
    except SyntaxProblem:
        return source
    shown, behind = [], 0
    for token in found:
        words = data[token.start : token.end].decode("utf-8", "replace")
        part = "constant" if token.name.endswith("CONST") else "keyword"
        is_word = words.isalpha() and token.name != "IDENT"
        shown.append(data[behind : token.start].decode("utf-8", "replace"))
        shown.append(colour(words, part) if part == "constant" or is_word else words)
        behind = token.end
    return "".join((*shown, data[behind:].decode("utf-8", "replace")))


def as_data(card: Card) -> dict[str, Any]:
    """Return all that a program may want to know of a rule."""
    return {
        "name": card.name,
        "code": card.code,
        "family": family(card.code),
        "summary": card.summary,
        "severity": card.severity.name,
        "confidence": card.confidence.name,
        "effect": card.effect,
        "evidence": list(card.evidence),
        "aliases": list(card.aliases),
        "yields_to": list(card.yields_to),
        "since": card.since,
        "fix": card.fix,
        "url": RULE_PAGE.format(card.name),
        "explanation": readable(card.text),
    }
