"""Which function a call means: overloads, and PostgreSQL's own (manual: 10.3, Functions)."""

from __future__ import annotations

from rlslint import NamedTuple, Pattern
from rlslint.catalog import Catalog
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.types import POLYMORPHIC, type_of
from rlslint.sql.expressions import Constant, Expr, Other
from rlslint.text.budget import OVERLOADS_COMPARED

_NUMBER = Pattern(r"[0-9.][0-9.eE+-]*")

LITERAL = "unknown"
"""The type of a quoted literal and of NULL, which take that of what they stand for."""

_Signature = tuple[str, ...]
_Candidates = dict[_Signature, "Function | None"]

_SEVERAL = Function(0, "", "", "", None)
"""Stands for functions of one schema between which PostgreSQL cannot choose."""


class Given(NamedTuple):
    """What a call hands over: types, "" for one that is not known, and the names of the last ones.

    `spread` tells that the last one is an array behind VARIADIC.
    """

    types: tuple[str, ...]
    names: tuple[str, ...] = ()
    spread: bool = False


_BUILT_IN = {
    name: tuple(tuple(form.split()) for form in forms.split(";"))
    for name, forms in {
        "abs": "float4; float8; int2; int4; int8; numeric",
        "age": "timestamp; timestamp timestamp; timestamptz; timestamptz timestamptz; xid",
        "ascii": "text",
        "btrim": "bytea bytea; text; text text",
        "char_length": "bpchar; text",
        "chr": "int4",
        "clock_timestamp": "",
        "current_database": "",
        "current_schema": "",
        "current_setting": "text; text bool",
        "date_part": "text date; text interval; text time; text timestamp; text timestamptz",
        "date_trunc": "text interval; text timestamp; text timestamptz; text timestamptz text",
        "encode": "bytea text",
        "gen_random_uuid": "",
        "inet_client_addr": "",
        "initcap": "text",
        "isfinite": "date; interval; timestamp; timestamptz",
        "left": "text int4",
        "length": "bit; bpchar; bytea; bytea name; lseg; path; text; tsvector",
        "lower": "anymultirange; anyrange; text",
        "lpad": "text int4; text int4 text",
        "ltrim": "bytea bytea; text; text text",
        "md5": "bytea; text",
        "now": "",
        "pg_backend_pid": "",
        "quote_ident": "text",
        "random": "; int4 int4; int8 int8; numeric numeric",
        "regexp_replace": "text text text; text text text text",
        "repeat": "text int4",
        "replace": "text text text",
        "reverse": "bytea; text",
        "right": "text int4",
        "round": "float8; numeric; numeric int4",
        "rtrim": "bytea bytea; text; text text",
        "set_config": "text text bool",
        "split_part": "text text int4",
        "starts_with": "text text",
        "statement_timestamp": "",
        "string_to_array": "text text; text text text",
        "strpos": "text text",
        "substr": "bytea int4; bytea int4 int4; text int4; text int4 int4",
        "substring": "bytea int4; bytea int4 int4; text int4; text int4 int4; text text",
        "to_date": "text text",
        "to_number": "text text",
        "to_timestamp": "float8; text text",
        "transaction_timestamp": "",
        "translate": "text text text",
        "txid_current": "",
        "upper": "anymultirange; anyrange; text",
        "version": "",
    }.items()
}
"""What pg_proc of PostgreSQL 18 has under names that histories are likely to use again."""

_IMPLICIT = {
    given: frozenset(into.split())
    for given, into in (
        ("bpchar", "name text varchar"),
        ("date", "timestamp timestamptz"),
        ("float4", "float8"),
        ("int2", "float4 float8 int4 int8 numeric oid regclass"),
        ("int4", "float4 float8 int8 numeric oid regclass"),
        ("int8", "float4 float8 numeric oid regclass"),
        ("name", "text"),
        ("numeric", "float4 float8"),
        ("oid", "regclass"),
        ("regclass", "oid"),
        ("text", "bpchar name regclass varchar"),
        ("time", "interval timetz"),
        ("timestamp", "timestamptz"),
        ("varchar", "bpchar name regclass text"),
        *((alone, "") for alone in ("bool", "bytea", "inet", "interval", "json", "jsonb", "uuid")),
        *((alone, "") for alone in ("bit", "lseg", "path", "timestamptz", "timetz", "tsvector")),
    )
}
"""Into which types PostgreSQL makes values of a type without being told (pg_cast, castcontext)."""


