"""policy-application-name-identity: a connection is whom it calls itself."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.claims import is_application_name
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.believed import believing, is_believed
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule


def _believes_a_name(terms: Terms, project: Project) -> bool:
    return is_believed(terms, project, is_application_name)


@rule(where=_believes_a_name)
def policy_application_name_identity(policy: Policy, project: Project) -> Iterator[Finding]:
    why = "which every connection string and every SET chooses"
    yield from believing(policy, project, is_application_name, why, "chosen by whoever connects")
