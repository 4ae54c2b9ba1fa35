"""A live database as a catalog: the same that a replay of its migrations yields."""

from rlslint.catalog.introspection.reading import introspect

__all__ = ["introspect"]
