"""Row security that a program makes itself, when it starts or is set up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from rlslint import NamedTuple, Pattern
from rlslint.code.form import Function
from rlslint.code.sites import SqlSite

_MAKES = Pattern(rb"create\s+policy|(?:enable|force)\s+row\s+level\s+security", re.IGNORECASE)

_OF_ITS_OWN = Pattern(
    rb"create\s+(?:\w+\s+)?table\s+(?!if\s+not\s+exists)|drop\s+(?:table|schema|database)\s",
    re.IGNORECASE,
)


class StartUp(NamedTuple):
    """What a program runs that makes row security; `told` is all of which is known what it is."""

    sites: tuple[SqlSite, ...] = ()
    told: tuple[SqlSite, ...] = ()


def started_by(runs: Iterable[Sequence[SqlSite]]) -> StartUp:
    """Return what the runs of a program make; what is for tables of its callers is left out."""
    told = [run for run in runs if not any(_makes(site) and site.text.holes for site in run)]
    making = [run for run in told if any(map(_makes, run))]
    return StartUp(tuple(chain.from_iterable(making)), tuple(chain.from_iterable(told)))


def needs_no_history(sites: Iterable[SqlSite]) -> bool:
    """Tell whether a program makes or drops tables whatever there is, as an example does."""
    return any(_OF_ITS_OWN().search(site.text.data) for site in sites)


def is_called(function: Function, functions: Iterable[Function], source: bytes) -> bool:
    """Tell whether a file calls one of its functions by its name anywhere.

    Where a function is defined, its name stands once as if it were called.
    """
    uses = re.compile(rb"(?<!\w)%s\s*\(" % re.escape(function.name.encode()))
    defined = {
        use.start()
        for each in functions
        if each.name == function.name
        if (use := uses.search(source, each.start, each.end)) is not None
    }
    return any(use.start() not in defined for use in uses.finditer(source))


def _makes(site: SqlSite) -> bool:
    return _MAKES().search(site.text.data) is not None
