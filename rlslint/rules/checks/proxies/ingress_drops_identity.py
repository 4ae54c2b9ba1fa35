"""ingress-drops-identity: who is calling does not get past the proxy, or callers say it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.config import Confidence
from rlslint.files.deployment import HeaderFate, LostIdentity, Route
from rlslint.meaning.context import PLATFORM_FUNCTIONS, ContextRead
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule

_CLAIMS = "request.jwt."
"""What the settings begin with that PostgREST fills from the token (its documentation)."""


class _Words(NamedTuple):
    effect: str
    does: str
    label: str
    help: str


_TOLD = {
    HeaderFate.dropped: _Words(
        "everybody for nobody", "takes it out of requests", "drops who is calling",
        "pass {header} on to what sets the caller, and drop it on other routes only",
    ),
    HeaderFate.replaced: _Words(
        "every caller for one", "puts a value of its own there", "replaces who is calling",
        "pass {header} on to what sets the caller, and drop it on other routes only",
    ),
    HeaderFate.left: _Words(
        "callers for whom they say they are", "passes it on as callers send it",
        "lets callers say who they are",
        "check the caller here, too, and fill {header} from the answer; or empty it",
    ),
    HeaderFate.unasked: _Words(
        "callers for whom they say they are", "lets requests pass here of which it asks nobody",
        "asks nobody who is calling",
        "ask for a token on this way, too, or empty {header} there",
    ),
    HeaderFate.unset: _Words(
        "callers for whom they say they are",
        "passes on what callers send, for nothing in the project sets it",
        "lets callers say who they are",
        "check callers here and fill {header} from the answer, or verify a signed token instead",
    ),
}  # fmt: skip


@rule
def ingress_drops_identity(lost: LostIdentity, project: Project) -> Iterator[Finding]:
    asked = _asked(lost, project)
    if not asked or not _may_reach_rows(lost, project):
        return
    if lost.fate is HeaderFate.unset and not _is_first(lost, project):
        return
    words = _TOLD[lost.fate]
    policy = next(
        (one for one in project.catalog.policies() if project.compared_columns(one)), None
    )
    whose = f"policies such as that of {policy.relation}" if policy is not None else "policies"
    yield Finding(
        object=lost.header,
        message=f"{whose} take {words.effect}: they ask {asked} who is calling, which comes from "
        f"the header {lost.header}, and this proxy {words.does}",
        span=lost.span,
        label=words.label,
        help=words.help.format(header=lost.header),
        related=also_shown(
            (lost.read, f"a program reads {lost.header} here"),
            (lost.other, "callers are checked on this way"),
            (policy.created if policy else None, "a policy goes by the caller here"),
        ),
        confidence=Confidence.medium,
    )


def _asked(lost: LostIdentity, project: Project) -> str:
    """Return what policies ask who is calling, where that comes from the header; "" elsewhere."""
    if lost.header.lower() == "authorization":
        told = next((read for read in project.context_reads if _is_of_token(read)), None)
        if told is not None:
            return told.name or ""
    if lost.read is None or not project.uses_row_security:
        return ""
    written = {
        write.name
        for trace in project.traces
        for _, write in trace.writes()
        if write.value is None and not write.resets
    }
    return next(iter(sorted(written & project.context_settings)), "")


def _is_first(lost: LostIdentity, project: Project) -> bool:
    """Tell whether no way before lets the same header in: that nothing sets it is one fault."""
    return lost == next(
        one
        for one in project.deployment.identities
        if one.fate is HeaderFate.unset
        and one.header == lost.header
        and _may_reach_rows(one, project)
    )


def _is_of_token(read: ContextRead) -> bool:
    name = read.name or ""
    if read.kind == "setting":
        return name.startswith(_CLAIMS)
    return read.kind == "function" and tuple(name.split(".")) in PLATFORM_FUNCTIONS


def _may_reach_rows(lost: LostIdentity, project: Project) -> bool:
    """Tell whether a route that the change is for may lead to a workload with a database.

    The routes are those of the innermost part of the file that has any. What was not traced may
    lead anywhere.
    """
    routes = [one for one in project.deployment.routes if one.span.text.path == lost.span.text.path]
    for part in lost.around:
        inside = [one for one in routes if part.start <= one.span.start < part.end]
        if inside:
            routes = inside
            break
    known = [one for one in routes if not one.because]
    return len(known) < len(routes) or not routes or any(_has_rows(one, project) for one in known)


def _has_rows(route: Route, project: Project) -> bool:
    return any(route.leads_to(connection) for connection in project.connections)
