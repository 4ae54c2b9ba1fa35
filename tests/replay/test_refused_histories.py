"""What PostgreSQL refuses the replay refuses too, and it changes nothing."""

import pytest

from tests.histories import compare
from tests.postgres import Database
from tests.replay import refused_histories


@pytest.mark.parametrize("name", refused_histories.ALL)
def test_what_is_refused_changes_nothing(name: str, database: Database) -> None:
    script = refused_histories.SETUP + refused_histories.ALL[name]
    comparison = compare(database, script, with_refused=True)
    assert comparison.differences == []
    assert comparison.unknown == ()
