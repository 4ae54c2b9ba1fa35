"""Python modules: Django's `DATABASES` and connection strings written as literals."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rlslint.files.connections import Connection
from rlslint.files.settings.document import Document, InvalidSettings

_FALLBACKS = ("get", "getenv", "config", "env", "str", "setdefault")


def read(document: Document) -> Iterator[Connection]:
    """Yield the Connections of a module. Raises InvalidSettings.

    A string counts where it is a literal: an argument, a default, a value. Where an f-string
    fills in the user, nobody knows it from the file, and there is no Connection.
    """
    try:
        tree = ast.parse(document.source)
    except SyntaxError as error:
        raise InvalidSettings(f"no Python from line {error.lineno or 1} on") from None
    except ValueError:
        raise InvalidSettings("no Python") from None
    except (RecursionError, MemoryError):
        raise InvalidSettings("nested too deeply") from None
    places = _Places(document.source)
    prose = _docstrings(tree)
    parts = {
        id(value)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for value in node.values
    }
    for node in ast.walk(tree):
        match node:
            case ast.Dict():
                yield from _django(document, places, node)
            case ast.Constant(value=str(value)) if id(node) not in prose and id(node) not in parts:
                if "postgres" in value or "dbname" in value:
                    yield from document.connections(*places.of(node), "literal")
            case ast.JoinedStr():
                yield from document.connections(*places.of(node), "literal")


class _Places:
    """Turns the lines and byte columns of `ast` into offsets that count characters."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines(keepends=True) if "\f" not in source else _lines(source)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def of(self, node: ast.expr) -> tuple[int, int]:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self._offset(node.lineno, node.col_offset), self._offset(end_line, end_column)

    def _offset(self, row: int, column: int) -> int:
        line = self._lines[row - 1] if row <= len(self._lines) else ""
        return self._starts[row - 1] + len(line.encode()[:column].decode("utf-8", "replace"))


def _lines(source: str) -> list[str]:
    import io

    return list(io.StringIO(source, newline=""))


def _django(document: Document, places: _Places, node: ast.Dict) -> Iterator[Connection]:
    values = {
        key.value: value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }
    engine = _constant(values.get("ENGINE"))
    if engine is None or not engine.value.endswith(
        ("postgresql", "psycopg2", "postgis", "postgres")
    ):
        return
    user = _constant(values.get("USER"))
    if user is None or not user.value:
        return
    host, database = _constant(values.get("HOST")), _constant(values.get("NAME"))
    start, end = places.of(user.node)
    yield document.connection(
        user.value,
        start + 1,
        end - 1,
        host=host.value if host else "",
        database=database.value if database else "",
        source="USER",
    )


class _Constant:
    __slots__ = ("node", "value")

    def __init__(self, node: ast.Constant, value: str) -> None:
        self.node = node
        self.value = value


def _constant(node: ast.expr | None) -> _Constant | None:
    """Return the string of a literal, or of the default of `os.environ.get("NAME", "default")`."""
    match node:
        case ast.Constant(value=str(value)):
            return _Constant(node, value)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[_, default]) if (
            name in _FALLBACKS
        ):
            return _constant(default)
        case ast.Call(keywords=[*_, ast.keyword(arg="default", value=default)]):
            return _constant(default)
        case _:
            return None


def _docstrings(tree: ast.Module) -> set[int]:
    """Return the strings that stand alone as statements: documentation, not settings."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
