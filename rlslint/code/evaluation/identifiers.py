"""Names that are written as members of enumerations: `Doc::TenantId`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rlslint import Pattern
from rlslint.code.evaluation.built import Built, Scripts
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Items, Unknown, Value
from rlslint.code.evaluation.wording import words
from rlslint.code.schemas import Identifiers

_MEMBER = Pattern(r"(?:.*\.)?([A-Z]\w*)\.([A-Z]\w*)")
_WORDS = Pattern(r"[A-Z]+(?![a-z])|[A-Z][a-z\d]*|[a-z\d]+")


def names_told(identifiers: Identifiers, files: Iterable[bytes]) -> dict[str, str]:
    """Return the names that enumerations of a program say themselves, by `Doc.TenantId`."""
    found: dict[str, str] = {}
    block = re.compile(identifiers.block.encode(), re.DOTALL)
    member, heading = (re.compile(p.encode()) for p in (identifiers.member, identifiers.heading))
    for data in files:
        for each in heading.finditer(data):
            found[f"{each[2].decode()}.{identifiers.whole}"] = each[1].decode("utf-8", "replace")
        for each in block.finditer(data):
            owner = (each[1] or each[3]).decode()
            for told in member.finditer(each[2] or each[4] or b""):
                label, own = (told[2], told[1]) if told[2] else (told[3], told[4])
                found[f"{owner}.{label.decode()}"] = own.decode("utf-8", "replace")
    return found


def identified(scripts: Scripts, value: Value, place: Origin) -> Value:
    """Return the name that a value stands for as a string, any other value as it is."""
    identifiers = scripts.framework.identifiers if scripts.framework is not None else None
    if identifiers is None:
        return value
    match value:
        case Items(values):
            return Items(tuple([identified(scripts, each, place) for each in values]))
        case Built(call=call) if call.path in identifiers.makers and call.arguments:
            return call.arguments[0]
        case Built():
            return value
        case Unknown(path=path) if (found := _MEMBER().fullmatch(path)) is not None:
            known = scripts.names.get(f"{found[1]}.{found[2]}")
            last = found[1] if found[2] == identifiers.whole else found[2]
            own = known if known is not None else "_".join(_WORDS().findall(last)).lower()
            return Written(words(own, place))
        case _:
            return value
