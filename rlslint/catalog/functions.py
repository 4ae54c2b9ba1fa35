"""Functions and procedures."""

from __future__ import annotations

from typing import Any

from rlslint.catalog.facts import Facts, Members
from rlslint.catalog.roles import Grant, GrantKey
from rlslint.sql import quoted_identifier, quoted_type
from rlslint.sql.expressions import Expr
from rlslint.text import Statement


class Function(Facts):
    """A function or procedure (pg_proc).

    The last `default_count` arguments have defaults, which are the `defaults` where the history
    says them. `settings` are those of its SET clauses.
    `body` is the source of a string body; `atomic` the queries of a SQL-standard body. `body_start`
    is the byte offset of the body's first character in the statement's text, -1 where it has no
    simple position. `answers` keeps what was found out about the function, which nothing changes
    once it is asked about.
    """

    __slots__ = (
        "answers",
        "argument_names",
        "argument_types",
        "atomic",
        "body",
        "body_start",
        "default_count",
        "defaults",
        "grants",
        "is_procedure",
        "language",
        "leakproof",
        "name",
        "oid",
        "owner",
        "parallel",
        "return_type",
        "returns_set",
        "schema",
        "search_path",
        "security_definer",
        "settings",
        "variadic",
        "volatility",
    )

    answers: dict[Any, Any]
    oid: int
    schema: str
    name: str
    argument_names: tuple[str, ...]
    argument_types: tuple[str, ...]
    variadic: bool
    default_count: int
    defaults: tuple[Expr, ...]
    return_type: str
    returns_set: bool
    is_procedure: bool
    language: str
    volatility: str
    security_definer: bool
    leakproof: bool
    parallel: str
    settings: dict[str, str]
    body: str
    body_start: int
    atomic: bool
    owner: str
    grants: Members[GrantKey, Grant]
    search_path: tuple[str, ...]

    def __init__(
        self, oid: int, schema: str, name: str, owner: str, statement: Statement | None
    ) -> None:
        super().__init__(statement)
        self.answers = {}
        self.oid = oid
        self.schema = schema
        self.name = name
        self.owner = owner
        self.argument_names = ()
        self.argument_types = ()
        self.variadic = False
        self.default_count = 0
        self.defaults = ()
        self.return_type = "void"
        self.returns_set = False
        self.is_procedure = False
        self.language = "sql"
        self.volatility = "volatile"
        self.security_definer = False
        self.leakproof = False
        self.parallel = "unsafe"
        self.settings = {}
        self.body = ""
        self.body_start = -1
        self.atomic = False
        self.grants = Members("grants")
        self.search_path = ()

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def signature(self) -> str:
        """The name with the types of its input arguments, as ALTER FUNCTION wants it."""
        name = f"{quoted_identifier(self.schema)}.{quoted_identifier(self.name)}"
        return f"{name}({', '.join(map(quoted_type, self.argument_types))})"
