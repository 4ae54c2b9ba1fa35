"""A run beside an earlier one: which of its findings are new, and what is left of a baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from rlslint import NamedTuple
from rlslint.config.baseline import Entry
from rlslint.project import Finding, NotChecked
from rlslint.reports import ReportedFinding, reported
from rlslint.rules import rule_names
from rlslint.rules.baselines import (
    Before,
    Earlier,
    EntryUse,
    compare,
    difference,
    identity,
    under_present_names,
)


class Run(NamedTuple):
    """What a run has found, before any of it is compared.

    `elsewhere` are findings in files that the user did not name, `all_of_it` all findings, whatever
    lets them stand; one may be among them twice. `enabled` are the rules that were asked;
    `unchecked` is what they could not judge, and `is_whole` tells that all was read of which a
    baseline may tell.
    """

    shown: list[ReportedFinding]
    elsewhere: list[ReportedFinding]
    all_of_it: Iterable[Finding]
    enabled: frozenset[str]
    unchecked: Iterable[NotChecked]
    is_whole: bool


def compared(
    run: Run,
    before: Before,
    names: Mapping[str, str],
    is_shown: Callable[[ReportedFinding], bool],
    judged: Callable[[list[EntryUse]], list[Finding]],
) -> tuple[list[ReportedFinding], list[ReportedFinding], Earlier]:
    """Return the new findings of a run, those elsewhere, and what came of comparing.

    `names` tell how objects are called now that were called otherwise.
    `judged` returns the findings about entries of the baseline of which nothing is found any more.
    """
    everything = [*run.shown, *run.elsewhere]
    identities = [identity(one.finding, one.severity) for one in everything]
    entries = under_present_names(before.entries, names)
    state = under_present_names(before.state, names)
    count = len(run.shown) if run.elsewhere else 0
    known, found = compare(identities, entries, before.today, count)
    can_tell = _telling(run)
    left = tuple(
        rest if can_tell(entry) else entry for entry, rest in zip(entries, found, strict=True)
    )
    ends = zip(before.entries, left, strict=True)
    stale = [EntryUse(entry) for entry, rest in ends if rest is None and before.tells_stale]
    hygiene = [reported(one) for one in judged(stale)] if stale else []
    everything += hygiene
    identities += [identity(one.finding, one.severity) for one in hygiene]
    same, _ = compare(identities, state, before.today, count)
    are_shown = [is_shown(one) for one in everything]
    named = {*range(len(run.shown)), *range(len(run.shown) + len(run.elsewhere), len(everything))}
    visible = {number for number in named if are_shown[number]}
    alike = {id(one): one for one in run.all_of_it}
    raw = Counter(identity(one, reported(one).severity).key for one in alike.values())
    raw.update(one.key for one in identities[len(identities) - len(hygiene) :])
    earlier = Earlier(
        tuple(zip(identities, are_shown, strict=True)),
        tuple(identities[number] for number in sorted(visible - same)),
        raw,
        left,
        len(visible & known),
        len((visible & same) - known),
        run.is_whole,
        names=names,
    )
    old = known | same
    differences = [
        difference(identities[number], (*state, *entries)) for number in sorted(visible - old)
    ]
    earlier = earlier._replace(differences=tuple(filter(None, differences)))
    new = [everything[number] for number in sorted(named - old)]
    elsewhere = [
        one for number, one in enumerate(everything) if number not in named and number not in old
    ]
    return new, elsewhere, earlier


def _telling(run: Run) -> Callable[[Entry], bool]:
    """Return what tells of an entry whether this run would have found what it is about."""
    unjudged: set[tuple[str, str]] = set()
    for item in run.unchecked:
        unjudged.update((rule, item.object) for rule in item.rules or ("",))
    known = frozenset(rule_names())

    def can_tell(entry: Entry) -> bool:
        if entry.rule not in known:
            return True
        places = ((entry.rule, entry.object), ("", entry.object))
        return run.is_whole and entry.rule in run.enabled and unjudged.isdisjoint(places)

    return can_tell
