from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft7Validator

from rlslint.reports import ReportedFinding, sarif
from rlslint.reports.reading import readable
from tests.reports.examples import audited, live, related, result, shadowed, span

CARD = (
    "# policy-column-shadowed (RLS103)\n\n```toml\ncode = 1\n\nx = 2\n```\n\nA name\nis captured.\n"
)

_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
_POSITIVE = {"type": "integer", "minimum": 1}
_PHYSICAL = {
    "type": "object",
    "required": ["artifactLocation", "region"],
    "additionalProperties": False,
    "properties": {
        "artifactLocation": {"properties": {"uri": {"pattern": "^[A-Za-z0-9%/._~-]+$"}}},
        "region": {
            "required": ["startLine", "startColumn", "endLine", "endColumn"],
            "properties": {"snippet": _TEXT},
            "additionalProperties": _POSITIVE,
        },
    },
}
_LOG = {
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "items": {
                "required": ["tool", "results", "columnKind"],
                "properties": {
                    "columnKind": {"const": "unicodeCodePoints"},
                    "results": {
                        "items": {
                            "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
                            "properties": {
                                "message": _TEXT,
                                "level": {"enum": ["error", "warning", "note"]},
                                "locations": {
                                    "minItems": 1,
                                    "items": {
                                        "required": ["physicalLocation"],
                                        "properties": {"physicalLocation": _PHYSICAL},
                                    },
                                },
                                "relatedLocations": {
                                    "items": {
                                        "required": ["id", "physicalLocation", "message"],
                                        "properties": {"physicalLocation": _PHYSICAL},
                                    }
                                },
                            },
                        }
                    },
                },
            }
        },
    },
}


def run(*findings: ReportedFinding) -> dict[str, Any]:
    return validated("".join(sarif.render(result(*findings), card=lambda rule: CARD)))


def validated(document: str) -> dict[str, Any]:
    """Return the one run of a SARIF log that keeps to the schema, and to what GitHub asks."""
    log = json.loads(document)
    Draft7Validator(_LOG).validate(log)
    only: dict[str, Any] = log["runs"][0]
    return only


def test_a_result_points_to_its_file_and_its_rule() -> None:
    log = run(related(), live())
    first, second = log["results"]
    rules = log["tool"]["driver"]["rules"]
    assert [rules[each["ruleIndex"]]["id"] for each in (first, second)] == ["RLS103", "RLS006"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "migrations/0007_members.sql"},
        "region": {"startLine": 4, "startColumn": 26, "endLine": 4, "endColumn": 35},
    }
    assert first["relatedLocations"][0]["message"]["text"] == "the table is made here"
    assert second["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "public.notes"}]


def test_what_has_no_file_has_its_database_and_object_in_place_of_one() -> None:
    found = run(audited())["results"][0]
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "shop%20on%20db1/public.notes"
    assert place["region"]["snippet"]["text"].splitlines() == [
        "CREATE TABLE public.notes (id int8);",
        "ALTER ROLE app PASSWORD '***'",
    ]
    assert found["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 1


def test_the_card_is_the_help_and_its_first_sentence_the_description() -> None:
    rule = run(shadowed())["tool"]["driver"]["rules"][0]
    assert rule["help"]["markdown"] == readable(CARD)
    assert "code =" not in rule["help"]["markdown"]
    assert rule["help"]["text"].startswith("policy-column-shadowed (RLS103)\n")
    assert rule["shortDescription"]["text"] == "A name is captured."


def test_fingerprints_stand_under_our_own_key_and_survive_moved_lines() -> None:
    moved = shadowed(span=span("\n\n-- a comment\nSELECT tenant_id", "tenant_id"))
    before, after = (run(each)["results"][0]["partialFingerprints"] for each in (shadowed(), moved))
    assert before == after
    assert list(before) == ["rlslint/v1"]


def test_paths_become_uris() -> None:
    odd = shadowed(span=span("x", "x", "mi grations/ä#1.sql"))
    location = run(odd)["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "mi%20grations/%C3%A4%231.sql"
