"""`.env` files: `NAME=value` lines with `export`, quotes and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint.files.connections import Connection
from rlslint.files.settings.document import Document
from rlslint.files.settings.variables import Variable, connections_of_variables

_ASSIGNMENT = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.]*)[ \t]*=[ \t]*
        (?:"(?P<double>(?:[^"\\]|\\.)*)"
          |'(?P<single>[^']*)'
          |(?P<plain>[^\r\n]*?)(?=[ \t]*(?:[ \t]\#|$|\r)))""",
    re.VERBOSE | re.MULTILINE,
)


def read(document: Document) -> Iterator[Connection]:
    """Yield the Connections of a `.env` file."""
    variables = []
    for match in _ASSIGNMENT.finditer(document.source):
        group = str(match.lastgroup)
        variables.append(Variable(match["name"], match[group], *match.span(group)))
    yield from connections_of_variables(document, variables)
