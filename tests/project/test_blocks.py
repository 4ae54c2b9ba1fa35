"""What indentation tells of the order of steps, in the languages of programs."""

from __future__ import annotations

import pytest

from rlslint.project.blocks import always_before, may_lead_to, swallowing_handler
from rlslint.text import Span, Text


def place(source: str, word: str) -> Span:
    start = source.encode().index(word.encode())
    return Span(Text("app", source.encode()), start, start + len(word))


@pytest.mark.parametrize(
    ("source", "handler"),
    [
        ("try {\n  SET();\n} catch (SQLException e) {\n  log.warn(e);\n}\nrun();\n", "} catch"),
        ("try {\n  SET();\n} catch (e) {\n  console.error(e)\n} finally {\n  x()\n}\n", "} catch"),
        ("begin\n  SET()\nrescue => e\n  Rails.logger.warn(e)\nend\n", "rescue"),
        ("if _, err := conn.Exec(SET); err != nil {\n\tlog.Println(err)\n}\n", "if _, err"),
        ("_, err := conn.Exec(SET)\nif err != nil {\n\tlog.Println(err)\n}\n", "if err"),
        ("try {\n  SET();\n} catch (SQLException e) {\n  throw new X(e);\n}\n", ""),
        ("try {\n  SET();\n} catch (e) {\n  await client.destroy()\n}\n", ""),
        ("_, err := conn.Exec(SET)\nif err != nil {\n\treturn err\n}\n", ""),
        ("func f() {\n\tconn.Exec(SET)\n}\n", ""),
        ("try {\n  f(function () {\n    x()\n  })\n  SET();\n} finally {\n  x()\n}\n", ""),
    ],
)
def test_a_handler_swallows_where_it_goes_on(source: str, handler: str) -> None:
    found = swallowing_handler(place(source, "SET"), is_hook=False)
    assert (found.span.sql if found is not None else "").startswith(handler)
    assert bool(found) is bool(handler)


def test_a_hook_that_returns_that_all_is_well_goes_on() -> None:
    source = "if _, err := c.Exec(SET); err != nil {\n\treturn true\n}\nreturn true\n"
    assert swallowing_handler(place(source, "SET"), is_hook=True) is not None
    assert swallowing_handler(place(source, "SET"), is_hook=False) is None
    discards = source.replace("\treturn true", "\treturn false")
    assert swallowing_handler(place(discards, "SET"), is_hook=True) is None


@pytest.mark.parametrize(
    ("source", "always", "perhaps"),
    [
        ("FIRST\nx()\nLAST\n", True, True),
        ("if (a) {\n  FIRST\n}\nLAST\n", False, True),
        ("if (a) {\n  FIRST\n  return\n}\nLAST\n", False, False),
        ("if (a) {\n  FIRST\n} else {\n  LAST\n}\n", False, False),
        ("try:\n  x\nexcept E:\n  FIRST\nfor a in b:\n  LAST\n", False, True),
        ("FIRST\nif (a) {\n  LAST\n}\n", True, True),
        ("LAST\nFIRST\n", False, False),
    ],
)
def test_blocks_tell_what_has_been_done(source: str, always: bool, perhaps: bool) -> None:
    first, last = place(source, "FIRST"), place(source, "LAST")
    assert always_before(first, last) is always
    assert may_lead_to(first, last) is perhaps
