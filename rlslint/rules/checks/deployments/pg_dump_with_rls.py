"""pg-dump-with-rls: a dump fails, or leaves rows out, for a role that policies bind."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import is_declared
from rlslint.access.reach import row_security_active
from rlslint.access.serving import in_words, protected_tables
from rlslint.files.deployment import Dump
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def pg_dump_with_rls(dump: Dump, project: Project) -> Iterator[Finding]:
    if not dump.has_rows or not project.uses_row_security:
        return
    catalog = project.catalog
    is_known = bool(dump.user) and is_declared(catalog, dump.user)
    if not is_known and not (dump.is_partial and not dump.user):
        return
    tables = [
        table
        for table in protected_tables(catalog)
        if not dump.user or row_security_active(catalog, dump.user, table)
    ]
    if not tables:
        return
    role = dump.user or "the role that it connects as"
    if dump.is_partial:
        effect = (
            f"this dump leaves out the rows of {in_words(tables)} that policies hide from {role}"
        )
        cause = "--enable-row-security makes pg_dump take what it sees for all there is"
    else:
        effect = f"this dump fails at {in_words(tables)}"
        cause = f"pg_dump refuses to leave rows out, and policies bind {role}"
    yield Finding(
        object=dump.user or "pg_dump",
        message=f"{effect}: {cause}",
        span=dump.span,
        label=f"connects as {dump.user}" if dump.user else "shows what policies let through",
        help="dump as a role with BYPASSRLS that serves no requests",
    )
