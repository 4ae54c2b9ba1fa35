"""`check`: what was printed the last time is printed again where nothing has changed."""

from __future__ import annotations

from rlslint.cli import cache
from rlslint.cli.streams import ERROR, Report, deliver, harmless, wants_colour
from rlslint.files.disk import Questions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def check(paths: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Lint, print, and return the exit status."""
    return deliver(_report(paths, options), options["output_file"])


def _report(paths: tuple[str, ...], options: Mapping[str, Any]) -> Report:
    if options["no_cache"] or "-" in paths or options["show_files"] or options["show_settings"]:
        return _made(paths, options)
    key = cache.key_of(paths, options, wants_colour(options))
    return cache.look_up(key, paths) or _made_and_kept(key, paths, options)


def _made(paths: tuple[str, ...], options: Mapping[str, Any]) -> Report:
    from rlslint.cli.running import report_of_check

    return report_of_check(paths, options)


def _made_and_kept(key: str, paths: tuple[str, ...], options: Mapping[str, Any]) -> Report:
    with Questions() as questions:
        report = _made(paths, options)
    if report.status == ERROR:
        return report
    try:
        cache.keep(key, report, questions, paths)
    except cache.Unusable as reason:
        if options["verbose"]:
            report.before += harmless((f"The run is not kept: {reason}.",))
    return report
