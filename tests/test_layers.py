"""A module imports only from layers above it, as docs/architecture.md lists them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "rlslint"
LAYERS = (
    ("text", "printable", "passwords"),
    ("frames", "progress", "toml_source", "options"),
    ("sql",),
    ("findings",),
    ("results",),
    ("fingerprints",),
    ("config", "config_files"),
    ("evidence", "connection_strings"),
    ("refusals",),
    ("live",),
    ("sources",),
    ("reading",),
    ("catalog",),
    ("meaning",),
    ("access",),
    ("sessions", "setting_writes"),
    ("project",),
    ("questions",),
    ("shapes",),
    ("cards", "registry"),
    ("selection",),
    ("suppression",),
    ("reported",),
    ("checks",),
    ("judging",),
    ("doubt",),
    ("building",),
    ("engine", "auditing"),
    ("reports",),
    ("streams",),
    ("in_force", "reference"),
    ("command",),
    ("cli",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
MODULES = sorted(PACKAGE.rglob("*.py"))


def layer(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports(path: Path) -> set[str]:
    """Return the modules of rlslint that a file imports, but for those that only types need."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str() as module) if module.startswith("rlslint."):
                found.add(module)
            case ast.Import(names=names):
                found |= {name.name for name in names if name.name.startswith("rlslint.")}
            case _:
                continue
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_from_its_own_layer_or_above(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own in ("__init__", "__main__"):
        return
    wrong = {name for name in imports(path) if LEVEL[layer(name)] > LEVEL[own]}
    assert not wrong


def test_only_the_parser_imports_pglast() -> None:
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        if "pglast" in path.read_text(encoding="utf-8").replace("through pglast", "")
        and any(
            line.strip().startswith(("import pglast", "from pglast"))
            or 'import_module("pglast' in line
            for line in path.read_text(encoding="utf-8").splitlines()
        )
    }
    assert importing == {"sql/parser.py"}
