"""startup-option-context: the tenant is set when the connection opens, and stays its default."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.config.server_settings import is_own_setting
from rlslint.files.deployment import StartupOption
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.rules.registry import rule


@rule
def startup_option_context(option: StartupOption, project: Project) -> Iterator[Finding]:
    is_read = option.setting in project.context_settings
    if not is_read and not (project.assumes_context and is_own_setting(option.setting)):
        return
    finding = Finding(
        object=option.setting,
        message="the connection stays that of the tenant that it was opened for: RESET and DISCARD "
        f"ALL give {option.setting} the value of {option.how} back, and PgBouncer refuses or drops "
        f"{option.how}",
        span=option.span,
        label="becomes the session's default",
        help=f"open the connection without it, and set {option.setting} by set_config(…, true) in "
        "each transaction",
    )
    yield about_context(finding, project)
