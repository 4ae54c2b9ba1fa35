"""policy-does-not-typecheck: PostgreSQL refuses the policy, and the table goes without it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access.runtime_roles import platform_spoken_of
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.catalog.types import output_types, type_of
from rlslint.config.platforms import SUPABASE
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule
from rlslint.sql.expressions import (
    And,
    Call,
    Cast,
    Constant,
    Expr,
    IsTruth,
    Items,
    Not,
    Operator,
    Or,
    SubSelect,
)
from rlslint.sql.rebuilding import rebuilt


@rule
def policy_does_not_typecheck(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    if not table.knows("columns"):
        return
    for clause in policy.known_clauses:
        found = _first_refused(clause, table, project)
        if found is not None:
            yield Finding(
                object=str(policy),
                message=f"policy {policy.spoken} on {table} cannot be made: {found.because}",
                span=clause.span(found.part),
                label="is refused",
                help=found.help,
                related=also_shown((table.created, "the table is created here")),
            )
            return


def _first_refused(clause: Clause, table: Relation, project: Project) -> Mistyped | None:
    """Return what PostgreSQL refuses first; clauses over columns of the same types share it."""
    told = project.ask(_told)
    if clause.predicate not in told:
        on_platform = project.ask(_is_on_supabase)
        told[clause.predicate] = next(mistyped_parts(clause.expression, table, on_platform), None)
    return told[clause.predicate]


def _told(project: Project) -> dict[Predicate, Mistyped | None]:
    """Return what is refused of predicates, which is filled in as they are met."""
    del project
    return {}


def _is_on_supabase(project: Project) -> bool:
    return (project.catalog.platform or platform_spoken_of(project.catalog)) is SUPABASE


_FAMILIES = {
    "bool": ("bool",),
    "bytea": ("bytea",),
    "date": ("date", "timestamp", "timestamptz"),
    "inet": ("inet", "cidr"),
    "interval": ("interval",),
    "json": ("json",),
    "jsonb": ("jsonb",),
    "number": ("int2", "int4", "int8", "numeric", "float4", "float8"),
    "text": ("text", "varchar", "bpchar", "name"),
    "uuid": ("uuid",),
}
"""Types that PostgreSQL compares with one another, and with none of the others (pg_operator)."""

_FAMILY = {name: family for family, names in _FAMILIES.items() for name in names}
_COMPARISONS = frozenset(("=", "<>", "<", ">", "<=", ">="))

PLATFORM_TYPES = {
    ("auth", "email"): "text",
    ("auth", "jwt"): "jsonb",
    ("auth", "role"): "text",
    ("auth", "uid"): "uuid",
}
"""What the functions give that Supabase provides."""


class Mistyped(NamedTuple):
    """A part of a condition that PostgreSQL refuses, and why, as the end of a sentence."""

    part: Expr
    because: str
    help: str = "cast one side to the type of the other"


def mistyped_parts(condition: Expr, own: Relation, on_platform: bool) -> Iterator[Mistyped]:
    """Yield the parts of a bound condition whose types do not go together, outermost first.

    What is not known, and constants in quotes, which take any type, go with everything.
    """
    known = _with_platform_types(condition) if on_platform else condition
    for part in known.walk():
        match part:
            case And(arguments):
                yield from _no_truth("what AND joins", arguments, own)
            case Or(arguments):
                yield from _no_truth("what OR joins", arguments, own)
            case Not(argument) | IsTruth(argument):
                yield from _no_truth("what is true or false", (argument,), own)
            case Operator(symbol, left, right) if symbol in _COMPARISONS and left is not None:
                for one, other in _compared(left, right, part.quantifier, own):
                    yield from _unlike(part, one, symbol, other)
            case SubSelect("any" | "all", left, query, symbol) if left is not None:
                for other in output_types(query)[:1]:
                    yield from _unlike(part, _type(left, own), symbol or "=", other)
            case _:
                continue


def _no_truth(what: str, parts: tuple[Expr, ...], own: Relation) -> Iterator[Mistyped]:
    """Yield the parts that would have to be true or false, and are of another type."""
    for part in parts:
        found = _type(part, own)
        if _FAMILY.get(found, "bool") != "bool":
            yield Mistyped(
                part,
                f"{what} has to be of type boolean, and not {found}",
                "compare it with the value that is meant, or cast it to boolean",
            )


def _with_platform_types(condition: Expr) -> Expr:
    def change(child: Expr) -> Expr:
        match child:
            case Call(name, ()) if child.function is None and name in PLATFORM_TYPES:
                return Cast(child, PLATFORM_TYPES[name], child.location)
            case _:
                return rebuilt(child, change)

    return change(condition)


def _compared(left: Expr, right: Expr, quantifier: str, own: Relation) -> Iterator[tuple[str, str]]:
    if not quantifier:
        yield _type(left, own), _type(right, own)
    elif isinstance(right, Items):
        for item in right.items:
            yield _type(left, own), _type(item, own)
    elif (found := _type(right, own)).endswith("[]"):
        yield _type(left, own), found.removesuffix("[]")


def _type(part: Expr, own: Relation) -> str:
    if isinstance(part, Constant) and (part.value is None or isinstance(part.value, str)):
        return ""
    return type_of(part, own).removeprefix("pg_catalog.")


def _unlike(part: Expr, left: str, symbol: str, right: str) -> Iterator[Mistyped]:
    one, other = _FAMILY.get(left, ""), _FAMILY.get(right, "")
    if one and other and (one != other or one == "json"):
        yield Mistyped(part, f"there is no operator {left} {symbol} {right}")
