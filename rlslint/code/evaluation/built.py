"""Calls of migrations that stand for SQL: how each was made, and what was called on it.

Frameworks have functions for tables and columns (`create_table`, `Schema::create`). What such a
call was given is kept with what is called on it afterwards, and read when the migration has been
followed to its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from rlslint.code.evaluation.arguments import EvaluatedCall
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.models import Models
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Closure, Object, Unknown, Value
from rlslint.code.schemas import Framework, Signature


class Built(Unknown):
    """What a call gives of which is known how it was made, and nothing else.

    `parts` are the calls on it, in order; `results` what the functions gave that it was handed, by
    the names of the arguments, "" for one without. `on` is what it was called on. `signature` is
    that of a call that stands for a statement, None for one that is perhaps one. While `is_open`,
    what is called on it is a part by itself, else it is said of the part.
    """

    __slots__ = ("call", "is_open", "on", "parts", "results", "signature")

    def __init__(
        self, call: EvaluatedCall, on: Value | None = None, signature: Signature | None = None
    ) -> None:
        super().__init__(f"{call.path}()")
        self.call = call
        self.on = on
        self.signature = signature
        self.parts: list[Built] = []
        self.results: dict[str, Value] = {}
        self.is_open = False

    @property
    def closures(self) -> Iterator[tuple[str, Closure]]:
        """The functions that it was handed, by the names of the arguments."""
        for value in self.call.arguments:
            if isinstance(value, Closure):
                yield "", value
        for name, value in self.call.named.items():
            if isinstance(value, Closure):
                yield name, value


class Member(Unknown):
    """A column of a table that is declared, as the program names it.

    `name` is that in the database, None where it is not known.
    """

    __slots__ = ("name", "table")

    def __init__(self, table: Built, path: str, name: str | None) -> None:
        super().__init__(path)
        self.table = table
        self.name = name


_NO_NAMES: Mapping[str, str] = MappingProxyType({})


class Scripts:
    """What a migration runs, in order: SQL as it is written, and calls that stand for some.

    `builders` are the statements whose blocks are being followed, the innermost last. `skipped` are
    the places of what only leads back or is not run, `untold` those of calls that run SQL of which
    nothing is known, `perhaps` the numbers of what only a run could tell whether it is run.
    `is_moved` tells that a table which is named without a schema may be in any. Of a program that
    is no migration, SQL of which nothing is known is left out: most of it are queries.
    `names` are those that members of enumerations stand for, where they are told.

    Of a file that declares a schema, `read` are the places of what it says in words of the
    framework, and `later` the functions that may name what is declared behind them: with the name
    of the argument that they are, and what they were given to.
    `followed` are the names of the functions of the project that were followed.
    `models` are those of the history. `constructed` are the calls by which an object is made of a
    class that its own is based on.
    """

    def __init__(
        self,
        framework: Framework | None,
        is_moved: bool = False,
        names: Mapping[str, str] = _NO_NAMES,
        *,
        is_migration: bool = True,
    ) -> None:
        self.framework = framework
        self.is_migration = is_migration
        self.names = names
        self.is_moved = is_moved
        self.found: list[Written | Built] = []
        self.perhaps: list[range] = []
        self.builders: list[Built] = []
        self.skipped: list[Origin] = []
        self.followed: set[str] = set()
        self.untold: list[Origin] = []
        self.read: list[Origin] = []
        self.later: list[tuple[Built, str, Closure]] = []
        self.models: Models | None = None
        self.constructed: list[Built] = []

    def doubt(self, first: int, way: Origin, *, is_left_out: bool) -> None:
        """Let what was found from a number on be run only perhaps, or not at all.

        `way` is the part of the program that it comes from.
        """
        if len(self.found) == first:
            return
        if is_left_out:
            self.skipped.append(way)
            del self.found[first:]
        else:
            self.perhaps.append(range(first, len(self.found)))

    def is_perhaps(self, number: int) -> bool:
        """Tell whether what was found under a number is run only perhaps."""
        return any(number in each for each in self.perhaps)

    def statement(self, call: EvaluatedCall, of: Value | None) -> Signature | None:
        """Return what a call stands for, None where it is no statement of the framework."""
        if self.framework is None:
            return None
        known = self.framework.statements
        first = next(iter(call.arguments), None)
        found = known.get(f"{call.name} {first.call.name}") if isinstance(first, Built) else None
        found = found or known.get(call.name) or known.get(_last_two(call.path))
        is_bare = of is None or isinstance(of, Object)
        if found is None or found.is_bare not in (None, is_bare):
            return None
        return found

    def is_same(self, call: EvaluatedCall) -> bool:
        """Tell whether a call gives its argument."""
        return self.framework is not None and call.name in self.framework.same

    def makes_query(self, value: Value | None) -> bool:
        """Tell whether a value is a query that the framework makes, which changes no schema."""
        if self.framework is None or not isinstance(value, Built):
            return False
        names = (value.call.name, *(part.call.name for part in value.parts))
        is_made_on = isinstance(value.on, Built) and self.makes_query(value.on)
        return is_made_on or not self.framework.queries.isdisjoint(names)

    def is_value(self, call: EvaluatedCall) -> bool:
        """Tell whether a call describes something in words of the framework."""
        if self.framework is None:
            return False
        values = self.framework.values
        return call.name in values or call.path.partition(".")[0] in values


def _last_two(path: str) -> str:
    return ".".join(path.rsplit(".", 2)[-2:])
