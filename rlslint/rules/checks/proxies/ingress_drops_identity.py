"""ingress-drops-identity: the token that policies go by does not get past the proxy."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.config import Confidence
from rlslint.files.deployment import LostIdentity
from rlslint.meaning.context import PLATFORM_FUNCTIONS, ContextRead
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule

_CLAIMS = "request.jwt."
"""What the settings begin with that PostgREST fills from the token (its documentation)."""


@rule
def ingress_drops_identity(lost: LostIdentity, project: Project) -> Iterator[Finding]:
    told = next((read for read in project.context_reads if _is_of_token(read)), None)
    if told is None:
        return
    what = "every caller for the one of that token" if lost.is_replaced else "everybody for nobody"
    does = "puts a token of its own there" if lost.is_replaced else "takes it out of requests"
    policy = next(
        (one for one in project.catalog.policies() if project.compared_columns(one)), None
    )
    yield Finding(
        object=lost.header,
        message=f"policies take {what}: they ask {told.name} who is calling, which comes from the "
        f"header {lost.header}, and this proxy {does}",
        span=lost.span,
        label="replaces who is calling" if lost.is_replaced else "drops who is calling",
        help=f"pass {lost.header} on to what sets the claims, and drop it on other routes only",
        related=also_shown(
            (policy.created if policy else None, "a policy goes by the caller here"),
        ),
        confidence=Confidence.medium,
    )


def _is_of_token(read: ContextRead) -> bool:
    name = read.name or ""
    if read.kind == "setting":
        return name.startswith(_CLAIMS)
    return read.kind == "function" and tuple(name.split(".")) in PLATFORM_FUNCTIONS
