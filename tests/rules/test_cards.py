"""Every card: its form, and every example on it, with PostgreSQL as the judge."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from rlslint.config import Severity
from rlslint.config.baseline import read_baseline
from rlslint.config.files import load_config
from rlslint.config.options import Config
from rlslint.engine import audit
from rlslint.files.discovery import read_in_project
from rlslint.project.database import Request
from rlslint.reports import Result
from rlslint.rules import Card, Example, card, judging, rule_names
from rlslint.rules.baselines import Before
from rlslint.rules.registry import FOLDERS, rules_for
from rlslint.text.sentences import LONGEST
from tests.histories import compare
from tests.linting import findings_of, lint, rows_of
from tests.postgres import Database, Transcript

SECTIONS = (
    "What it finds",
    "Why it matters",
    "Exceptions",
    "What rlslint cannot see",
    "References",
)
GIVEN = re.compile(r"^```sql given\n(.*?)^```\s*$", re.M | re.S)
CARDS = [card(name) for name in rule_names()]


class Situation(NamedTuple):
    """An example, and the SQL that comes before it."""

    card: Card
    number: int
    example: Example
    given: str

    def __str__(self) -> str:
        return f"{self.card.name}-{self.example.language}-{self.example.kind}-{self.number}"

    @property
    def script(self) -> str:
        """What a server runs; only a server shows what was done to it after its migrations."""
        comes_later = is_live(self.card) or bool(self.path)
        return self.given + self.example.source if comes_later else self.example.source

    @property
    def path(self) -> str:
        """The file of a project that the example is, "" where its language says all there is."""
        return next((word for word in self.example.words if "." in word), "")


def is_live(one: Card) -> bool:
    """Tell whether only an audit has a rule: its examples change a server that is given."""
    return one.evidence == ("live",)


@cache
def situations(kinds: tuple[str, ...] = ("bad", "good")) -> tuple[Situation, ...]:
    found = []
    for one in CARDS:
        given = "".join(GIVEN.findall(one.text))
        for number, example in enumerate(one.examples):
            if example.kind in kinds:
                found.append(Situation(one, number, example, given))
    return tuple(found)


FURTHER = re.compile(r"^```\w+ given (\S+)\n(.*?)^```\s*$", re.M | re.S)
"""Further files of a project that a card gives, with their paths."""


def files_of(situation: Situation) -> dict[str, str]:
    further = dict(FURTHER.findall(situation.card.text))
    if further or situation.path:
        path = situation.path or "app.py"
        given = {"migrations/0001_given.sql": situation.given} if situation.given else {}
        return {**given, **further, path: situation.example.source}
    if situation.example.language == "sql":
        return {"migrations/0001_example.sql": situation.example.source}
    if situation.example.language == "toml":
        given = {"migrations/0001_given.sql": situation.given}
        return {**given, "rlslint.toml": situation.example.source}
    return {"migrations/0001_given.sql": situation.given, "app.py": situation.example.source}


def linted(situation: Situation, folder: Path) -> Result:
    """Lint an example, with the configuration or the baseline that it is."""
    files, config = files_of(situation), None
    if "[[finding]]" in situation.example.source:
        baseline = read_baseline(situation.example.source.encode(), "rlslint-baseline.toml")
        del files["rlslint.toml"]
        return lint(folder, files, before=Before(date.min, baseline.entries))
    if situation.example.language == "toml":
        path = folder / "rlslint.toml"
        path.write_text(situation.example.source, encoding="utf-8")
        config = load_config(path, read_in_project)._replace(min_severity=Severity.info)
    result = lint(folder, files, config)
    for reported in result.findings:
        assert len(reported.message) <= LONGEST, "say the effect, and behind a colon the cause"
    return result


def marked_rows(situation: Situation) -> list[int]:
    mark = {"sql": "--", "typescript": "//", "rust": "//", "ini": ";"}.get(
        situation.example.language, "#"
    )
    wanted = re.compile(rf"{mark}.*\b{re.escape(situation.card.name)}\b")
    lines = situation.example.source.splitlines()
    return [row for row, line in enumerate(lines, 1) if wanted.search(line)]


def test_every_rule_has_a_card_and_every_card_a_rule() -> None:
    for folder in sorted(set(FOLDERS.values())):
        assert (Path(__file__).parents[2] / "rlslint" / "rules" / "checks" / folder).is_dir()
    checks = {rule.name for subject in FOLDERS for rule in rules_for(subject)}
    assert checks == set(rule_names())


def test_codes_are_unique() -> None:
    codes = [one.code for one in CARDS]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("one", CARDS, ids=lambda one: one.name)
def test_a_card_has_its_form(one: Card) -> None:
    headings = re.findall(r"^## (.+)$", one.text, re.M)
    assert tuple(headings) == SECTIONS
    kinds = {example.kind for example in one.examples}
    assert {"bad", "good"} <= kinds or is_live(one)
    assert one.effect in ("leak", "loss", "deny", "perf", "hygiene")
    assert set(one.yields_to) <= {*rule_names(), "*"}
    needs_probe = one.effect in ("leak", "loss", "deny") and "settings" not in one.evidence
    # Nothing here runs programs in other languages.
    needs_probe = needs_probe and any(
        example.kind == "bad" and example.language in ("sql", "python") for example in one.examples
    )
    fails = all(e.words for e in one.examples if e.kind == "bad" and e.language == "sql")
    has_sql_bad = any(e.language == "sql" and e.kind == "bad" for e in one.examples)
    if needs_probe and not (fails and has_sql_bad) and (has_sql_bad or not is_live(one)):
        assert "probe" in kinds, "a leak or a refusal must be shown on a server"


def read_from_files(kind: str) -> list[Situation]:
    return [situation for situation in situations((kind,)) if not is_live(situation.card)]


@pytest.mark.parametrize("situation", read_from_files("bad"), ids=str)
def test_a_bad_example_is_found(
    situation: Situation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = marked_rows(situation)
    assert rows, "a bad example marks its faulty lines"
    result = linted(situation, tmp_path)
    assert rows_of(result, situation.card.name) == rows
    assert_nothing_is_spared(result, situation, tmp_path, monkeypatch)


@pytest.mark.parametrize("situation", read_from_files("good"), ids=str)
def test_a_good_example_is_silent(
    situation: Situation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = linted(situation, tmp_path)
    assert findings_of(result, situation.card.name) == []
    assert_nothing_is_spared(result, situation, tmp_path, monkeypatch)


def assert_nothing_is_spared(
    result: Result, situation: Situation, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hold that rules that are not asked of a subject, for lack of a fact, would find nothing."""

    def told(result: Result) -> list[tuple[str, str, str]]:
        return sorted(
            (one.name, one.finding.object, one.finding.message) for one in result.findings
        )

    monkeypatch.setattr(judging, "facts_of", lambda *asked: None)
    assert told(result) == told(linted(situation, folder))


