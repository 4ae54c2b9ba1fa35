"""The roles of callers without an account."""

from __future__ import annotations

from rlslint.config.platforms import ANONYMOUS
from rlslint.project.project import Project
from rlslint.text.sentences import words_of

_CALLED = frozenset(("anon", "anonymous", "guest", "guests", "unauthenticated", "visitor"))


def anonymous_roles(project: Project) -> frozenset[str]:
    """Return the runtime roles that serve callers without an account.

    Those of a platform or of an API's settings, and those whose names say so.
    """
    named = {api.anonymous for api in project.apis if api.anonymous}
    return frozenset(
        role
        for role in project.runtime.names
        if role in ANONYMOUS or role in named or not words_of(role).isdisjoint(_CALLED)
    )
