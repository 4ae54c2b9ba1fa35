"""publication-unfiltered: logical decoding knows no policies, so a subscriber gets all rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.access.serving import in_words
from rlslint.catalog.model import Relation
from rlslint.catalog.publications import Publication
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.replicated import Sent, asks_policies, sends_rows
from rlslint.project.questions.subscribers import serving_replicators, subscribers
from rlslint.rules.registry import rule


@rule
def publication_unfiltered(publication: Publication, project: Project) -> Iterator[Finding]:
    if asks_policies(publication) or not sends_rows(publication):
        return
    sent = Sent(publication, project)
    if tables := sent.hidden():
        yield _finding(publication, tables, sent, project)


def _finding(
    publication: Publication, tables: Sequence[Relation], sent: Sent, project: Project
) -> Finding:
    statement, name = sent.statement(tables[0]), publication.name
    reader, subscriber = (
        next(serving_replicators(project), None),
        next(subscribers(tables, project), None),
    )
    places = [(tables[0].because("rls_enabled"), "row security is enabled here")]
    severity, confidence = None, Confidence.medium
    to, remedy = "whoever subscribes", _remedy(publication, tables, sent)
    if reader is not None:
        because = project.runtime.reason(reader.name).because
        to = f"{reader}, which serves requests ({because}) and has REPLICATION"
        places.append((reader.because("replication"), f"{reader} may replicate by this"))
        severity, confidence = Severity.error, Confidence.high
    elif subscriber is not None:
        to = f"whoever subscribes, as {subscriber} may"
        severity = Severity.info
    return Finding(
        object=name,
        message=f"the publication {name} sends all rows of {in_words(tables)} to {to}, because "
        "logical decoding applies no policy and no row filter holds any back",
        span=shown(statement),
        label="sends what policies hide",
        help=remedy,
        related=also_shown(*places, beside=statement),
        severity=severity,
        confidence=confidence,
    )


def _remedy(publication: Publication, tables: Sequence[Relation], sent: Sent) -> str:
    """Return SQL that takes the tables out, or advice where they are not in by name."""
    first = tables[0]
    if not sent.are_named(tables):
        return (
            "publish tables by their names, and those with row security by a row filter: "
            f"CREATE PUBLICATION … FOR TABLE {first.name} WHERE (…)"
        )
    listed = ", ".join(table.sql_name for table in tables)
    return f"ALTER PUBLICATION {publication.sql_name} DROP TABLE {listed};"
