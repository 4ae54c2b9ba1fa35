"""Settings of the project's own whose names have no dot: PostgreSQL lets nobody set them."""

from __future__ import annotations

from rlslint.config.server_settings import SERVER_SETTINGS
from rlslint.project.project import Project
from rlslint.project.questions.setting_names import written_settings

REASON = "which nobody can set, for settings of one's own have a dot in their names"
LABEL = "PostgreSQL has no such setting and lets nobody make it"


def is_undotted(name: str | None) -> bool:
    """Tell whether a name is no setting that PostgreSQL has or lets anybody make.

    One that is computed is not known.
    """
    return bool(name) and name is not None and "." not in name and name not in SERVER_SETTINGS


def dotted(name: str, project: Project) -> str:
    """Return the one setting of the project that is called so behind its dot, else ""."""
    known = {*project.context_settings, *project.ask(written_settings)}
    found = {one for one in known if one.rpartition(".")[2] == name and "." in one}
    return found.pop() if len(found) == 1 else ""


def advice(name: str) -> str:
    """Return what to do where the project has no name that is meant."""
    return f"give the setting a name with a dot, such as app.{name}, here and where it is set"
