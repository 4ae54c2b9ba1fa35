"""Which effects a statement may have, by its kind."""

from __future__ import annotations

from collections.abc import Callable

from rlslint.replay.plpgsql.possible_effects.alterations import alter_table
from rlslint.replay.plpgsql.possible_effects.effects import PossibleEffects
from rlslint.replay.plpgsql.possible_effects.functions import alter_function, create_function
from rlslint.replay.plpgsql.possible_effects.names import rename, set_schema
from rlslint.replay.plpgsql.possible_effects.owners import change_owner, reassign_owned
from rlslint.replay.plpgsql.possible_effects.policies import alter_policy, create_policy
from rlslint.replay.plpgsql.possible_effects.privileges import alter_default_privileges, grant
from rlslint.replay.plpgsql.possible_effects.publications import (
    alter_publication,
    create_publication,
)
from rlslint.replay.plpgsql.possible_effects.relations import (
    create_index,
    create_relation,
    create_trigger,
)
from rlslint.replay.plpgsql.possible_effects.removals import drop
from rlslint.replay.plpgsql.possible_effects.roles import (
    grant_role,
    set_role_attributes,
    set_role_settings,
)
from rlslint.sql.parser import Node

Effect = Callable[[PossibleEffects, Node], None]

_EFFECTS: dict[str, Effect] = {
    "AlterDefaultPrivilegesStmt": alter_default_privileges,
    "AlterFunctionStmt": alter_function,
    "AlterObjectSchemaStmt": set_schema,
    "AlterOwnerStmt": change_owner,
    "AlterPolicyStmt": alter_policy,
    "AlterPublicationStmt": alter_publication,
    "AlterRoleSetStmt": set_role_settings,
    "AlterRoleStmt": set_role_attributes,
    "AlterTableStmt": alter_table,
    "CreateForeignTableStmt": create_relation,
    "CreateFunctionStmt": create_function,
    "CreatePolicyStmt": create_policy,
    "CreatePublicationStmt": create_publication,
    "CreateRoleStmt": set_role_attributes,
    "CreateStmt": create_relation,
    "CreateTableAsStmt": create_relation,
    "CreateTrigStmt": create_trigger,
    "DropStmt": drop,
    "GrantRoleStmt": grant_role,
    "GrantStmt": grant,
    "IndexStmt": create_index,
    "ReassignOwnedStmt": reassign_owned,
    "RenameStmt": rename,
    "ViewStmt": create_relation,
}


def make_unknown(effects: PossibleEffects, kind: str, node: Node) -> None:
    """Make unknown what a statement of this kind may change."""
    effect = _EFFECTS.get(kind)
    if effect is not None:
        effect(effects, node)
