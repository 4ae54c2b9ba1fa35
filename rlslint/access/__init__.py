"""The effective policy for a role, a table and a command; who can reach what.

Everything here is a pure function of the catalog. An unknown fact raises UnknownFact.
"""

from rlslint.access.bookkeeping import is_bookkeeping
from rlslint.access.exposure import Exposure, exposure, restricts
from rlslint.access.gaps import (
    Gap,
    ancestors,
    gap_of,
    protected_ancestors,
    protected_originals,
)
from rlslint.access.ownership import Answer, Ownership, owns
from rlslint.access.privileges import (
    DATA_PRIVILEGES,
    can_execute,
    can_use_schema,
    grantees,
    grants_to,
    has_any_column_privilege,
    has_privilege,
)
from rlslint.access.reach import (
    Read,
    UnfilteredRead,
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
)
from rlslint.access.row_security import (
    AppliedClause,
    Bypass,
    EffectivePolicy,
    Escape,
    Operation,
    RowCondition,
    applicable_policies,
    bypass,
    effective_policy,
    row_security_active,
)
from rlslint.access.runtime_roles import (
    Evidence,
    RuntimeRoles,
    find_runtime_roles,
    is_supabase,
)

__all__ = [
    "ASSUMED_ROLE",
    "DATA_PRIVILEGES",
    "Answer",
    "AppliedClause",
    "Bypass",
    "EffectivePolicy",
    "Escape",
    "Evidence",
    "Exposure",
    "Gap",
    "Operation",
    "Ownership",
    "Read",
    "RowCondition",
    "RuntimeRoles",
    "UnfilteredRead",
    "ancestors",
    "applicable_policies",
    "bypass",
    "can_execute",
    "can_log_in",
    "can_use_schema",
    "effective_policy",
    "exposure",
    "find_runtime_roles",
    "gap_of",
    "grantees",
    "grants_to",
    "has_any_column_privilege",
    "has_bypassrls",
    "has_privilege",
    "inherited_roles",
    "is_bookkeeping",
    "is_declared",
    "is_probably_superuser",
    "is_supabase",
    "is_superuser",
    "owns",
    "protected_ancestors",
    "protected_originals",
    "protected_reads",
    "protected_sources",
    "reachable_by",
    "reads_behind",
    "relations_looked_up",
    "restricts",
    "row_security_active",
    "runs_as_invoker",
    "settable_roles",
    "unfiltered_reads",
]
