"""rlslint finds PostgreSQL row-level-security mistakes in migrations and application code."""

__version__ = "0.1.0"
