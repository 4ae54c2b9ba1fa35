"""What is found as a program can be read, and what can be read is found."""

from __future__ import annotations

import pytest

from rlslint.code import adapters
from rlslint.code.adapters.building import parsed
from rlslint.code.form import Block
from rlslint.files import walk


@pytest.mark.parametrize("ending", sorted({*adapters.ENDINGS, *walk.PROGRAMS}))
def test_each_ending_has_a_language(ending: str) -> None:
    assert walk.kind(f"file{ending}") in ("programs", "python")
    assert isinstance(parsed(adapters.language_of(ending), b"").body, Block)
