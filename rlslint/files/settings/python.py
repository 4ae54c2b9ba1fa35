"""Python modules: Django's `DATABASES`, connection strings and arguments written as literals."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rlslint.files.connections import LITERAL, Connection, ConnectionDefaults
from rlslint.files.python_source import parsed_quietly
from rlslint.files.settings.document import Document, InvalidSettings

_FALLBACKS = ("get", "getenv", "config", "env", "str", "setdefault")
_DRIVERS = frozenset(("aiopg", "asyncpg", "pg8000", "psycopg", "psycopg2", "psycopg_pool"))
"""Modules whose functions connect to PostgreSQL as their argument `user`."""
_DATABASES = ("dbname", "database")


def read(document: Document) -> Iterator[Connection]:
    """Yield the Connections of a module. Raises InvalidSettings.

    A string counts where it is a literal: an argument, a default, a value. Where an f-string
    fills in the user, nobody knows it from the file, and there is no Connection.
    """
    tree = _parsed(document)
    places = _Places(document.source)
    imported = _imported(tree)
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
            case ast.Call(keywords=[_, *_]):
                yield from _call(document, places, node, imported)
            case ast.Constant(value=str(value)) if id(node) not in prose and id(node) not in parts:
                if "postgres" in value or "dbname" in value:
                    yield from document.connections(*places.of(node), LITERAL)
            case ast.JoinedStr():
                yield from document.connections(*places.of(node), LITERAL)


def read_defaults(document: Document) -> Iterator[ConnectionDefaults]:
    """Yield what Django's `DATABASES` says of all connections. Raises InvalidSettings.

    What is assigned to an entry of it later counts as well.
    """
    databases: ast.Dict | None = None
    values: dict[str, ast.expr] = {}
    for statement in _parsed(document).body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="DATABASES")], value=ast.Dict() as value)
                | ast.AnnAssign(target=ast.Name(id="DATABASES"), value=ast.Dict() as value)
            ):
                databases = value
                default = _entries(value).get("default")
                values = _entries(default) if isinstance(default, ast.Dict) else {}
            case ast.Assign(
                targets=[
                    ast.Subscript(
                        value=ast.Subscript(
                            value=ast.Name(id="DATABASES"), slice=ast.Constant(value="default")
                        ),
                        slice=ast.Constant(value=str(key)),
                    )
                ],
                value=given,
            ):
                values[key] = given
    engine = _constant(values.get("ENGINE"))
    if databases is None or engine is None or "postg" not in engine.value:
        return
    options = values.get("OPTIONS")
    inner = _entries(options) if isinstance(options, ast.Dict) else {}
    # Without CONN_MAX_AGE each request has a connection of its own; None keeps it for ever.
    kept = "CONN_MAX_AGE" in values and _truth(values["CONN_MAX_AGE"]) != 0
    pooled = kept or ("pool" in inner and _truth(inner["pool"]) is not False)
    start, end = _Places(document.source).of(databases)
    yield ConnectionDefaults(
        "django",
        document.span(start, end),
        pooled,
        _truth(values.get("ATOMIC_REQUESTS"), absent=False),
        _truth(inner.get("server_side_binding"), absent=False),
    )


def _entries(node: ast.Dict) -> dict[str, ast.expr]:
    return {
        key.value: value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def _truth(node: ast.expr | None, absent: bool | None = None) -> bool | None:
    """Return a truth value or a number that is written as a literal, None for others."""
    match node:
        case None:
            return absent
        case ast.Constant(value=bool() | int() as value):
            return bool(value)
        case _:
            return None


def _parsed(document: Document) -> ast.Module:
    try:
        return parsed_quietly(document.source)
    except SyntaxError as error:
        raise InvalidSettings(f"no Python from line {error.lineno or 1} on") from None
    except ValueError:
        raise InvalidSettings("no Python") from None
    except (RecursionError, MemoryError):
        raise InvalidSettings("nested too deeply") from None


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
    values = _entries(node)
    engine = _constant(values.get("ENGINE"))
    if engine is None or not engine.value.endswith(
        ("postgresql", "psycopg2", "postgis", "postgres")
    ):
        return
    yield from _parts(
        document, places, values.get("USER"), values.get("HOST"), values.get("NAME"), "USER"
    )


def _call(
    document: Document, places: _Places, call: ast.Call, imported: dict[str, str]
) -> Iterator[Connection]:
    """Yield what the arguments of a driver's function or of SQLAlchemy's `URL.create` say."""
    name = _dotted(call.func, imported)
    values = {each.arg: each.value for each in call.keywords if each.arg}
    database = next((values[each] for each in _DATABASES if each in values), None)
    if name.partition(".")[0] in _DRIVERS:
        yield from _parts(
            document, places, values.get("user"), values.get("host"), database, "user"
        )
    elif name.startswith("sqlalchemy.") and name.endswith("URL.create"):
        driver = _constant(call.args[0] if call.args else values.get("drivername"))
        if driver is not None and driver.value.startswith("postgres"):
            yield from _parts(
                document, places, values.get("username"), values.get("host"), database, "username"
            )


def _parts(
    document: Document,
    places: _Places,
    user: ast.expr | None,
    host: ast.expr | None,
    database: ast.expr | None,
    source: str,
) -> Iterator[Connection]:
    known_user, known_host, known_database = map(_constant, (user, host, database))
    if known_user is None or not known_user.value:
        return
    start, end = places.of(known_user.node)
    yield document.connection(
        known_user.value,
        start + 1,
        end - 1,
        host=known_host.value if known_host else "",
        database=known_database.value if known_database else "",
        source=source,
    )


def _imported(tree: ast.Module) -> dict[str, str]:
    """Return what the names that the module imports stand for, with dots."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for each in names:
                    package = each.name.partition(".")[0]
                    found[each.asname or package] = each.name if each.asname else package
            case ast.ImportFrom(module=str(module), level=0, names=names):
                found |= {each.asname or each.name: f"{module}.{each.name}" for each in names}
    return found


def _dotted(function: ast.expr, imported: dict[str, str]) -> str:
    """Return the name of an imported function, "" where it is none."""
    match function:
        case ast.Name(id=name):
            return imported.get(name, "")
        case ast.Attribute(value=value, attr=attribute):
            owner = _dotted(value, imported)
            return f"{owner}.{attribute}" if owner else ""
        case _:
            return ""


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
