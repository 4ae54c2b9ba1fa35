"""Which indexes only serve conditions that policies come before.

PostgreSQL asks a policy before every condition that is not LEAKPROOF, so such a one is checked row
by row and never looked up in an index (restrictinfo.c, restriction_is_securely_promotable).
"""

from __future__ import annotations

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Index
from rlslint.sql.expressions import Call, Expr, Operator

LEAKPROOF_CALLS = frozenset(
    ("bpchar_larger", "bpchar_smaller", "bytea_larger", "bytea_smaller", "coalesce", "crc32",
     "crc32c", "greatest", "least", "macaddr8", "md5", "nullif", "sha224", "sha256", "sha384",
     "sha512", "text_larger", "text_smaller", "uuid_extract_timestamp", "uuid_extract_version")
)  # fmt: skip
"""PostgreSQL's functions that are LEAKPROOF (pg_proc.proleakproof), or no functions at all."""

_PARTS_OF_DOCUMENTS = frozenset(("->", "->>", "#>", "#>>"))


def why_not_leakproof(index: Index) -> str:
    """Return why no condition that an index serves is LEAKPROOF, "" where one may be.

    All operators of GIN's operator classes leak. A B-tree on a column serves `=`, which of most
    types does not, and sorts.
    """
    if index.method == "gin":
        return "no operator of GIN indexes is LEAKPROOF"
    if index.columns[:1] == (0,) and index.expressions:
        for part in index.expressions[0].expression.walk():
            if leaking := _leaking(part):
                return f"{leaking} is not LEAKPROOF"
    return ""


def _leaking(part: Expr) -> str:
    match part:
        case Call(name, _) if isinstance(part.function, Function):
            return "" if part.function.leakproof else f"{name[-1]}()"
        case Call(name, _) if not part.unknown and name[-1] not in LEAKPROOF_CALLS:
            return f"{name[-1]}()"
        case Operator(symbol, _, _) if symbol in _PARTS_OF_DOCUMENTS:
            return symbol
        case _:
            return ""
