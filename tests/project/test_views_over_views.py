"""Views over views: what is asked of one view is asked once, whatever stands on it."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

from tests.linting import lint

TABLE = """
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
GRANT SELECT ON docs TO app_user;
CREATE VIEW v0 AS SELECT * FROM docs;
"""


def _queries_analysed(folder: Path, count: int) -> int:
    views = "".join(
        f"CREATE VIEW v{n} AS SELECT * FROM v{n - 1};\nGRANT SELECT ON v{n} TO app_user;\n"
        for n in range(1, count)
    )
    profile = cProfile.Profile()
    folder.mkdir()
    profile.runcall(lint, folder, {"migrations/0001_a.sql": TABLE + views})
    counted: dict[tuple[str, int, str], tuple[int, ...]] = vars(pstats.Stats(profile))["stats"]
    return sum(times[0] for (_, _, name), times in counted.items() if name == "_tied")


def test_each_query_is_analysed_once(tmp_path: Path) -> None:
    few, many = _queries_analysed(tmp_path / "few", 20), _queries_analysed(tmp_path / "many", 40)
    assert 0 < many <= 2 * few + 1
