"""rlslint finds PostgreSQL row-level-security mistakes in migrations and application code."""

from __future__ import annotations

try:
    from _collections import _tuplegetter  # type: ignore[import-not-found]
except ImportError:

    def _tuplegetter(number: int, doc: str) -> property:
        return property(lambda values: values[number], doc=doc)


TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any, AnyStr, Generic
else:
    AnyStr = None

    class Generic:
        """Stands for that of typing, which a repeated run does without."""

        def __class_getitem__(cls, kind):
            return cls


__version__ = "0.1.0"


class _Making(type):
    """Makes classes of named tuples, as typing does, at a tenth of the cost.

    A run imports some hundred of them, of which it uses half: each compiles its constructor when
    its first instance is made.
    """

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
        del cls, bases
        fields = tuple(namespace["__annotations__"])
        return type(
            name,
            (tuple,),
            {
                "__slots__": (),
                "__match_args__": fields,
                "__new__": _first_instance,
                "__repr__": _described,
                "__getnewargs__": _values,
                "_fields": fields,
                "_field_defaults": {f: namespace[f] for f in fields if f in namespace},
                "_asdict": _as_dict,
                "_replace": _with_other_values,
                **namespace,
                **{field: _tuplegetter(number, "") for number, field in enumerate(fields)},
            },
        )


def _first_instance(cls: Any, *values: Any, **named: Any) -> Any:
    """Give a class its constructor, and make an instance with it."""
    names = ", ".join(cls._fields)
    new = eval(f"lambda cls, {names}: new(cls, ({names},))", {"new": tuple.__new__})
    new.__defaults__ = tuple(cls._field_defaults.values())
    cls.__new__ = staticmethod(new)
    return new(cls, *values, **named)


def _described(self: Any) -> str:
    values = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
    return f"{type(self).__name__}({values})"


def _values(self: Any) -> tuple[Any, ...]:
    return tuple(self)


def _as_dict(self: Any) -> dict[str, Any]:
    return dict(zip(self._fields, self, strict=True))


def _with_other_values(self: Any, /, **named: Any) -> Any:
    values = map(named.pop, self._fields, self)
    made = tuple.__new__(type(self), values)
    if named:
        raise ValueError(f"{type(self).__name__} has no {', '.join(named)}")
    return made


if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    NamedTuple = type.__new__(_Making, "NamedTuple", (), {})


class Pattern(Generic[AnyStr]):
    """A regular expression that is compiled when it is first called for.

    Few runs need more than a handful of them, and compiling one costs more than reading a file.
    """

    __slots__ = ("_compiled", "_flags", "_source")

    def __init__(self, source: AnyStr, flags: int = 0) -> None:
        self._source: AnyStr = source
        self._flags = flags
        self._compiled: re.Pattern[AnyStr] | None = None

    def __call__(self) -> re.Pattern[AnyStr]:
        if self._compiled is None:
            import re

            self._compiled = re.compile(self._source, self._flags)
        return self._compiled
