"""set-config-session in a function's body: the caller's session keeps the tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Function
from rlslint.findings import Finding
from rlslint.meaning.bodies import SettingWrite, span_of_write
from rlslint.project import Project
from rlslint.questions.outliving import left_by_function
from rlslint.registry import rule


@rule
def set_config_session(function: Function, project: Project) -> Iterator[Finding]:
    for write in left_by_function(function, project):
        if write.called:
            yield _finding(function, write)


def _finding(function: Function, write: SettingWrite) -> Finding:
    return Finding(
        object=str(function),
        message=f"After a call of {function} the session keeps {write.name} until it ends, so "
        f"whoever uses the connection next reads and writes as that tenant: set_config is called "
        f"with false as its third argument",
        span=span_of_write(function, write),
        label="lasts longer than the transaction",
        help=f"PERFORM set_config('{write.name}', …, true); -- ends with the transaction",
        statement=function.because("body"),
    )
