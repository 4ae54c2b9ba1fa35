"""current-setting-no-missing-ok: sessions without a context get an error, and not no rows."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.strict_reads import said_of, strict_reads
from rlslint.rules.registry import rule


@rule
def current_setting_no_missing_ok(policy: Policy, project: Project) -> Iterator[Finding]:
    return map(said_of, strict_reads(policy, project))