def is_built_in_type(name: str) -> bool:
    """Tell whether a type, or an array of it, is one of PostgreSQL's own that is known here."""
    return name in _IMPLICIT or name.partition("[")[0] in _IMPLICIT


_FAMILIES = (
    frozenset(("float4", "float8", "int2", "int4", "int8", "numeric")),
    frozenset(("bpchar", "name", "text", "varchar")),
    frozenset(("date", "timestamp", "timestamptz")),
    *(frozenset((alone,)) for alone in ("bool", "bytea", "json", "jsonb", "uuid")),
)


def are_never_compared(one: str, other: str) -> bool:
    """Tell whether PostgreSQL surely has no `=` for two types."""
    families = [[f for f in _FAMILIES if type_ in f] for type_ in (one, other)]
    return all(families) and families[0] != families[1]


_STRINGS = frozenset(("bpchar", "name", "text", "varchar"))
_PREFERRED = {
    **dict.fromkeys(_STRINGS, "text"),
    **dict.fromkeys(("float4", "float8", "int2", "int4", "int8", "numeric"), "float8"),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), "timestamptz"),
    **dict.fromkeys(("interval", "time", "timetz"), "interval"),
}
"""Which type of its category PostgreSQL prefers (pg_type, typispreferred)."""


def find_function(
    catalog: Catalog, search_path: tuple[str, ...], name: tuple[str, ...], given: Given
) -> tuple[Function | None, bool]:
    """Return the function of the history that a call means, and whether several could be meant."""
    if not _is_of_history(catalog, search_path, name):
        return None, False
    schemas = (name[-2],) if len(name) > 1 else without_temporary(search_path)
    names, last = catalog.function_names, name[-1]
    if len(name) == 1 and "pg_catalog" not in schemas:
        schemas = ("pg_catalog", *schemas)
    found: _Candidates = {}
    for schema in schemas:
        here: dict[_Signature, tuple[int, Function | None]] = {}
        if schema == "pg_catalog":
            built_in = _BUILT_IN.get(last, ())
            here.update((signature, (0, None)) for signature in built_in)
        for function in names.get((schema, last), ()):
            signature, cost = _signature_for(function, given)
            if signature is not None:
                known = here.get(signature)
                if known is None or cost < known[0]:
                    here[signature] = cost, function
                elif cost == known[0]:
                    here[signature] = cost, _SEVERAL
        for signature, (_, meant) in here.items():
            if len(signature) == len(given.types):
                found.setdefault(signature, meant)
    return _chosen(found, given.types)


def _signature_for(function: Function, given: Given) -> tuple[_Signature | None, int]:
    """Return the types of what a call hands over as a function takes them, None if it does not.

    One that takes them as an array, or has defaults for others, is chosen after others alike.
    """
    types, count = function.argument_types, len(given.types)
    if given.names:
        return _named_signature(function, given), 0
    if function.variadic and not given.spread and count >= len(types):
        element = "anyelement" if types[-1] == "anyarray" else types[-1].removesuffix("[]")
        return (*types[:-1], *(element,) * (count - len(types) + 1)), 1
    if count == len(types):
        return types, 0
    if len(types) - function.default_count <= count < len(types):
        return types[:count], 0
    return None, 0


def _named_signature(function: Function, given: Given) -> _Signature | None:
    types, names = function.argument_types, function.argument_names
    positional = len(given.types) - len(given.names)
    places = [*range(positional)]
    for name in given.names:
        if name not in names[positional:]:
            return None
        places.append(names.index(name, positional))
    needed = set(range(len(types) - function.default_count))
    if positional > len(types) or not needed <= set(places):
        return None
    return tuple(types[place] for place in places)


def without_temporary(search_path: tuple[str, ...]) -> tuple[str, ...]:
    """Return where functions are looked for: never among temporary ones (manual: search_path)."""
    if "pg_temp" in search_path:
        return tuple(schema for schema in search_path if schema != "pg_temp")
    return search_path


