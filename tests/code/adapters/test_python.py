"""Python in the form."""

from __future__ import annotations

from tests.code.adapters.rendering import form, strings


def test_statements_of_a_function_are_found_in_its_body() -> None:
    source = """
from app.db import pool as p
class Repository(Base):
    def rows(self, tenant: str = "a") -> list:
        with p.connect() as c:
            c.execute("SET app.tenant = '%s'" % tenant)
        return [r[0] for r in c if r]
"""
    assert form(".py", source) == (
        "import p = app.db : pool\n"
        'class Repository < Base { fn rows(self, tenant: str = "a") -> list { '
        "with c = p.connect() { c.execute((\"SET app.tenant = '%s'\" % tenant)) }; "
        "return for r in c if r r[0] } }"
    )


def test_pieces_are_where_they_are_written() -> None:
    assert strings(".py", 'é = f"a{{b\\n{x}" "c"\n') == ["a{{b\\n{x}", "c"]
