"""What `check` finds in a history, `audit` finds in the database that the history makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from rlslint.code.migrations import Reader
from rlslint.config import Confidence, Severity
from rlslint.config.options import Config
from rlslint.engine import audit, check
from rlslint.files.discovery import Found, discover
from rlslint.files.histories import histories
from rlslint.files.layouts.reversals import up_ranges
from rlslint.project.database import Request
from rlslint.project.following_programs import follow_migrations
from rlslint.reports import ReportedFinding, Result
from rlslint.rules import card, rule_names
from tests.advice import is_sql
from tests.postgres import Database
from tests.rules.test_cards import Situation, files_of, situations
from tests.test_fixtures import FIXTURES, PRELUDES, PROJECTS

OWNER = "migrator"
CONFIG = Config(min_severity=Severity.info, min_confidence=Confidence.low, owner_roles=(OWNER,))

NEED_TEXT = {
    "invalid-rls-ddl": "PostgreSQL refuses the statement, so that nothing of it is left",
    "migration-write-under-force": "a statement on rows leaves nothing in the catalog",
    "policy-on-non-table": "PostgreSQL refuses the statement, so that nothing of it is left",
    "unparsable-sql": "PostgreSQL refuses the statement, so that nothing of it is left",
    "unresolved-dynamic-ddl": "what dynamic SQL has done stands in the catalog",
    "unknown-rule-in-ignore": "comments are no part of a database",
    "unused-ignore": "comments are no part of a database",
}
"""The rules about migrations that say nothing of a database, and why."""

OUTSIDE_OF_DATABASES = {"code", "settings"}
"""The evidence of which a server has none: programs, and the files of deployments."""

TRUE_OF_CORRECT_DATABASES = {
    "column-grant-tenant-update": "policies keep the tenant as it is, as long as they are right",
    "guc-identity-forgeable": "settings keep tenants apart as long as clients send no SQL",
    "sequence-side-channel": "how many rows there are is often no secret",
    "policy-function-parallel-unsafe": "few tables are so large that workers read them",
    "policy-in-subquery-no-index": "small tables are read as a whole in any case",
    "policy-join-through-rls-table": "chains of small tables cost little",
    "tenant-default-missing": "INSERTs may say whose a row is",
    "tenant-column-mutable": "who belongs to two tenants is trusted with the rows of both",
}
"""The rules that tell, as an info, what a design that is right relies on."""

NEED_HISTORY = {
    # Whether row security was ever on, a server does not tell.
    "rls-disabled-later": {"rls-not-enabled", "force-without-enable", "policy-without-enable"},
    # Nor where the rows of a table were copied from,
    "ctas-copy-without-rls": {"rls-not-enabled"},
    "like-copy-without-rls": {"rls-not-enabled"},
    # nor which partition came first,
    "new-partition-without-rls": {"partition-without-rls"},
    # nor what had the name of a table before,
    "table-swap-loses-rls": {"rls-not-enabled"},
    # nor how a view was before it was replaced.
    "view-replace-drops-invoker": {"view-owner-rights"},
}
"""The rules about what a statement took away; of a database, others speak of the same fault."""

_OPEN_CONDITIONS = {
    "insert-check-true",
    "policy-inequality-on-tenant",
    "policy-no-row-reference",
    "policy-null-context-allows",
    "policy-tautology",
    "policy-using-true",
    "update-check-weaker-than-using",
}
OF_CHANGES = {
    "alter-policy-widens": _OPEN_CONDITIONS,
    "cascade-drops-policy": {*_OPEN_CONDITIONS, "rls-enabled-no-policy"},
    "default-privileges-broad": set[str](),
    "down-migration-opens-table": set[str](),
    "drop-last-permissive-policy": {"only-restrictive-policies", "rls-enabled-no-policy"},
    "drop-restrictive-policy": _OPEN_CONDITIONS,
    "force-removed": {"rls-not-forced"},
    "function-replace-drops-search-path": {"security-definer-no-search-path"},
    "grant-all-tables-includes-unprotected": set[str](),
    "owner-changed-to-runtime-role": {"rls-not-forced"},
    "policy-name-typo-drop-if-exists": _OPEN_CONDITIONS,
    "policy-recreate-not-atomic": set[str](),
    "rename-breaks-policy-helper": set[str](),
    "revoke-without-effect": set[str](),
    "rls-enabled-in-later-migration": set[str](),
}
"""The rules about what a statement has done; of a database, others may tell what is left of it."""

NOTHING_LEFT = {("ctas-copy-without-rls", "public.long_docs_2024")}
"""Faults that a catalog keeps no trace of: a copy without the column that tells whose rows are."""

TOLD_BY_FILES = {
    ("set-config-session", "public.set_tenant"),  # The pool of its callers cleans what returns.
    ("app-role-bypassrls", "nightly"),  # It is the role of a job, which no route leads to.
    ("app-role-bypassrls", "reporting"),
}
"""Findings of which programs or the files of a deployment tell more than a server knows."""

NEED_SIZE = {
    "policy-casts-column",
    "policy-column-unindexed",
    "policy-correlated-exists",
    "policy-function-not-wrapped",
    "policy-index-wrong-leading-column",
    "policy-membership-unindexed",
}
"""The rules whose findings are as grave as the tables are large, which only a server knows."""

PROBABLY_SUPERUSER = {
    "rule-runs-as-owner",
    "security-definer-function-bypass",
    "view-nested-definer",
    "view-owner-rights",
    "view-replace-drops-invoker",
}
"""The rules for which `check` takes the role that runs the migrations for a superuser."""

IGNORES = {
    "policy-does-not-typecheck",
    "route-reaches-bypass-role",  # Its policies need what a platform brings.
    "unknown-rule-in-ignore",
    "unused-ignore",
}

ADVICE = {name for name in rule_names() if "*" in card(name).yields_to}
"""The rules that are silent beside what weighs more, and speak where one side has none of it."""

Pair = tuple[str, str]


class Compared(NamedTuple):
    """What was found in a history and in its database, by rule and object.

    `migrations` are the files of the history.
    """

    checked: Mapping[Pair, ReportedFinding]
    audited: Mapping[Pair, ReportedFinding]
    migrations: frozenset[str]

    @property
    def only_checked(self) -> set[Pair]:
        return {pair for pair in self.checked.keys() - self.audited.keys() if self._is_about(pair)}

    @property
    def only_audited(self) -> set[Pair]:
        return set(self.audited.keys() - self.checked.keys())

    def _is_about(self, pair: Pair) -> bool:
        """Tell whether a finding is about the database, not about text or about other files."""
        rule = pair[0]
        evidence, place = set(card(rule).evidence), self.checked[pair].place
        if place is not None and place.path not in self.migrations:
            return evidence.isdisjoint(OUTSIDE_OF_DATABASES)
        return not evidence <= OUTSIDE_OF_DATABASES and rule not in NEED_TEXT


@pytest.fixture
def owned(database: Database) -> Database:
    """A database of a role that runs the migrations: a superuser, as `check` takes it to be."""
    database.run(
        f"CREATE ROLE {OWNER} LOGIN SUPERUSER; ALTER DATABASE {database.name} OWNER TO {OWNER}"
    )
    return database


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_a_project_and_its_database_have_the_same_findings(
    project: Path, owned: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    found = discover(["."], root=project)
    if project.name in PRELUDES:
        prelude = (FIXTURES / PRELUDES[project.name]).read_text(encoding="utf-8")
        assert owned.run(prelude, OWNER).errors == ()
    for script in scripts(found):
        assert owned.run(script, OWNER).errors == ()
    agree(check(["."], CONFIG), owned, found)


@pytest.mark.parametrize(
    "situation", [s for s in situations() if s.card.name not in IGNORES], ids=str
)
def test_an_example_and_its_database_have_the_same_findings(
    situation: Situation, owned: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, content in files_of(situation).items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    found = discover(["."], root=tmp_path)
    for script in scripts(found):
        owned.run(script, OWNER)
    agree(check(["."], CONFIG), owned, found)


@pytest.mark.parametrize(
    "project",
    [project for project in PROJECTS if project.name.startswith("correct-")],
    ids=lambda project: project.name,
)
def test_an_audit_finds_nothing_in_a_correct_database(
    project: Path, owned: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    if project.name in PRELUDES:
        owned.run((FIXTURES / PRELUDES[project.name]).read_text(encoding="utf-8"), OWNER)
    for script in scripts(discover(["."], root=project)):
        owned.run(script, OWNER)
    for config in (Config(min_severity=Severity.info), CONFIG):
        assert faults(audited(owned, config)) == []


MANY = 40


@pytest.mark.parametrize(
    ("given", "rule", "lines"),
    [
        ("GRANT ALL ON docs_{0} TO app;", "grant-truncate", 1),
        ("GRANT SELECT ON docs_{0} TO PUBLIC;", "grant-all-to-public", 2),
        ("ALTER TABLE docs_{0} OWNER TO app;", "app-role-owns-table", 1),
    ],
)
def test_what_one_role_has_of_many_tables_is_one_fault(
    given: str, rule: str, lines: int, owned: Database
) -> None:
    made = "".join(TABLE.format(number) + given.format(number) for number in range(MANY))
    assert owned.run(f"CREATE ROLE app LOGIN; {made}", OWNER).errors == ()
    (found,) = faults(audited(owned, CONFIG))
    assert found.name == rule
    assert f"public.docs_0 and {MANY - 1} other tables" in found.finding.message
    assert len(found.finding.help.splitlines()) <= lines
    if not is_sql(found.finding.help):
        return
    assert owned.run(found.finding.help).errors == ()
    assert faults(audited(owned, CONFIG)) == []


TABLE = """
CREATE TABLE docs_{0} (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs_{0} (tenant_id);
ALTER TABLE docs_{0} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs_{0}
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""


def test_an_owner_past_all_policies_does_not_silence_the_rules_about_them(
    owned: Database,
) -> None:
    history = (
        "CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);"
        "ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY all_rows ON docs USING (true);"
    )
    assert owned.run(history).errors == ()
    config = Config(min_severity=Severity.info, min_confidence=Confidence.low)
    assert {"policy-using-true public.docs.all_rows", "rls-not-forced public.docs"} <= set(
        shown(audited(owned, config))
    )


def test_what_default_privileges_give_is_taken_back_for_later_tables_too(owned: Database) -> None:
    history = "CREATE ROLE app LOGIN; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO app;"
    assert owned.run(history + TABLE.format(0), OWNER).errors == ()
    (found,) = faults(audited(owned, CONFIG))
    assert owned.run(found.finding.help).errors == ()
    assert owned.run(TABLE.format(1), OWNER).errors == ()
    assert faults(audited(owned, CONFIG)) == []


def scripts(found: Found) -> Iterator[str]:
    """Yield the SQL of the migrations, what Alembic and Django would run among it."""
    reader = Reader()
    for history in histories(found).histories:
        follow_migrations(found, history, reader)
        for migration in history.migrations:
            if migration.is_program:
                for site in reader.sites[migration.shown]:
                    yield site.text.data.decode()
            else:
                data = Path(migration.path).read_bytes()
                yield from (data[start:end].decode() for start, end in up_ranges(data))


def agree(checked: Result, database: Database, found: Found) -> None:
    """Hold the findings of a history against those of its database, whoever owns it."""
    migrations = frozenset(
        migration.shown
        for history in histories(found).histories
        for migration in history.migrations
    )
    as_superuser = audited(database, CONFIG)
    compared = Compared(by_pair(checked), by_pair(as_superuser), migrations)
    assert as_superuser.errors == ()
    assert not_judged(as_superuser) <= not_judged(checked)
    has_instead(compared)
    for pair in (compared.checked.keys() & compared.audited.keys()) - TOLD_BY_FILES:
        before, after = compared.checked[pair], compared.audited[pair]
        assert before.confidence <= after.confidence, pair
        if before.severity != after.severity and pair[0] not in NEED_SIZE:
            # Programs beside the history may tell more of the fault: without them it is the same.
            alone = by_pair(check(sorted(migrations), CONFIG))
            assert alone[pair].severity == after.severity, pair
    database.run(f"ALTER ROLE {OWNER} NOSUPERUSER")
    ordinary = Compared(compared.checked, by_pair(audited(database, CONFIG)), migrations)
    fallen = compared.audited.keys() - ordinary.audited.keys()
    assert {rule for rule, _ in fallen} <= PROBABLY_SUPERUSER
    assert all(
        compared.checked[pair].confidence is Confidence.medium
        for pair in fallen
        if pair in compared.checked
    )
    risen = ordinary.audited.keys() - compared.audited.keys()
    assert {rule for rule, _ in risen} <= (ADVICE if fallen else set())


def has_instead(compared: Compared) -> None:
    """Hold that what only one side reports is one fault under another rule's name."""
    instead = {
        (rule, object)
        for missing, object in compared.only_checked
        for rule in NEED_HISTORY.get(missing, ())
    }
    left = {rule for missing, _ in compared.only_checked for rule in OF_CHANGES.get(missing, ())}
    for missing, object in compared.only_checked - NOTHING_LEFT:
        if missing in OF_CHANGES or (missing in ADVICE and compared.only_audited):
            continue
        others = {(rule, object) for rule in NEED_HISTORY.get(missing, ())}
        assert others & compared.audited.keys(), f"an audit says nothing of {missing} on {object}"
    if compared.checked.keys() - compared.audited.keys():
        left |= ADVICE
    unexplained = {one for one in compared.only_audited if one[0] not in left} - instead
    unexplained -= TOLD_BY_FILES
    if unexplained:
        # Programs beside the history may do what the database does not: without them it is found.
        assert unexplained <= by_pair(check(sorted(compared.migrations), CONFIG)).keys()


def audited(database: Database, config: Config) -> Result:
    return audit(Request((database.conninfo(),)), config, lambda sentence: None)


def faults(result: Result) -> list[ReportedFinding]:
    """Return what was found, without what is true of correct databases as well."""
    return [
        found
        for found in result.findings
        if found.name not in TRUE_OF_CORRECT_DATABASES or found.severity > Severity.info
    ]


def by_pair(result: Result) -> dict[Pair, ReportedFinding]:
    return {(found.name, found.finding.object): found for found in result.findings}


def not_judged(result: Result) -> set[Pair]:
    return {(rule, missing.object) for missing in result.not_checked for rule in missing.rules}


def shown(result: Result) -> list[str]:
    return [f"{found.name} {found.finding.object}" for found in result.findings]
