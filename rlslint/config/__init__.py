"""The options, the files that set them, and the scales of severity and confidence."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """How much harm the fault does; the order is that of the numbers."""

    info = 1
    warning = 2
    error = 3


class Confidence(IntEnum):
    """How sure rlslint is that the fault is there; the order is that of the numbers."""

    low = 1
    medium = 2
    high = 3
