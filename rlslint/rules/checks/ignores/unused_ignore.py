"""unused-ignore: an ignore comment or an accept entry that nothing needs."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules.registry import rule
from rlslint.rules.suppression import IgnoreUse


@rule
def unused_ignore(use: IgnoreUse, project: Project) -> Iterator[Finding]:
    for name in sorted(use.unused):
        yield Finding(
            object=str(use),
            message=f"{name} found nothing {use.where}, so this {use.noun} hides nothing",
            span=use.span,
            label="not needed",
            help=f"remove {name} from it",
        )
