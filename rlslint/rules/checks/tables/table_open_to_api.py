"""table-open-to-api: whoever calls the API reads or writes a table without row security."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.exposure import Exposure
from rlslint.access.gaps import Gap, ancestors, gap_of
from rlslint.access.privileges import can_use_schema
from rlslint.catalog.model import Table
from rlslint.catalog.roles import DATA_PRIVILEGES, PUBLIC
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.belonging import is_certainly_left_open
from rlslint.project.questions.families import opened_above
from rlslint.project.questions.tenants_exposed import exposure_to_api, tenants_exposed
from rlslint.rules.registry import rule
from rlslint.text.display import printable
from rlslint.text.sentences import listed

_VERBS = {"select": "read", "update": "change", "delete": "delete"}


@rule
def table_open_to_api(table: Table, project: Project) -> Iterator[Finding]:
    opened = _opened(table, project)
    if opened is None or any(_opened(above, project) is not None for above in ancestors(table)):
        return
    if opened_above(table, project) is not None:
        return
    if tenants_exposed(table, project) is not None or is_certainly_left_open(table, project):
        return
    from rlslint.project.questions.trigger_copies import is_filled_by_trigger

    if not is_filled_by_trigger(table, project):
        yield _finding(table, opened)


def _opened(table: Table, project: Project) -> Exposure | None:
    """Return how a table is open to an API or to everybody, None where it is not."""
    if table.is_beyond_history or table.temporary or gap_of(table) is not Gap.plain:
        return None
    opened = exposure_to_api(table, project) or _to_everybody(table, project)
    if opened is None or not project.is_shared(table):
        return opened
    # All may read what the configuration calls a reference table, and nobody should write it.
    is_reference = {table.name, str(table)} & set(project.config.reference_tables)
    return None if not is_reference or opened.only_reads else opened


def _to_everybody(table: Table, project: Project) -> Exposure | None:
    if not can_use_schema(project.catalog, PUBLIC, table.schema):
        return None
    grants = [
        grant
        for grant in table.grants.values()
        if grant.grantee == PUBLIC and grant.privilege in DATA_PRIVILEGES and grant.statement
    ]
    if not grants:
        return None
    statements = (grant.statement for grant in grants)
    return Exposure(
        (PUBLIC,),
        frozenset(grant.privilege for grant in grants),
        "",
        None,
        tuple(dict.fromkeys(one for one in statements if one is not None)),
    )


def _finding(table: Table, opened: Exposure) -> Finding:
    everybody = opened.roles == (PUBLIC,)
    verbs = [verb for privilege, verb in _VERBS.items() if privilege in opened.privileges]
    does = f"{listed(verbs)} every row of" if verbs else "add rows to"
    because = f" ({opened.because})" if opened.because else ""
    statement = table.because("rls_enabled")
    span = shown(statement)
    # Who grants nothing but reading has perhaps published the table.
    is_published = opened.only_reads or everybody
    return Finding(
        object=str(table),
        message=f"{opened.who} can {does} {table}, because row security is not enabled{because}",
        span=span,
        label="has no row security",
        help=f"enable row security on {printable(table.sql_name)} and write a policy for each "
        "command that callers need; or name the table in reference-tables, and grant no more than "
        "SELECT",
        related=opened.related(span),
        severity=Severity.warning if is_published or opened.because else None,
        confidence=opened.confidence or (Confidence.medium if is_published else None),
    )
