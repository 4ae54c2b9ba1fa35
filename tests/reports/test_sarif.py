from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft7Validator

from rlslint.reports import sarif
from rlslint.results import ReportedFinding
from tests.reports.examples import live, related, result, shadowed, span

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
                                    "items": {"properties": {"physicalLocation": _PHYSICAL}},
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
    log = json.loads("".join(sarif.render(result(*findings), card=lambda rule: CARD)))
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
    assert second["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "public.notes"}]}]


def test_the_card_is_the_help_and_its_first_sentence_the_description() -> None:
    rule = run(shadowed())["tool"]["driver"]["rules"][0]
    assert rule["help"]["markdown"] == CARD
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
