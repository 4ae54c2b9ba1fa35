"""stale-baseline-entry: an entry of the baseline whose finding is gone."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules.baselines import EntryUse
from rlslint.rules.registry import rule


@rule
def stale_baseline_entry(use: EntryUse, project: Project) -> Iterator[Finding]:
    name, object = use.entry.key
    if use.is_unknown:
        yield Finding(
            object=object,
            message=f"nothing is hidden by this entry of the baseline: there is no rule {name}",
            span=use.span,
            label="hides nothing",
            help=use.hint,
        )
        return
    yield Finding(
        object=object,
        message=f"{name} finds on {object} nothing of what the baseline has of it",
        span=use.span,
        label="not needed any more",
        help="rlslint check --prune-baseline takes it out",
    )