@pytest.mark.parametrize("situation", [s for s in situations() if is_live(s.card)], ids=str)
def test_an_audit_finds_what_a_bad_example_does(
    situation: Situation, tmp_path: Path, database: Database
) -> None:
    database.run(situation.script)
    tmp_path.joinpath("0001_given.sql").write_text(situation.given, encoding="utf-8")
    request = Request((database.conninfo(),), (), str(tmp_path), True)
    result = audit(request, Config(min_severity=Severity.info), lambda _: None)
    found = findings_of(result, situation.card.name)
    assert len(found) == len(marked_rows(situation)) == (situation.example.kind == "bad")


def probed() -> list[tuple[Situation, Example]]:
    """Return what each probe is run against: the first examples, with several the ones before."""
    found = []
    for one in CARDS:
        here = [situation for situation in situations() if situation.card is one]
        for language in ("sql", "python"):
            same = [situation for situation in here if situation.example.language == language]
            probes = [
                (number, example)
                for number, example in enumerate(one.examples)
                if (example.language, example.kind) == (language, "probe")
            ]
            for number, probe in probes:
                before = [s for s in same if len(probes) == 1 or s.number < number]
                chosen = before if len(probes) == 1 else before[::-1]
                for kind in ("bad", "good"):
                    of_kind = [s for s in chosen if s.example.kind == kind]
                    found += [(situation, probe) for situation in of_kind[:1]]
    return found


