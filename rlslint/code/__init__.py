"""Application code: one file in, what it does with databases out; here is all that comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.files.deployment import NO_DEPLOYMENT, Deployment
from rlslint.files.layouts import Migration

if TYPE_CHECKING:
    from rlslint.code.sites import CodeFile
    from rlslint.files.connections import Connection, ConnectionDefaults
    from rlslint.files.settings.api import Api
    from rlslint.files.unread import Sign


class RowSecurityProgram(NamedTuple):
    """A program that makes row security itself; `is_apart` tells that it makes its own tables."""

    migration: Migration
    is_apart: bool


class Code(NamedTuple):
    """Application code and settings, read once for all histories; tests are no part of it.

    `programs` make row security themselves, of `unread` ones it cannot be told what they make.
    `apis` are those that settings files are about, each with the path of its file. `others` are
    the paths of all files that are not read as SQL. `deployment` is what those of the program tell
    of keys, poolers and the like. `tests` are the paths of the files that test it.
    `told` are the programs of which nothing about row security is left unread. `defaults` are what
    settings files say of all connections that a framework makes. `seen` are the signs of row
    security in the programs that were `searched`, by their paths; `passed` are programs that query
    tables with policies and were not followed.
    """

    files: tuple[CodeFile, ...]
    connections: tuple[Connection, ...]
    settings_files: int
    others: tuple[str, ...] = ()
    programs: tuple[RowSecurityProgram, ...] = ()
    unread: tuple[Sign, ...] = ()
    apis: tuple[tuple[str, Api], ...] = ()
    deployment: Deployment = NO_DEPLOYMENT
    tests: tuple[str, ...] = ()
    told: frozenset[str] = frozenset()
    defaults: tuple[ConnectionDefaults, ...] = ()
    searched: frozenset[str] = frozenset()
    seen: tuple[Sign, ...] = ()
    passed: tuple[str, ...] = ()
