"""Settings files of one `name = value` a line: `.env`, INI and properties files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint import Pattern
from rlslint.files.connections import Connection
from rlslint.files.settings.addresses import addresses, known
from rlslint.files.settings.document import Document
from rlslint.files.settings.variables import Variable, connections_of_variables

_VARIABLE = Pattern(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.]*)[ \t]*=[ \t]*
        (?:"(?P<double>(?:[^"\\]|\\.)*)"
          |'(?P<single>[^']*)'
          |(?P<plain>[^\r\n]*?)(?=[ \t]*(?:[ \t]\#|$|\r)))""",
    re.VERBOSE | re.MULTILINE,
)


def variables_of(source: str) -> dict[str, str]:
    """Return what a `.env` file sets."""
    matches = _VARIABLE().finditer(source)
    return {match["name"]: match[str(match.lastgroup)] for match in matches}


def read_dotenv(document: Document) -> Iterator[Connection]:
    """Yield the Connections of a `.env` file."""
    yield from connections_of_variables(document, list(lines_of(document)))


def lines_of(document: Document) -> Iterator[Variable]:
    """Yield what a `.env` file sets, and where."""
    for match in _VARIABLE().finditer(document.source):
        group = str(match.lastgroup)
        yield Variable(match["name"], match[group], *match.span(group))


_NAMED_LITERAL = Pattern(
    r"(?:\"(?P<key>[\w.:-]+)\"\s*:\s*|\bconnectionString\s*=\s*)\"(?P<value>(?:[^\"\\\r\n]|\\.)*)\""
)


_COMMAND_VARIABLE = Pattern(
    r"""(?P<head>^[ \t]*(?:ENV|env)[ \t]+)?(?<![\w.$-])(?P<name>[A-Za-z_]\w*)
        (?:=|(?(head)[ \t]+(?![=\s])|(?!)))
        (?:"(?P<double>(?:[^"\\\r\n]|\\.)*)"|'(?P<single>[^'\r\n]*)'|(?P<plain>[^\s"']*))""",
    re.VERBOSE | re.MULTILINE,
)
_UNREAD_LINE = Pattern(r"^[ \t]*(?:\#|;|ARG\b|release:)[^\r\n]*", re.MULTILINE | re.VERBOSE)
"""Comments, what only the making of an image gets, and what Heroku runs before a release."""
_WHOLE_ASSIGNMENT = Pattern(r"""(?<==)(?P<quote>["'])(?=[A-Za-z_]\w*=)""")


def read_commands(document: Document) -> Iterator[Connection]:
    """Yield the Connections of what programs are started with: `NAME=value`, and Docker's ENV."""
    source = _UNREAD_LINE().sub(lambda match: " " * len(match[0]), document.source)
    # systemd quotes the whole assignment: Environment="NAME=value".
    source = _WHOLE_ASSIGNMENT().sub(" ", source)
    variables = []
    for match in _COMMAND_VARIABLE().finditer(source):
        group = str(match.lastgroup)
        variables.append(Variable(match["name"], match[group], *match.span(group)))
    yield from connections_of_variables(document, variables)


def read_literals(document: Document) -> Iterator[Connection]:
    """Yield the Connections of `connectionString` in XML, and of the strings in JSON."""
    for match in _NAMED_LITERAL().finditer(document.source):
        yield from document.connections(*match.span("value"), match["key"] or "connectionString")


_PROPERTY = Pattern(
    r"^[ \t]*(?P<key>[\w.-]+)[ \t]*[=:][ \t]*(?P<value>[^\r\n]*?)[ \t]*\r?$", re.MULTILINE
)


def _variable(match: re.Match[str]) -> Variable:
    """Return a property as a variable, without the quotes around its value."""
    value, (start, end) = match["value"], match.span("value")
    if len(value) > 1 and value[0] in "\"'" and value[0] == value[-1]:
        return Variable(match["key"], value[1:-1], start + 1, end - 1)
    return Variable(match["key"], value, start, end)


_USER_KEYS = {
    "spring.datasource.username": "spring.datasource.url",
    "spring.r2dbc.username": "spring.r2dbc.url",
    "quarkus.datasource.username": "quarkus.datasource.jdbc.url",
    "flyway.user": "flyway.url",
}


def read_properties(document: Document) -> Iterator[Connection]:
    """Yield the Connections of `key = value` lines; lines with `#` or `;` are comments."""
    values = {match["key"]: match for match in _PROPERTY().finditer(document.source)}
    yield from connections_of_variables(document, list(map(_variable, values.values())))
    for key, url in _USER_KEYS.items():
        user = known(values[key]["value"]) if key in values else None
        if user is None:
            continue
        written = values[url]["value"] if url in values else ""
        target = next(addresses(written), None)
        if written and target is None and "$" not in written:
            continue
        yield document.connection(
            user,
            *values[key].span("value"),
            host=target.host if target else "",
            database=target.database if target else "",
            source=key,
        )
