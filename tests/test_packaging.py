"""What is built: the wheel holds the cards, finds them anywhere, and asks for what it imports."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def site(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of installed packages, with somebody else's package `rules` beside rlslint."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    (folder / "rules").mkdir()
    (folder / "rules" / "__init__.py").touch()
    (folder / "rules" / "stranger.md").write_text("# Not a card\n")
    return folder


def run_from(site: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    found_first = f"import sys; sys.path.insert(0, {str(site)!r})"
    program = f"{found_first}; from rlslint.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_holds_every_module_and_every_card(site: Path) -> None:
    def below(folder: Path) -> set[str]:
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")}

    assert below(site / "rlslint") == below(ROOT / "rlslint")
    cards = {path.name for path in (ROOT / "rules").glob("*.md")}
    assert {path.name for path in (site / "rlslint" / "cards").iterdir()} == cards
    assert (site / "rlslint" / "py.typed").exists()


def test_an_installed_rlslint_finds_its_cards_from_any_directory(
    site: Path, tmp_path: Path
) -> None:
    listed = run_from(site, "rule", cwd=tmp_path)
    assert len(listed.stdout.splitlines()) == len(list((ROOT / "rules").glob("*.md")))
    linted = run_from(site, "check", str(ROOT / "fixtures" / "seeded-settings"), cwd=tmp_path)
    assert linted.returncode == 1
    assert "policy-column-shadowed" in linted.stdout


def test_an_rlslint_without_cards_says_so_rather_than_take_a_strangers(
    site: Path, tmp_path: Path
) -> None:
    cards = site / "rlslint" / "cards"
    away = cards.rename(tmp_path / "away")
    try:
        run = run_from(site, "rule", cwd=tmp_path)
    finally:
        away.rename(cards)
    assert run.returncode == 2
    assert "without its rule cards" in run.stderr
    assert "stranger" not in run.stdout


def test_the_source_archive_holds_what_the_tests_need(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    wanted = {name for name in tracked if (ROOT / name).exists()}
    assert {"LICENSE", "README.md", ".pre-commit-hooks.yaml", "tests/conftest.py"} <= names
    assert wanted <= names


def _imports(call: ast.Call) -> bool:
    return ast.unparse(call.func).endswith("import_module")


def test_every_import_is_declared_and_every_dependency_is_used() -> None:
    imported = set()
    for path in (ROOT / "rlslint").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    imported |= {name.name.partition(".")[0] for name in names}
                case ast.ImportFrom(module=str() as module, level=0):
                    imported.add(module.partition(".")[0])
                case ast.Call(args=[ast.Constant(value=str() as module)]) if _imports(node):
                    imported.add(module.partition(".")[0])
                case ast.Tuple(elts=[ast.Constant(value=str() as grammar), _]) if (
                    grammar.startswith("tree_sitter_")
                ):
                    imported.add(grammar)
                case _:
                    continue
    foreign = imported - set(sys.stdlib_module_names) - {"rlslint"}
    distributions = packages_distributions()
    used = {distributions[name][0].lower() for name in foreign}
    extras = PROJECT["optional-dependencies"]
    asked_for = (*PROJECT["dependencies"], *extras["live"], *extras["lsp"])
    declared = {re.split(r"[\s<>=\[!~]", each)[0].lower() for each in asked_for}
    assert used == declared


def test_the_version_is_the_same_everywhere() -> None:
    from rlslint import __version__

    assert PROJECT["version"] == __version__
