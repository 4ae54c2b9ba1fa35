"""What every run says at its end: what was found, what was checked and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint.config import Severity
from rlslint.project import NotChecked
from rlslint.reports import Checked, Database, Result, place
from rlslint.text.display import printable
from rlslint.text.sentences import counted

if TYPE_CHECKING:
    from rlslint.rules.baselines import Earlier

_NAMED_DATABASES = 3
_NAMED_FILES = 3
_MOST_DIFFERENCES = 5


def closing_lines(result: Result) -> Iterator[str]:
    """Yield the sentences that end a run."""
    if not (result.errors or result.not_checked or _has_sql(result.checked)):
        yield "No SQL was found."
    if result.uses_row_security is False:
        yield _without_row_security(result)
    elif result.unread:
        yield _elsewhere(result)
    if result.findings or any(result.checked):
        yield found_sentence(result)
    yield checked_sentence(result)
    if result.earlier is not None:
        yield from _earlier_sentences(result.earlier, len(result.findings))
    if result.elsewhere:
        verb = "stands" if result.elsewhere == 1 else "stand"
        yield f"{counted(result.elsewhere, 'finding')} {verb} in files that were not named."
    hidden = {severity: count for severity, count in result.hidden.items() if count}
    if hidden:
        total = counted(sum(hidden.values()), "finding")
        parts = _listed([_severity(severity, hidden[severity]) for severity in _gravest(hidden)])
        yield (
            f"Not shown: {total} ({parts}); "
            f"lower --min-severity or --min-confidence to see "
            f"{'it' if sum(hidden.values()) == 1 else 'them'}."
        )


def _earlier_sentences(earlier: Earlier, new: int) -> Iterator[str]:
    """Say what was not reported since it was there before, and why other things were."""
    yield from earlier.differences[:_MOST_DIFFERENCES]
    more = len(earlier.differences) - _MOST_DIFFERENCES
    if more > 0:
        verb = "was" if more == 1 else "were"
        yield f"{counted(more, 'more finding')} {verb} there before in another form."
    if earlier.hidden:
        verb = "is" if earlier.hidden == 1 else "are"
        yield f"{counted(earlier.hidden, 'finding')} of the baseline {verb} not shown."
    if earlier.since:
        yield (
            f"Since {earlier.since}: {counted(new, 'new finding')}, {earlier.mended} mended, "
            f"{earlier.unchanged} as before (not shown)."
        )


def found_sentence(result: Result) -> str:
    """Return `Found 3 errors and 2 warnings.`, or that nothing was found.

    Without findings it says so of the project only where nothing was left unread or unjudged.
    """
    counts = Counter(reported.severity for reported in result.findings)
    if not counts:
        if result.earlier is not None and (result.earlier.hidden or result.earlier.since):
            return "No new findings."
        if result.errors or result.not_checked:
            return "Nothing was found in what could be checked."
        is_whole = not (result.is_part or result.elsewhere)
        return "No findings." if is_whole else "Nothing was found in what was named."
    parts = [_severity(severity, counts[severity]) for severity in _gravest(counts)]
    return f"Found {_listed(parts)}."


def checked_sentence(result: Result) -> str:
    """Return what was checked and, in the same breath, what was not."""
    checked = ", ".join(_checked(result.checked, result.databases)) or "nothing"
    groups = Counter((item.kind, item.reason) for item in set(map(_subject, result.not_checked)))
    checked = printable(checked)
    if not groups:
        return f"Checked {checked}."
    parts = ", ".join(
        f"{counted(count, kind)} {reason}" for (kind, reason), count in sorted(groups.items())
    )
    verb = "them" if sum(groups.values()) > 1 else "it"
    listing = f"(--show-unchecked lists {verb})"
    return f"Checked {checked}. Not checked: {printable(parts)} {listing}."


def unchecked_lines(result: Result) -> Iterator[str]:
    """Yield one line per thing that was not checked, for --show-unchecked."""
    for item in result.not_checked:
        found = place(item.span) if item.span is not None else None
        where = f"{found}: " if found is not None else ""
        by = f" (by {', '.join(item.rules)})" if item.rules else ""
        yield printable(f"{where}{item.kind} {item.object} {item.reason}{by}".strip())


def statistics(result: Result) -> Iterator[str]:
    """Yield a line per rule with its number of findings, the most frequent first."""
    counts = Counter((reported.code, reported.name) for reported in result.findings)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    digits = max((len(str(count)) for count in counts.values()), default=0)
    codes = max((len(code) for code, _ in counts), default=0)
    for (code, name), count in ordered:
        yield f"{count:>{digits}}  {code:<{codes}}  {name}"


def statistics_as_json(result: Result) -> Iterator[str]:
    """Yield one JSON array with an object per rule, in the same order."""
    import json

    counts = Counter(reported.code for reported in result.findings)
    firsts = {reported.code: reported for reported in reversed(result.findings)}
    gravest: dict[str, Severity] = {}
    for reported in result.findings:
        gravest[reported.code] = max(gravest.get(reported.code, Severity.info), reported.severity)
    yield json.dumps(
        [
            {
                "code": code,
                "name": firsts[code].name,
                "severity": gravest[code].name,
                "count": count,
            }
            for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ],
        indent=2,
    )


def _has_sql(checked: Checked) -> bool:
    return any((checked.databases, checked.migrations, checked.scripts, checked.code_files))


def _subject(item: NotChecked) -> NotChecked:
    return item._replace(rules=())


def _without_row_security(result: Result) -> str:
    if not result.databases:
        subject = "What was read" if result.is_part else "This project"
        return (
            f"{subject} uses row security nowhere: "
            "no policy is created and no table enables row security."
        )
    names = _listed([database.name for database in result.databases])
    verb = "use" if len(result.databases) > 1 else "uses"
    return printable(
        f"{names} {verb} row security nowhere: "
        "no table has a policy and no table has row security enabled."
    )


def _elsewhere(result: Result) -> str:
    """Return which files make row security, or use it, in a form that is not read."""
    named, more = result.unread[:_NAMED_FILES], result.unread[_NAMED_FILES:]
    files = _listed([*named, counted(len(more), "more file")] if more else list(named))
    verb = "use" if len(result.unread) > 1 else "uses"
    return printable(f"{files} {verb} row security in a form that is not read.")


def _checked(checked: Checked, databases: tuple[Database, ...]) -> Iterator[str]:
    if databases:
        policies = counted(checked.policies, "policy")
        yield f"{counted(checked.tables, 'table')} with {policies} in {_databases(databases)}"
    if checked.migrations or checked.statements:
        statements = counted(checked.statements, "statement")
        yield f"{counted(checked.migrations, 'migration')} ({statements})"
    if checked.scripts:
        yield f"{counted(checked.scripts, 'script')} beside them"
    if checked.queries or checked.code_files:
        files = counted(checked.code_files, "file")
        queries = counted(checked.queries, "query") if checked.queries else "no queries"
        yield f"{queries} in {files}"
    if checked.settings_files:
        yield counted(checked.settings_files, "settings file")


def _databases(databases: tuple[Database, ...]) -> str:
    if len(databases) > _NAMED_DATABASES:
        return counted(len(databases), "database")
    return _listed(
        # A distributor's addition ("15.4 (Debian 15.4-1)") is not shown here.
        [f"{name} (PostgreSQL {version.split()[0]}) as {role}" for name, version, role in databases]
    )


def _severity(severity: Severity, count: int) -> str:
    if severity is Severity.info:
        return f"{count} info"
    return counted(count, severity.name)


def _gravest(counts: dict[Severity, int] | Counter[Severity]) -> list[Severity]:
    return sorted(counts, reverse=True)


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
