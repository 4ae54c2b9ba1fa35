"""`rlslint access` as a graph: DOT, Mermaid and OpenGraph."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.test_access_routes import FILES
from tests.command_line import rlslint

MORE = """CREATE TABLE prices (id int); CREATE TABLE rates (id int);
GRANT SELECT ON prices, rates TO app;
CREATE VIEW all_docs AS SELECT * FROM docs;
GRANT SELECT ON all_docs TO app;
CREATE ROLE lead LOGIN; GRANT app TO lead;
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, content in {**FILES, "migrations/0002_more.sql": MORE}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def drawn(project: Path, language: str) -> str:
    run = rlslint("access", "--output-format", language, cwd=project)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_opengraph_leads_from_routes_over_roles_and_views_to_tables(project: Path) -> None:
    graph = json.loads(drawn(project, "opengraph"))["graph"]
    names = {node["id"]: node["properties"]["name"] for node in graph["nodes"]}
    edges = {
        (names[edge["start"]["value"]], edge["kind"], names[edge["end"]["value"]])
        for edge in graph["edges"]
    }
    assert {
        ("shop.example.org/api (the Ingress shop)", "LeadsTo", "backend"),
        ("backend", "ConnectsAs", "app"),
        ("reports", "ConnectsAs", "worker"),
        ("lead", "Inherits", "app"),
        ("app", "GetsOwnRows", "public.docs"),
        ("worker", "GetsEveryRow", "public.docs"),
        ("app", "Reads", "public.all_docs"),
        ("public.all_docs", "GetsEveryRow", "public.docs"),
        ("app", "GetsEveryRow", "public.prices"),
    } <= edges
    assert len(names) == len(set(names)) and all(node["kinds"] for node in graph["nodes"])
    ends = {edge[side]["value"] for edge in graph["edges"] for side in ("start", "end")}
    assert ends <= names.keys()


def test_drawings_show_tables_of_equal_answers_as_one(project: Path) -> None:
    for language in ("dot", "mermaid"):
        assert "public.prices, public.rates" in drawn(project, language)


def test_no_name_ends_a_label(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_odd.sql").write_text(
        'CREATE TABLE "a"";]|b\n\\" (id int); GRANT SELECT ON "a"";]|b\n\\" TO PUBLIC;'
    )
    dot = drawn(tmp_path, "dot")
    assert all(
        re.fullmatch(r'(?:[^"]|"(?:[^"\\]|\\.)*")*', line) is not None for line in dot.splitlines()
    )
    mermaid = drawn(tmp_path, "mermaid")
    labels = [line for line in mermaid.splitlines() if "[(" in line]
    assert labels and all(re.fullmatch(r'\s+\w+\[\("[^"\]|;]*(?:#\d+;[^"\]|;]*)*"\)\]', one)
                          for one in labels)  # fmt: skip
