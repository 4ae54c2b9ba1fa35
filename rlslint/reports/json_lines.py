"""One JSON object per line and finding, for streams; the objects are those of the JSON format."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rlslint.reports import Result
from rlslint.reports.json import finding_as_json


def render(result: Result) -> Iterator[str]:
    """Yield one line per finding."""
    for reported in result.findings:
        yield json.dumps(finding_as_json(reported))
