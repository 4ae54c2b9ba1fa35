"""guc-unqualified-name in a column's default: it reads a setting that nobody can set."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Table
from rlslint.meaning.context import context_reads
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.undotted_settings import LABEL, REASON, advice, dotted, is_undotted
from rlslint.rules.registry import rule


@rule
def guc_unqualified_name(table: Table, project: Project) -> Iterator[Finding]:
    for column in table.columns.values():
        default = column.default
        if default is None:
            continue
        for read in default.ask(context_reads, project.context_functions):
            if read.kind != "setting" or not is_undotted(read.name):
                continue
            name = read.name or ""
            meant = dotted(name, project)
            effect = "get NULL for" if read.missing_ok else "fail for want of"
            yield Finding(
                object=f"{table}.{column}",
                message=f"rows that are inserted into {table} {effect} {column}: its default reads "
                f"{name}, {REASON}",
                span=default.span(read.expression),
                label=LABEL,
                help=f"write {meant} in its place" if meant else advice(name),
            )
            break
