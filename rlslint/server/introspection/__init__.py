"""A live database as a catalog: the same that a replay of its migrations yields."""

from rlslint.server.introspection.introspect import introspect

__all__ = ["introspect"]
