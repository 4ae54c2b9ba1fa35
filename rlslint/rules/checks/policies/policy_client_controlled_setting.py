"""policy-client-controlled-setting: the client sends the value that decides what it may see."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.claims import is_application_name
from rlslint.meaning.context import ContextRead
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.believed import believing, is_believed
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule


def _is_sent(read: ContextRead) -> bool:
    return not is_application_name(read)


def _believes_the_client(terms: Terms, project: Project) -> bool:
    return is_believed(terms, project, _is_sent)


@rule(where=_believes_the_client)
def policy_client_controlled_setting(policy: Policy, project: Project) -> Iterator[Finding]:
    why = "which the client chooses"
    yield from believing(policy, project, _is_sent, why, "sent by the client")