def find_called(
    catalog: Catalog,
    search_path: tuple[str, ...],
    name: tuple[str, ...],
    arguments: tuple[Expr, ...],
    own: Relation | None,
) -> tuple[Function | None, bool]:
    """Return the function of the history that a bound call means; see `find_function`.

    `own` is the relation whose row the arguments may name.
    """
    if not _is_of_history(catalog, search_path, name):
        return None, False
    return find_function(catalog, search_path, name, given_types(arguments, own))


def _is_of_history(catalog: Catalog, search_path: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Tell whether the history has a function of this name, as few of those called are."""
    names, last = catalog.function_names, name[-1]
    if len(name) > 1:
        return (name[-2], last) in names
    for schema in without_temporary(search_path):  # noqa: SIM110 (any() takes twice as long)
        if (schema, last) in names:
            return True
    return False


def given_types(arguments: tuple[Expr, ...], own: Relation | None) -> Given:
    """Return what a bound call hands over; `own` is the relation whose row it may name."""
    types: list[str] = []
    names: list[str] = []
    spread = False
    for argument in arguments:
        match argument:
            case Other("NamedArgExpr", (value,)):
                names.append(argument.detail)
                types.append(type_of_argument(value, own))
            case Other("VariadicArgument", (value,)):
                spread = True
                types.append(type_of_argument(value, own))
            case _:
                types.append(type_of_argument(argument, own))
    return Given(tuple(types), tuple(names), spread)


def type_of_argument(argument: Expr, own: Relation | None) -> str:
    """Return the type of an argument, LITERAL for what has none yet, "" where it is not known."""
    match argument:
        case Constant(None):
            return LITERAL
        case Constant(str() as value):
            # Numbers that are no integers of four bytes are kept as text too.
            is_small = value.isdigit() and len(value) < 10
            return LITERAL if is_small or not _NUMBER().fullmatch(value) else ""
        case _:
            return type_of(argument, own)


def _chosen(found: _Candidates, types: tuple[str, ...]) -> tuple[Function | None, bool]:
    if types in found:
        fitting = [types]
    else:
        if len(found) > OVERLOADS_COMPARED:
            return None, True
        fitting = [s for s in found if all(map(_accepts, s, types))]
        if len(fitting) > 1 and "" not in types:
            fitting = _best(fitting, types)
    meant = {found[signature] for signature in fitting}
    if len(meant) == 1 and _SEVERAL not in meant:
        return meant.pop(), False
    return None, bool(meant) or any(function is not None for function in found.values())


def may_take(parameter: str, argument: Expr | None, own: Relation | None) -> bool:
    """Tell whether an argument may be of a type; "" stands for none at all."""
    if argument is None or not parameter:
        return argument is None and not parameter
    return _accepts(parameter, type_of_argument(argument, own))


def may_be_one_type(one: str, other: str) -> bool:
    """Tell whether two spellings may be of one type: of PostgreSQL's own that is certain."""
    one, other = one.rpartition(".")[2], other.rpartition(".")[2]
    return one == other or one not in _IMPLICIT or other not in _IMPLICIT


def _accepts(parameter: str, given: str) -> bool:
    if given in ("", LITERAL, parameter):
        return True
    if parameter in POLYMORPHIC:
        return given not in _IMPLICIT or not ("array" in parameter or "range" in parameter)
    if given in _IMPLICIT and parameter in _IMPLICIT:
        return parameter in _IMPLICIT[given]
    # What a domain, an enum or a type of an extension takes and gives is not known.
    return given.endswith("[]") == parameter.endswith("[]")


def _best(signatures: list[_Signature], types: tuple[str, ...]) -> list[_Signature]:
    """Choose as PostgreSQL does where several would do (func_select_candidate)."""

    def matching(signature: _Signature) -> int:
        return sum(map(str.__eq__, signature, types))

    def preferred(signature: _Signature) -> int:
        pairs = zip(signature, types, strict=False)
        return sum(own == given or own == _PREFERRED.get(given) for own, given in pairs)

    def of_strings(signature: _Signature) -> int:
        pairs = zip(signature, types, strict=False)
        return sum(own in _STRINGS for own, given in pairs if given == LITERAL)

    def preferred_strings(signature: _Signature) -> int:
        pairs = zip(signature, types, strict=False)
        return sum(own == "text" for own, given in pairs if given == LITERAL)

    for worth in (matching, preferred, of_strings, preferred_strings):
        most = max(map(worth, signatures))
        signatures = [signature for signature in signatures if worth(signature) == most]
    return signatures
