"""The effective policy for a role, a table and a command; who can reach what.

Everything here is a pure function of the catalog. An unknown fact raises UnknownFact.
"""

from rlslint.access.api_roles import api_roles
from rlslint.access.data_roles import is_administrative
from rlslint.access.exposure import Exposure, exposure, restricts
from rlslint.access.gaps import (
    Gap,
    ancestors,
    gap_of,
    protected_ancestors,
    protected_originals,
    protected_predecessor,
)
from rlslint.access.granted import (
    Granted,
    StatementPlace,
    grants_by_place,
    revocation,
    statement_place,
)
from rlslint.access.ownership import Answer, Ownership, forced_tables, owning_membership, owns
from rlslint.access.privileges import (
    DATA_PRIVILEGES,
    can_execute,
    can_use_schema,
    grants_to,
    has_any_column_privilege,
    has_privilege,
)
from rlslint.access.reach import (
    TableRead,
    UnfilteredRead,
    functions_around,
    not_exempt,
    protected_reads,
    protected_sources,
    reachable_by,
    reads_behind,
    relations_looked_up,
    runs_as_invoker,
    unfiltered_reads,
)
from rlslint.access.roles import (
    ASSUMED_ROLE,
    can_log_in,
    has_bypassrls,
    inherited_roles,
    is_declared,
    is_probably_superuser,
    is_superuser,
    settable_roles,
    switched_to,
)
from rlslint.access.row_security import (
    Bypass,
    Escape,
    applicable_policies,
    bypass,
    row_security_active,
)
from rlslint.access.runtime_roles import (
    Evidence,
    RuntimeRoles,
    find_runtime_roles,
    platform_spoken_of,
    speaks_of,
)
from rlslint.access.serving import (
    Serving,
    in_words,
    makes_copies,
    protected_tables,
    serves,
)

__all__ = [
    "ASSUMED_ROLE",
    "DATA_PRIVILEGES",
    "Answer",
    "Bypass",
    "Escape",
    "Evidence",
    "Exposure",
    "Gap",
    "Granted",
    "Ownership",
    "RuntimeRoles",
    "Serving",
    "StatementPlace",
    "TableRead",
    "UnfilteredRead",
    "ancestors",
    "api_roles",
    "applicable_policies",
    "bypass",
    "can_execute",
    "can_log_in",
    "can_use_schema",
    "exposure",
    "find_runtime_roles",
    "forced_tables",
    "functions_around",
    "gap_of",
    "grants_by_place",
    "grants_to",
    "has_any_column_privilege",
    "has_bypassrls",
    "has_privilege",
    "in_words",
    "inherited_roles",
    "is_administrative",
    "is_declared",
    "is_probably_superuser",
    "is_superuser",
    "makes_copies",
    "not_exempt",
    "owning_membership",
    "owns",
    "platform_spoken_of",
    "protected_ancestors",
    "protected_originals",
    "protected_predecessor",
    "protected_reads",
    "protected_sources",
    "protected_tables",
    "reachable_by",
    "reads_behind",
    "relations_looked_up",
    "restricts",
    "revocation",
    "row_security_active",
    "runs_as_invoker",
    "serves",
    "settable_roles",
    "speaks_of",
    "statement_place",
    "switched_to",
    "unfiltered_reads",
]
