"""Replays a migration history, statement by statement, into the catalog that it leaves behind."""
