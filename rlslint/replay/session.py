"""The session that runs the migrations: its role, its search_path, its transaction."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.catalog import Catalog
from rlslint.catalog.journal import set_attribute
from rlslint.catalog.roles import DEFAULT_SEARCH_PATH, MIGRATION_ROLE
from rlslint.sql.parser import Node

_State = tuple[str, str, tuple[str, ...], frozenset[str]]

ANY_SETTING = "*"
"""Stands for a setting whose name only the database knows."""


READ_ONLY = "transaction_read_only"
READ_ONLY_BY_DEFAULT = "default_transaction_read_only"


def only_reads(options: Iterable[Node]) -> bool | None:
    """Return what BEGIN or SET TRANSACTION says of READ ONLY, None where it says nothing."""
    for option in options:
        match option["DefElem"]:
            case {"defname": "transaction_read_only", "arg": {"A_Const": {"ival": value}}}:
                return bool(value.get("ival"))
    return None


class Session:
    """What statements that come later depend on.

    `user` is current_user: the owner of what is made. `session_user` is who connected; RESET ROLE
    returns to it; `authenticated_user` is what that was at first. Settings made by SET LOCAL are
    given back when the transaction ends; what it undoes the journal gives back. `start_path` is the
    search_path that a new session has. `given` are the settings of the application's own, in small
    letters, that hold a value, `row_security` where it is off, and those that let a transaction
    only read where they are on.
    """

    def __init__(self) -> None:
        self.authenticated_user = MIGRATION_ROLE
        self.session_user = MIGRATION_ROLE
        self.user = MIGRATION_ROLE
        self.start_path = self.search_path_setting = DEFAULT_SEARCH_PATH
        self.given: frozenset[str] = frozenset()
        self._resolved_for: object = None
        self._resolved: tuple[str, ...] = ()
        self._after_commit: _State | None = None

    @property
    def search_path(self) -> tuple[str, ...]:
        """The schemas to look in, `$user` replaced."""
        key = self.search_path_setting, self.user
        if key != self._resolved_for:
            self._resolved_for = key
            self._resolved = tuple(self.user if s == "$user" else s for s in key[0])
        return self._resolved

    def become(
        self, user: str, search_path: tuple[str, ...], session_user: str | None = None
    ) -> None:
        """Act as a role with a search_path, whatever transaction there is."""
        self._restore((session_user or self.session_user, user, search_path, self.given))

    def _snapshot(self) -> _State:
        return self.session_user, self.user, self.search_path_setting, self.given

    def _restore(self, snapshot: _State) -> None:
        names = ("session_user", "user", "search_path_setting", "given")
        for name, value in zip(names, snapshot, strict=True):
            set_attribute(self, name, value)

    def connect(self, user: str, start_path: tuple[str, ...]) -> None:
        """Begin anew, as psql's \\connect does."""
        set_attribute(self, "authenticated_user", user)
        self.become(user, start_path, user)
        set_attribute(self, "given", frozenset())
        set_attribute(self, "start_path", start_path)
        set_attribute(self, "_after_commit", None)

    def begin(self) -> None:
        """Note what SET LOCAL gives back at the end of the transaction that begins."""
        set_attribute(self, "_after_commit", self._snapshot())

    def end(self) -> None:
        """Give back what SET LOCAL has set, at the end of a transaction."""
        if self._after_commit is not None:
            self._restore(self._after_commit)
            set_attribute(self, "_after_commit", None)

    def set_role(self, role: str, local: bool) -> None:
        set_attribute(self, "user", role or self.session_user)
        self._keep(local)

    def set_session_authorization(self, role: str, local: bool) -> None:
        name = role or self.authenticated_user
        self.become(name, self.search_path_setting, name)
        self._keep(local)

    def set_search_path(self, schemas: tuple[str, ...], local: bool) -> None:
        set_attribute(self, "search_path_setting", schemas)
        self._keep(local)

    def give(self, name: str, has_value: bool, local: bool) -> None:
        """Note that a setting holds a value from now on, or none."""
        set_attribute(self, "given", self.given | {name} if has_value else self.given - {name})
        self._keep(local)

    def take_all(self, local: bool) -> None:
        """Note that no setting holds a value any more."""
        set_attribute(self, "given", frozenset())
        self._keep(local)

    def reset_search_path(self, local: bool) -> None:
        self.set_search_path(self.start_path, local)

    def _keep(self, local: bool) -> None:
        """Let a change outlive the transaction, unless it is local to it."""
        if not local and self._after_commit is not None:
            set_attribute(self, "_after_commit", self._snapshot())


def start_path(catalog: Catalog, user: str) -> tuple[str, ...]:
    """Return the search_path that a role's sessions begin with.

    Its own comes before that of the database (manual: ALTER ROLE).
    """
    role = catalog.roles.get(user)
    if role is not None and role.knows("settings") and "search_path" in role.settings:
        return _listed(role.settings["search_path"])
    stored = catalog.database_settings.get("search_path")
    return DEFAULT_SEARCH_PATH if stored is None else _listed(stored[0])


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(","))
