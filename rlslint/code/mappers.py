"""Mappers of MyBatis and iBATIS: statements that stand in XML, each under the name of a method."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint import Pattern
from rlslint.code.evaluation.strings import (
    FollowedFile,
    Fragment,
    Written,
    as_text,
    with_braces_filled,
)
from rlslint.code.interest import Signs, tells_of_session
from rlslint.code.sites import (
    CodeEvent,
    CodeEventKind,
    CodeFile,
    Driver,
    Lifetime,
    Runs,
    SqlSite,
    TransactionScope,
)
from rlslint.text import Span

_MAPPER = Pattern(rb"<(?:mapper|sqlMap)\s[^>]*?namespace\s*=\s*[\"']([^\"']*)[\"']")
_STATEMENT = Pattern(
    rb"<(select|insert|update|delete|statement|sql)\b([^<>]*)>"
    rb"((?:[^<]|<(?!/\1\b|(?:select|insert|update|delete|statement|sql)\b))*)</\1\s*>"
)
_NAME = Pattern(rb"\bid\s*=\s*[\"']([^\"']+)[\"']")
_MARKUP = Pattern(
    r"<!--(?:(?!<!--|-->).)*-->|<!\[CDATA\[|\]\]>|</?\w[^<>]*>|&(lt|gt|amp|quot|apos);",
    re.DOTALL,
)
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_DRIVER = Driver("mybatis", True)


def is_mapper(data: bytes) -> bool:
    """Tell whether XML is a mapper."""
    return b"namespace" in data and _MAPPER().search(data) is not None


def read_mapper(shown: str, data: bytes, signs: Signs) -> CodeFile:
    """Return the statements of a mapper that say something about sessions.

    Which transaction runs them is for the callers of their methods to say.
    """
    sites = tuple(_sites(FollowedFile(shown, data), signs))
    events = tuple(
        CodeEvent(CodeEventKind.execute, site.function, "", site.span, site, number=number)
        for number, site in enumerate(sites)
    )
    return CodeFile(shown, sites, events)


def _sites(source: FollowedFile, signs: Signs) -> Iterator[SqlSite]:
    mapper = _MAPPER().search(source.data)
    space = mapper[1].decode("utf-8", "replace") if mapper is not None else ""
    for found in _STATEMENT().finditer(source.data):
        if not tells_of_session(found[3], signs):
            continue
        start, end = found.span(3)
        written = Written((Fragment(source.slice(start, end), source, start, end),))
        sql = with_braces_filled(_without_markup(written))
        label = _NAME().search(found[2])
        name = f"{space}.{label[1].decode('utf-8', 'replace')}" if label is not None else space
        text = as_text(sql)
        yield SqlSite(
            *(text, Span(text, 0, len(text.data)), Runs.yes, _DRIVER, ""),
            *(TransactionScope.unknown, name),
            lifetime=Lifetime(True, False),
            is_surrounding=True,
        )


def _without_markup(sql: Written) -> Written:
    """Return SQL without tags and comments, and with the characters that entities stand for."""
    found: list[tuple[int, int, list[Fragment]]] = []
    for mark in _MARKUP().finditer(sql.text):
        source, start, end = sql.stretch(mark.start(), mark.end())
        text = _ENTITIES.get(mark[1] or "", "")
        found.append(
            (mark.start(), mark.end(), [Fragment(text, source, start, end)] if text else [])
        )
    return sql.replaced(found)
