"""A rule's card as people and programs get it."""

from __future__ import annotations

import pytest

from rlslint.reports.reading import as_data, page, readable
from rlslint.rules import FAMILIES, card, rule_names

CARD = """# policy-using-true (RLS101)

```toml
code = "RLS101"
severity = "error"
```

## What it finds

A permissive policy whose `USING (true)` clause is true for each and every row that there is.

- one thing that is so long that it does not fit on a line
- another

```sql bad
CREATE POLICY p ON docs
  USING (true); -- policy-using-true
```

```sql probe
SELECT 1;
-- bad: 1
```

## Exceptions

None.
"""


def test_a_card_is_read_without_metadata_marks_and_probes() -> None:
    assert "toml" not in readable(CARD)
    assert "probe" not in readable(CARD)
    assert "SELECT 1" not in readable(CARD)
    assert "Faulty:\n\n```sql\nCREATE POLICY p ON docs\n  USING (true);\n```" in readable(CARD)


def test_prose_is_wrapped_and_code_is_not() -> None:
    assert list(page(readable(CARD), 40)) == [
        "policy-using-true (RLS101)",
        "",
        "What it finds",
        "",
        "A permissive policy whose `USING (true)`",
        "clause is true for each and every row",
        "that there is.",
        "",
        "- one thing that is so long that it does",
        "  not fit on a line",
        "- another",
        "",
        "Faulty:",
        "",
        "    CREATE POLICY p ON docs",
        "      USING (true);",
        "",
        "Exceptions",
        "",
        "None.",
        "",
    ]


def test_sql_is_coloured_by_what_it_is() -> None:
    lines = page(readable(CARD), 40, lambda words, part: f"<{part}:{words}>")
    text = "\n".join(lines)
    assert "<keyword:CREATE> <keyword:POLICY> p <keyword:ON> docs" in text
    assert "<heading:Exceptions>" in text
    assert "<code:`USING (true)`>" in text


@pytest.mark.parametrize("name", rule_names())
def test_every_card_can_be_read(name: str) -> None:
    lines = list(page(readable(card(name).text), 80))
    prose = [line for line in lines if not line.startswith("    ")]
    assert all(len(line) <= 80 or " " not in line.strip() for line in prose)
    assert not any("```" in line for line in lines)
    assert not any(line.rstrip().endswith((f"-- {name}", f"# {name}")) for line in lines)
    assert not any(line.startswith(("severity =", "asked-of =")) for line in lines)


@pytest.mark.parametrize("name", rule_names())
def test_a_program_gets_all_there_is(name: str) -> None:
    data = as_data(card(name))
    assert data["name"] == name
    assert data["code"].startswith(tuple(FAMILIES))
    assert data["family"] in FAMILIES.values()
    assert data["severity"] in ("error", "warning", "info")
    assert data["confidence"] in ("high", "medium", "low")
    assert data["effect"] in ("leak", "loss", "deny", "perf", "hygiene")
    assert data["fix"] in ("none", "migration", "edit")
    assert data["url"].endswith(f"/{name}.md")
    assert len(data["summary"].split()) > 3
    assert data["evidence"] and data["since"] and isinstance(data["aliases"], list)
