"""What a compiler to C would take stays within what it understands."""

from __future__ import annotations

from pathlib import Path

import pytest
from mypy.errors import CompileError
from mypy.fscache import FileSystemCache
from mypy.main import process_options
from mypyc.codegen.emitmodule import compile_modules_to_ir, parse_and_typecheck
from mypyc.errors import Errors
from mypyc.irbuild.mapper import Mapper
from mypyc.options import CompilerOptions

ROOT = Path(__file__).parent.parent
FOLDERS = ("sql", "catalog", "replay", "meaning", "access")


@pytest.mark.long
def test_mypyc_understands_what_does_most_of_the_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its front end alone is asked, so that no C compiler is needed; a crash of it fails too."""
    monkeypatch.chdir(ROOT)
    cache = FileSystemCache()
    paths = [f"rlslint/{folder}" for folder in FOLDERS]
    sources, options = process_options(
        ["--config-file", "pyproject.toml", *paths], fscache=cache, mypyc=True
    )
    # As mypyc.build.get_mypy_config sets them, which needs setuptools to be imported.
    options.export_types = options.preserve_asts = True
    options.incremental = False
    for source in sources:
        options.per_module_options.setdefault(source.module, {})["mypyc"] = True
    compiling = CompilerOptions()
    try:
        checked = parse_and_typecheck(sources, options, compiling, [(sources, None)], cache)
    except CompileError as failure:
        raise pytest.fail.Exception("\n".join(failure.messages), pytrace=False) from None
    errors = Errors(options)
    mapper = Mapper({source.module: None for source in sources})
    compile_modules_to_ir(checked, mapper, compiling, errors)
    errors.flush_errors()
    assert errors.num_errors == 0, capsys.readouterr().out
