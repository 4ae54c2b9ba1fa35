"""The recipes of the documentation: nothing is found in them, and PostgreSQL takes their SQL."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.command_line import rlslint
from tests.postgres import Database
from tests.projects import history_of, prelude_of, scripts_of

ROOT = Path(__file__).parent.parent
RECIPES = sorted((ROOT / "docs" / "recipes").glob("*.md"))
FILE = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.M | re.S)


def project_of(recipe: Path, folder: Path) -> Path:
    """Write down the files that a recipe shows."""
    for path, source in FILE.findall(recipe.read_text(encoding="utf-8")):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
    (folder / ".git").mkdir()
    return folder


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.stem)
def test_nothing_is_found_in_a_recipe_and_all_of_it_is_read(recipe: Path, tmp_path: Path) -> None:
    run = rlslint("check", "--no-cache", cwd=project_of(recipe, tmp_path))
    assert (run.returncode, run.stdout) == (0, "")
    assert "Checked 1 migration (" in run.stderr
    assert "Not checked" not in run.stderr


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.stem)
def test_the_sql_of_a_recipe_loads(recipe: Path, tmp_path: Path, database: Database) -> None:
    project = project_of(recipe, tmp_path)
    history = history_of(project)
    assert history is not None
    scripts = scripts_of(project, history)
    assert any("CREATE POLICY" in script for script in scripts)
    assert database.run(prelude_of(scripts)).errors == ()
    for script in scripts:
        assert database.run(script).errors == ()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.stem)
def test_a_recipe_without_its_policies_is_told_so(recipe: Path, tmp_path: Path) -> None:
    project = project_of(recipe, tmp_path)
    for file in project.rglob("*"):
        if file.is_file() and "ROW LEVEL SECURITY" in (text := file.read_text()):
            file.write_text(re.sub(r" *ALTER TABLE \S+ ENABLE ROW LEVEL SECURITY[^;]*;", "", text))
    assert rlslint("check", "--no-cache", cwd=project).returncode == 1


def test_the_site_has_a_page_for_each_recipe_and_each_page_is_there() -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    pages = [page for entry in site["nav"] for page in _pages(entry)]
    assert {f"recipes/{recipe.name}" for recipe in RECIPES} <= set(pages)
    for page in pages:
        is_elsewhere = page == "index.md" or page.startswith("https:")
        assert is_elsewhere or (ROOT / "docs" / page).exists() or (ROOT / page).exists(), page


def _pages(entry: object) -> list[str]:
    match entry:
        case str():
            return [entry]
        case dict():
            return [page for inner in entry.values() for page in _pages(inner)]
        case list():
            return [page for inner in entry for page in _pages(inner)]
    return []
