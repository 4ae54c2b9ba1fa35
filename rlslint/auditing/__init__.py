"""Live databases, asked what migrations are asked and what only a server knows."""

from rlslint.auditing.audit import NoHistory, Request, audit

__all__ = ["NoHistory", "Request", "audit"]
