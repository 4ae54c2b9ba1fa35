"""What functions were seen to send to which session, in the order in which they send it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from rlslint import NamedTuple, Pattern
from rlslint.code.evaluation.builtins import Origin, as_constant
from rlslint.code.evaluation.strings import (
    Fragment,
    Placeholder,
    Written,
    as_text,
    with_placeholders,
)
from rlslint.code.evaluation.values import FollowedSession, Value
from rlslint.code.libraries import ConnectionFacts, Library
from rlslint.code.sites import (
    Caught,
    CodeEvent,
    CodeEventKind,
    Driver,
    Hook,
    Lifetime,
    Runs,
    SqlSite,
    TransactionScope,
)
from rlslint.text import Span, Text

_OPENS = Pattern(r"(?:^|;)\s*(?:BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)
_CLOSES = Pattern(r"(?:^|;)\s*(COMMIT|END|ROLLBACK(?!\s+TO|\s+WORK\s+TO))\b", re.IGNORECASE)
_SETTING_BEFORE = Pattern(
    rb"(?i)\b(?:set_config\s*\(\s*'?|set\s+(?:(?:local|session)\s+)?)[\w.\"]*$"
)
_SCOPE_BEFORE = Pattern(rb"(?i)\bset_config\s*\([^()]*,[^()]*,\s*$")
_LITERAL = Pattern(r"'[^']*'|true|false")
_STYLES = {"?": "?:", ":": ":?$%", "@": "@:$", "{": "{@", "%": "%", "$": "$"}

_SCOPES = {
    True: TransactionScope.transaction,
    False: TransactionScope.autocommit,
    None: TransactionScope.unknown,
}


class Surroundings(NamedTuple):
    """Where the program is when it takes a step.

    `path` and `function` say which function is followed, `depth` how many calls below it the step
    is taken. `instead_of` is the first of the steps that a handler runs in place of, -1 for others,
    and `is_chosen` tells that a test decides whether the program gets here.
    """

    path: str
    function: str
    hook: Hook | None
    cleanup: bool
    depth: int
    instead_of: int = -1
    is_chosen: bool = False


class _Noted(NamedTuple):
    kind: CodeEventKind
    situation: Surroundings
    session: FollowedSession | None
    place: Origin
    site: SqlSite | None
    origin: tuple[str, int] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the callers of the function decide what its SQL comes to."""
        if self.site is None:
            return False
        if self.site.lifetime.pooled is None and not self.situation.depth:
            return True
        is_inside = self.site.scope is TransactionScope.transaction
        surrounds = self.session is not None and self.session.is_surrounding
        return not is_inside and (surrounds or not self.situation.depth)


