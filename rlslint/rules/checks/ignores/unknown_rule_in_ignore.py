"""unknown-rule-in-ignore: an ignore comment that names no rule, or one that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import Pattern
from rlslint.config.options import Accept
from rlslint.files.ignores import Ignore
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules import is_rule, suggestion
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
            help=_as_meant(use.ignore),
        )


def _as_meant(ignore: Ignore | Accept) -> str:
    """Return the comment as it should be written, with the rules that it names without brackets."""
    if isinstance(ignore, Accept):
        return 'rule = "rule-name"'
    comment = ignore.span.text.data[ignore.span.start : ignore.span.end].decode("utf-8", "replace")
    sign = next((sign for sign in ("#", "//", ";") if comment.startswith(sign)), "--")
    written = comment.partition("rlslint:")[2].removesuffix("*/")
    found = [word for word in _WORD().findall(written) if is_rule(word)]
    if not found:
        return f"{sign} rlslint: ignore[rule-name] reason"
    reason = written.rpartition(found[-1])[2].lstrip("])}:= ").strip()
    scope = "file-ignore" if ignore.file_wide else "ignore"
    return f"{sign} rlslint: {scope}[{', '.join(found)}] {reason}".rstrip()


_WORD = Pattern(r"[A-Za-z][\w-]*")
