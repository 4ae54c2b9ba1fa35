"""config-unknown-role: an option names what nobody knows, and so does nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.config import did_you_mean
from rlslint.project import Finding
from rlslint.project.option_uses import OptionUse
from rlslint.project.project import Project
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed

_KINDS = {"reference-tables": "table", "tenant-columns": "column"}


@rule
def config_unknown_role(use: OptionUse, project: Project) -> Iterator[Finding]:
    del project
    if use.name in use.names.known or not use.names.are_all or not use.names.known:
        return
    meant = did_you_mean(use.name, tuple(sorted(use.names.known)))
    kind = _KINDS.get(use.option, "role")
    # Roles are often made elsewhere: then it tells something that others are here to serve.
    others = sorted(use.names.serving) if use.option == "runtime-roles" else []
    if kind == "role" and not meant and not others:
        return
    beside = f", while {listed(others)} {_verb(others)} granted rows" if others else ""
    yield Finding(
        object=str(use),
        message=f"{use.option} does nothing with {use.name}: no {kind} of this name is made or "
        f"used{beside}",
        span=use.span,
        label="named nowhere else",
        help=f"did you mean {meant}?" if meant else f"name the {kind} as the database does",
    )


def _verb(roles: list[str]) -> str:
    return "is" if len(roles) == 1 else "are"
