"""The session that runs the migrations: its role, its search_path, its transaction."""

from __future__ import annotations

from rlslint.catalog.roles import MIGRATION_ROLE

DEFAULT_SEARCH_PATH: tuple[str, ...] = ("$user", "public")
"""As in postgresql.conf; `$user` is the schema that is named like the current user."""


_State = tuple[str, str, tuple[str, ...]]


class Session:
    """What statements that come later depend on.

    `user` is current_user: the owner of what is made. `session_user` is who connected; RESET ROLE
    returns to it. Settings made by SET LOCAL, or by SET in a transaction, are given back when the
    transaction ends or rolls back. `start_path` is the search_path that a new session has.
    """

    def __init__(self) -> None:
        self.session_user = MIGRATION_ROLE
        self.user = MIGRATION_ROLE
        self.start_path = self.search_path_setting = DEFAULT_SEARCH_PATH
        self._resolved_for: object = None
        self._resolved: tuple[str, ...] = ()
        self._outer: _State | None = None
        self._after_commit: _State | None = None

    @property
    def search_path(self) -> tuple[str, ...]:
        """The schemas to look in, `$user` replaced."""
        key = self.search_path_setting, self.user
        if key != self._resolved_for:
            self._resolved_for = key
            self._resolved = tuple(self.user if s == "$user" else s for s in key[0])
        return self._resolved

    @search_path.setter
    def search_path(self, schemas: tuple[str, ...]) -> None:
        self.search_path_setting = schemas

    def _snapshot(self) -> _State:
        return self.session_user, self.user, self.search_path_setting

    def _restore(self, snapshot: _State) -> None:
        self.session_user, self.user, self.search_path_setting = snapshot

    def connect(self, user: str, start_path: tuple[str, ...]) -> None:
        """Begin anew, as psql's \\connect does; "" keeps the user."""
        self.session_user = self.user = user or self.session_user
        self.start_path = self.search_path_setting = start_path
        self._outer = self._after_commit = None

    def begin(self) -> None:
        self._outer = self._after_commit = self._snapshot()

    def commit(self) -> None:
        if self._after_commit is not None:
            self._restore(self._after_commit)
        self._outer = self._after_commit = None

    def rollback(self) -> None:
        if self._outer is not None:
            self._restore(self._outer)
        self._outer = self._after_commit = None

    def set_role(self, role: str, local: bool) -> None:
        self.user = role or self.session_user
        self._keep(local)

    def set_session_authorization(self, role: str, local: bool) -> None:
        self.session_user = self.user = role or MIGRATION_ROLE
        self._keep(local)

    def set_search_path(self, schemas: tuple[str, ...], local: bool) -> None:
        self.search_path_setting = schemas
        self._keep(local)

    def reset_search_path(self, local: bool) -> None:
        self.search_path_setting = self.start_path
        self._keep(local)

    def _keep(self, local: bool) -> None:
        """Let a change outlive the transaction, unless it is local to it."""
        if not local and self._after_commit is not None:
            self._after_commit = self._snapshot()
