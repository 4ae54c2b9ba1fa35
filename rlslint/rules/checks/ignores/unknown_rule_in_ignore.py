"""unknown-rule-in-ignore: an ignore comment that names no rule, or one that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules import suggestion
from rlslint.rules.registry import rule
from rlslint.rules.suppression import IgnoreUse


@rule
def unknown_rule_in_ignore(use: IgnoreUse, project: Project) -> Iterator[Finding]:
    for name in use.unknown:
        yield Finding(
            object=str(use),
            message=f"nothing is ignored by this {use.noun}: there is no rule {name}",
            span=use.span,
            label="ignores nothing",
            help=suggestion(name),
        )
    if not use.names and not use.unknown:
        yield Finding(
            object=str(use),
            message=f"nothing is ignored by this {use.noun}: it names no rule",
            span=use.span,
            label="ignores nothing",
            help="-- rlslint: ignore[rule-name] reason",
        )