PROBED = probed()
SQL_PROBES = {str(situation): probe for situation, probe in PROBED if probe.language == "sql"}


def test_an_example_has_one_probe() -> None:
    assert len({str(situation) for situation, _ in PROBED}) == len(PROBED)


@pytest.mark.parametrize(
    "situation", [s for s in situations() if s.example.language == "sql"], ids=str
)
def test_an_example_is_on_a_server_what_it_is_to_rlslint(
    situation: Situation, tmp_path: Path, database: Database
) -> None:
    """One server is filled for all that is asked of it; a probe, which may change it, comes last.

    It takes the example, or refuses what the example says; the replay has the same catalog; what
    pg_policies shows is judged as the example is; and the probe shows the effect.
    """
    compared = compare(database, situation.script)
    expected = [word for word in situation.example.words if re.fullmatch(r"[0-9A-Z]{5}", word)]
    assert [one.error.sqlstate for one in compared.refused if one.error] == expected
    assert compared.differences == []
    if is_deparsed(situation):
        recreated = database.run(DEPARSE).rows
        script = situation.example.source + "\n" + "\n".join(recreated)
        shown = lint(tmp_path / "shown", {"migrations/0001_example.sql": script})
        written = lint(tmp_path / "written", files_of(situation))
        assert objects_of(shown, situation) == objects_of(written, situation)
    if (probe := SQL_PROBES.get(str(situation))) is not None:
        assert_shown(situation, probe, lines_of(database.run(probe.source)))


@pytest.mark.parametrize(
    ("situation", "probe"),
    [(situation, probe) for situation, probe in PROBED if probe.language == "python"],
    ids=lambda one: str(one) if isinstance(one, Situation) else "",
)
def test_a_program_shows_the_effect(
    situation: Situation, probe: Example, database: Database
) -> None:
    database.run(situation.given)
    program = situation.example.source + "\n" + probe.source
    assert_shown(situation, probe, run_python(program, database))


def assert_shown(situation: Situation, probe: Example, printed: list[str]) -> None:
    mark = "#" if probe.language == "python" else "--"
    wanted = re.findall(rf"^{mark} {situation.example.kind}: ?(.*)$", probe.source, re.M)
    assert wanted, f"the probe says what it prints for the {situation.example.kind} example"
    shown = [line for line in printed if line] if probe.language == "sql" else printed
    assert shown == [line for line in wanted if line != "(nothing)"]


def lines_of(transcript: Transcript) -> list[str]:
    """Return what a probe printed; of an error its SQLSTATE, for wordings change."""
    lines: list[str] = []
    for executed in transcript.statements:
        if executed.error is not None:
            lines.append(f"ERROR {executed.error.sqlstate}")
        else:
            lines += executed.output
    return lines


def run_python(source: str, database: Database) -> list[str]:
    """Run a program with DATABASE_URL set to connect as app_user; return what it prints."""
    completed = subprocess.run(
        [sys.executable, "-c", source],
        env={"DATABASE_URL": database.conninfo("app_user"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return [*completed.stdout.splitlines(), *completed.stderr.splitlines()[-1:]]


def is_deparsed(situation: Situation) -> bool:
    """Tell whether a policy rule has to read in a database what it reads in an example."""
    return (
        not situation.example.words
        and {"migrations", "live"} <= set(situation.card.evidence)
        and any(rule.name == situation.card.name for rule in rules_for("Policy"))
    )


def objects_of(result: Result, situation: Situation) -> list[str]:
    found = findings_of(result, situation.card.name)
    return sorted(reported.finding.object for reported in found)


DEPARSE = """
SET search_path = '';
SELECT format('DROP POLICY %I ON %I.%I; CREATE POLICY %I ON %I.%I AS %s FOR %s TO %s%s%s;',
  policyname, schemaname, tablename, policyname, schemaname, tablename, permissive, cmd,
  (SELECT string_agg(quote_ident(role), ', ') FROM unnest(roles) AS role),
  ' USING (' || replace(qual, E'\\n', ' ') || ')',
  ' WITH CHECK (' || replace(with_check, E'\\n', ' ') || ')')
FROM pg_policies ORDER BY 1;
"""
