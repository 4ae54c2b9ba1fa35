"""Privileges: those that are granted on an object, and those that future objects will have."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.text import Statement

GrantKey = tuple[str, str, str]
"""Grantee, privilege and column ("" for the whole relation)."""


class Grant(NamedTuple):
    """A privilege that a role holds on an object, or on one column of a relation.

    `grantee` is the role's name, "public" for everyone. `privilege` is in lower case (`select`).
    `doubt` says why nobody granted it perhaps, "" where it is certain. `swept` tells that it was
    granted on all there was in a schema, whatever that was.
    """

    grantee: str
    privilege: str
    column: str
    grantor: str
    grantable: bool
    statement: Statement | None
    doubt: str = ""
    swept: bool = False


class DefaultPrivilege(NamedTuple):
    """What ALTER DEFAULT PRIVILEGES grants on objects that `creator` will make.

    `schema` is "" for all schemas. `kind` is tables, functions, sequences or schemas. `grantable`
    tells of WITH GRANT OPTION, `doubt` why it is perhaps not granted, "" where it is.
    """

    creator: str
    schema: str
    kind: str
    grantee: str
    privilege: str
    statement: Statement | None
    grantable: bool = False
    doubt: str = ""


class PossibleDefault(NamedTuple):
    """Says that `statement` may have changed default privileges: what it touches is unknown.

    Where `creator` or `schema` is "", those of every role or in every schema.
    """

    creator: str
    schema: str
    kind: str
    statement: Statement
