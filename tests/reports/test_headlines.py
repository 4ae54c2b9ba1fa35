"""The first line of a finding is short, and nothing that it leaves out is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rlslint
from rlslint.text.sentences import LONGEST, told
from tests.reports.examples import shadowed

LONG = "gov_entitlement_assignments_of_all_business_units"


def test_a_short_message_is_its_own_headline() -> None:
    assert told("app can read every row of public.docs: nothing asks") == (
        "app can read every row of public.docs: nothing asks",
        (),
    )


@pytest.mark.parametrize(
    ("sign", "note"),
    [
        (": ", "row security is enabled on the parent alone, and the parent is not asked here"),
        (" because ", "because it is the owner, whom no policy filters, and nothing else does"),
        (", since ", "since policy own was altered, and its condition says no more whose they are"),
        (
            ", whatever ",
            "whatever its tenant_id, its owner or its region may be",
        ),
    ],
)
def test_the_cause_of_a_long_message_becomes_a_note(sign: str, note: str) -> None:
    effect = "app_user can read and change every row of public.docs"
    cause = note.removeprefix(sign.strip(" ,:")).strip()
    assert told(f"{effect}{sign}{cause}") == (effect, (note,))


def test_a_colon_in_a_quoted_name_ends_no_headline() -> None:
    message = f'policy "Users: own rows" on public.docs admits every row: {"it asks nothing " * 5}'
    assert told(message).headline == 'policy "Users: own rows" on public.docs admits every row'


def test_a_colon_in_brackets_ends_no_headline() -> None:
    doubt = "(not certain: nothing in the project says who serves requests)"
    message = f"app_user can read every row of public.documents in any session {doubt}"
    assert told(message).headline == message.partition(" (")[0]
    assert told(message).notes == (doubt.strip("()"),)


def test_a_fingerprint_knows_nothing_of_words() -> None:
    one = shadowed()
    other = shadowed(message="other words", label="others", help="and others")
    assert one.fingerprint == other.fingerprint


def test_the_longest_beginning_that_fits_is_the_headline() -> None:
    message = f"app can read public.docs: by calling public.find: {'it runs as its owner ' * 4}"
    assert told(message).headline == "app can read public.docs: by calling public.find"


def test_names_that_are_too_long_stand_whole_in_a_note() -> None:
    first, second = f"public.{LONG}", f"public.old_{LONG}"
    found = told(f"app can let rows of {first} refer to any tenant's row of {second}: it may")
    assert len(found.headline) <= LONGEST
    assert "…" in found.headline
    assert found.notes == (f"in full: {first}, {second}",)


def test_a_schema_is_left_out_before_a_name_is_cut() -> None:
    table = "accounting_of_companies.billing_rows"
    found = told(f"app_user can read and change and delete any tenant's rows of {table} by itself")
    assert found.headline.endswith("rows of billing_rows by itself")
    assert found.notes == (f"in full: {table}",)


def test_no_message_writes_the_name_of_a_policy_as_it_is() -> None:
    package = Path(rlslint.__file__).parent
    found = [
        f"{path.relative_to(package)}: {match[0]}"
        for folder in ("rules", "project")
        for path in (package / folder).rglob("*.py")
        for match in re.finditer(r"polic(?:y|ies) \{[\w.\[\]]+\.name\}", path.read_text("utf-8"))
    ]
    assert found == [], "policy.spoken quotes a name that is a sentence"


@pytest.mark.parametrize("table", ["gov_meta_roles", "gov_template_application_events", "events"])
def test_names_are_cut_shorter_where_that_is_not_enough(table: str) -> None:
    cause = f"policy {table}_tenant_isolation is true when app.current_tenant is never set"
    effect = (
        "without a context xavyo_app and authenticated can read, change and delete every row of"
    )
    found = told(f"{effect} public.{table}, whatever its tenant_id: {cause}")
    assert len(found.headline) <= LONGEST
    assert found.notes[0] == f"whatever its tenant_id: {cause}"