class Recorder:
    """Collects the steps of the functions of a program."""

    def __init__(self) -> None:
        self._noted: list[_Noted] = []
        self._caught: dict[int, Caught | None] = {}
        self._texts: dict[tuple[object, ...], Text] = {}
        self.wrapped: set[tuple[str, str]] = set()
        """Functions, with their files, that put what waits to be sent into a transaction."""

    @property
    def position(self) -> int:
        """How many steps were noted."""
        return len(self._noted)

    def forget(self, first: int) -> None:
        """Forget the steps from a number on, which were only followed to learn of values."""
        del self._noted[first:]

    def caught(self, first: int, last: int, handler: Origin | None) -> None:
        """Take note that a handler takes the errors of some steps, unless another one did."""
        found = Caught(_span(_first_line(handler)), self.position) if handler is not None else None
        for number in range(first, last):
            self._caught.setdefault(number, found)

    def step(
        self,
        kind: CodeEventKind,
        session: FollowedSession | None,
        place: Origin,
        situation: Surroundings,
    ) -> None:
        """Note a step that is no SQL."""
        self._noted.append(_Noted(kind, situation, session, place, None))

    def executed(
        self,
        sql: Written,
        session: FollowedSession,
        library: Library | None,
        facts: ConnectionFacts,
        values: Sequence[Value],
        place: Origin,
        situation: Surroundings,
        named: Mapping[str, Value] = MappingProxyType({}),
    ) -> None:
        """Note that SQL is sent, and what it does to the transaction of its session."""
        if not sql.fragments:
            return
        placed = placed_values(sql, library, values, named)
        command = transaction_command(placed.text)
        if command is CodeEventKind.begin and not session.is_pool:
            session.transaction = True
        text = self._texts.setdefault(placed.key, as_text(placed))
        driver = Driver(library.name, facts.binds_on_server) if library is not None else None
        site = SqlSite(
            text,
            Span(text, 0, len(text.data)),
            Runs.yes,
            driver,
            session.name,
            _SCOPES[session.transaction],
            situation.function,
            lifetime=Lifetime(
                session.pooled,
                None if library is None or session.replaces_reset else facts.pool_resets,
            ),
            is_surrounding=session.is_surrounding,
        )
        kind = command or CodeEventKind.execute
        first = placed.fragments[0]
        origin = first.source.path, first.start
        self._noted.append(_Noted(kind, situation, session, place, site, origin))
        ends = command in (CodeEventKind.commit, CodeEventKind.rollback)
        if ends and not session.is_pool and not situation.cleanup:
            session.transaction = session.between

    def open_functions(self, tells: Callable[[bytes], bool]) -> set[tuple[str, str]]:
        """Return the functions whose callers decide what the settings that they make come to.

        Each with its file. `tells` whether SQL says something about sessions.
        """
        return {
            (noted.situation.path, noted.situation.function)
            for noted in self._noted
            if noted.is_open and noted.site is not None and tells(noted.site.text.data)
        }

    def finished(
        self,
        perhaps_begun: frozenset[tuple[str, str]],
        hooked: Mapping[tuple[str, str], Hook],
    ) -> dict[str, tuple[tuple[SqlSite, ...], tuple[CodeEvent, ...]]]:
        """Return the SQL and the steps, by the file of the function that is followed.

        Where one of the functions `perhaps_begun` begins, its callers may be in a transaction. A
        pool calls those that are `hooked`, with a connection that it keeps.
        A string belongs to the function that sends it; where only functions that it is passed to
        do, to those that pass it. So it does where only they tell which setting it makes.
        """
        noted = self._noted
        perhaps_begun |= self.wrapped
        sent = {each.origin for each in noted if not each.situation.depth}
        undecided = {
            each.origin
            for each in noted
            if not each.situation.depth and each.site and not _tells_setting(each.site.text)
        }
        sites: dict[str, dict[int, SqlSite]] = {}
        events: dict[str, list[CodeEvent]] = {}
        for number, (kind, situation, session, place, site, origin) in enumerate(noted):
            path, function, hook, cleanup, depth, instead_of, is_chosen = situation
            own = site is None or not depth or origin not in sent
            if site is not None and origin in undecided:
                own = own or _tells_setting(site.text)
            name = session.name if session is not None else ""
            span = _span(place) if site is None else site.span
            hook = hook or hooked.get((path, function))
            if site is not None:
                site = site._replace(connection=name)
                if hook is not None and site.lifetime.pooled is None:
                    site = site._replace(lifetime=site.lifetime._replace(pooled=True))
                is_outside = site.scope is TransactionScope.autocommit
                surrounds = session is not None and session.is_surrounding
                if is_outside and surrounds and (path, function) in perhaps_begun:
                    site = site._replace(scope=TransactionScope.unknown)
                if own:
                    sites.setdefault(path, {}).setdefault(id(site.text), site)
            event = CodeEvent(
                *(kind, function, name, span, site, hook, cleanup, own, number),
                self._caught.get(number),
                instead_of,
                is_chosen,
            )
            events.setdefault(path, []).append(event)
        return {
            path: (tuple(sites.get(path, {}).values()), tuple(steps))
            for path, steps in events.items()
        }


def _tells_setting(text: Text) -> bool:
    """Tell whether it is known which settings a statement makes, and for how long."""
    for hole in text.holes:
        before = text.data[: hole.start]
        decides = _SETTING_BEFORE().search(before) or _SCOPE_BEFORE().search(before)
        if decides and _LITERAL().fullmatch(hole.source) is None:
            return False
    return True


def placed_values(
    sql: Written,
    library: Library | None,
    values: Sequence[Value],
    named: Mapping[str, Value] = MappingProxyType({}),
) -> Written:
    """Return SQL with gaps where values are passed for its placeholders, some of them `named`."""
    parameter = library.parameter if library is not None else "$1"
    styles = _STYLES.get(parameter[:1], "$?:@")
    if not values:
        # Without values, a percent sign is left as it is.
        styles = styles.replace("%", "")

    wanted = 0

    def counted(mark: Placeholder) -> str:
        nonlocal wanted
        wanted = max(wanted, mark.number + 1)
        return ""

    with_placeholders(sql, styles, counted)
    # Some take a label or a type before the values.
    values = values[max(0, len(values) - wanted) :]

    def source_of(mark: Placeholder) -> str:
        if mark.name:
            return as_constant(named.get(mark.name))
        known = mark.number < len(values)
        return as_constant(values[mark.number]) if known else ""

    return with_placeholders(sql, styles, source_of)


def transaction_command(text: str) -> CodeEventKind | None:
    """Return what the last statement about transactions in a string does, None without any."""
    found: list[tuple[int, CodeEventKind]] = [
        (each.start(), CodeEventKind.begin) for each in _OPENS().finditer(text)
    ]
    for each in _CLOSES().finditer(text):
        rolls_back = each[1].upper().startswith("ROLLBACK")
        found.append((each.start(), CodeEventKind.rollback if rolls_back else CodeEventKind.commit))
    return max(found, default=(0, None), key=lambda pair: pair[0])[1]


def _span(place: Origin) -> Span:
    written = _only(place)
    text = as_text(written)
    return Span(text, 0, len(text.data))


def _first_line(place: Origin) -> Origin:
    source, start, end = place
    line = source.data.find(b"\n", start, end)
    return Origin(source, start, end if line < 0 else line)


def _only(place: Origin) -> Written:
    source, start, end = place
    return Written((Fragment(source.slice(start, end), source, start, end),))
