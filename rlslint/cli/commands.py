"""The command line: click commands, nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from rlslint import __version__
from rlslint.config.options import OUTPUT_FORMATS
from rlslint.config.scales import Confidence, Severity

F = TypeVar("F", bound=Callable[..., Any])

SHELLS = ("bash", "zsh", "fish")
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_SEVERITY = click.Choice(tuple(Severity.__members__))
_CONFIDENCE = click.Choice(tuple(Confidence.__members__))


class Commands(click.Group):
    """The commands, with the names that users of other linters may type."""

    aliases = {"lint": "check", "explain": "rule"}  # noqa: RUF012

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return super().get_command(context, self.aliases.get(name, name))


@click.group(cls=Commands, context_settings=CONTEXT)
@click.version_option(__version__, "-V", "--version", message="rlslint %(version)s")
def rlslint() -> None:
    """Find PostgreSQL row-level-security mistakes before one tenant reads another's rows."""


_SELECTING = (
    click.option("--select", multiple=True, metavar="RULES", help="Turn on these rules only."),
    click.option("--ignore", multiple=True, metavar="RULES", help="Turn off these rules."),
    click.option("--extend-select", multiple=True, metavar="RULES", help="Turn on more rules."),
)
_EXCLUDING = (
    click.option(
        "--per-file-ignores",
        multiple=True,
        metavar="PATTERN:RULES",
        help="Turn off rules for files.",
    ),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out these files."),
    click.option(
        "--extend-exclude", multiple=True, metavar="PATTERN", help="Leave out more files."
    ),
    click.option("--force-exclude", is_flag=True, help="Leave out excluded files even if named."),
)
_CONFIGURING = (
    click.option(
        "--config",
        "config_values",
        multiple=True,
        metavar="FILE|KEY=VALUE",
        help="A configuration file, or one option of it.",
    ),
    click.option("--isolated", is_flag=True, help="Read no configuration file."),
)
_REPORTING = (
    click.option(
        "--output-format", type=click.Choice(OUTPUT_FORMATS), help="How findings are printed."
    ),
    click.option("-o", "--output-file", type=click.Path(), help="Write the findings to a file."),
)
_WEIGHING = (
    click.option("--fail-on", type=_SEVERITY, help="Exit with 1 from this severity on."),
    click.option("--min-severity", type=_SEVERITY, help="Print from this severity on."),
    click.option("--min-confidence", type=_CONFIDENCE, help="Print from this confidence on."),
    click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 whatever is found."),
    click.option("--show-unchecked", is_flag=True, help="List what could not be checked."),
    click.option("--statistics", is_flag=True, help="Count the findings of each rule."),
)
_SPEAKING = (
    click.option("--show-settings", is_flag=True, help="Print the options in force."),
    click.option(
        "--color",
        type=click.Choice(("auto", "always", "never")),
        default="auto",
        help="When to use colour.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only."),
    click.option(
        "-v", "--verbose", is_flag=True, help="Say which configuration and rules are in force."
    ),
)


def _with(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Give a command options, in this order."""

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@rlslint.command(short_help="Lint files and directories.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=str))
@_with(
    *_SELECTING,
    *_EXCLUDING,
    *_CONFIGURING,
    *_REPORTING,
    click.option("--stdin-filename", help="The file that standard input stands for."),
    *_WEIGHING,
    click.option("--show-files", is_flag=True, help="List the files that would be read."),
    *_SPEAKING,
)
def check(paths: tuple[str, ...], **options: Any) -> int:
    """Lint the files and directories PATHS (default: the current directory; - is standard input).

    Migrations are always replayed whole; PATHS choose which findings are reported.

    Exit status: 0 for nothing found, 1 for findings, 2 for an error.
    """
    from rlslint.cli.running import run_check

    _refuse_contradiction(options)
    if options["stdin_filename"] and paths and "-" not in paths:
        raise click.UsageError("--stdin-filename says what - stands for, but PATHS have no -.")
    default = "-" if options["stdin_filename"] else "."
    return run_check(paths or (default,), options)


@rlslint.command(short_help="Audit live databases.")
@click.argument("databases", nargs=-1, metavar="[DSN]...")
@click.option("--service", metavar="NAME", help="A service of libpq's pg_service.conf.")
@click.option(
    "--dsn-file",
    type=click.File(encoding="utf-8-sig"),
    metavar="FILE",
    help="A file with a DSN on each line (- is standard input).",
)
@click.option("--schema", multiple=True, metavar="NAME", help="Report on this schema only.")
@click.option("--migrations", metavar="PATH", help="The migrations that made the database.")
@click.option("--drift", is_flag=True, help="Report what differs from the migrations.")
@_with(*_SELECTING, *_CONFIGURING, *_REPORTING, *_WEIGHING, *_SPEAKING)
def audit(databases: tuple[str, ...], **options: Any) -> int:
    """Ask live databases what check asks migrations, and what only a server knows.

    A DSN is a URL (postgresql://role@host/database) or libpq's keywords and values (host=db1
    dbname=shop). Without one, libpq's environment (PGHOST, PGDATABASE, PGSERVICE …) says where to
    connect. Give the password in PGPASSWORD or in the file .pgpass: others can see a command line.

    Any role that can connect will do. Nothing is changed and no row is read: the audit is one
    read-only transaction on the system catalogs.

    Exit status: 0 for nothing found, 1 for findings, 2 for an error.
    """
    from rlslint.cli.running import connection_strings, run_audit

    _refuse_contradiction(options)
    if options["drift"] and not options["migrations"]:
        raise click.UsageError("--drift compares with migrations: --migrations says which.")
    return run_audit(
        connection_strings(databases, options["service"], options["dsn_file"]), options
    )


def _refuse_contradiction(options: Mapping[str, Any]) -> None:
    if options["quiet"] and options["verbose"]:
        raise click.UsageError("--quiet and --verbose exclude each other.")


@rlslint.command(short_help="Print the card of a rule.")
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Print the cards of all rules.")
def rule(name: str | None, every: bool) -> int:
    """Print the card of the rule NAME (or code, or prefix of codes), or a list of all rules."""
    from rlslint.cli.reference import print_rules

    if name is not None and every:
        raise click.UsageError("NAME and --all exclude each other.")
    return print_rules(name, every)


@rlslint.command(short_help="Print the options of the configuration.")
@click.argument("key", required=False)
@click.option("--json-schema", is_flag=True, help="Print the JSON schema of the configuration.")
def config(key: str | None, json_schema: bool) -> int:
    """Print the option KEY of the configuration, or all, with type, default and meaning."""
    from rlslint.cli.reference import print_options

    if key is not None and json_schema:
        raise click.UsageError("KEY and --json-schema exclude each other.")
    return print_options(key, json_schema)


@rlslint.command(short_help="Print a shell's completion script.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print the completion script of SHELL."""
    from click.shell_completion import get_completion_class

    from rlslint.cli.streams import print_lines

    made = get_completion_class(shell)
    if made is not None:
        print_lines((made(rlslint, {}, "rlslint", "_RLSLINT_COMPLETE").source(),))
    return 0


def main() -> NoReturn:
    """Run the command line; nothing that goes wrong ends in a traceback of several lines."""
    import gc

    gc.disable()
    # A predicate of some hundred nested operators is deep for Python and nothing to PostgreSQL.
    sys.setrecursionlimit(5_000)
    _open_streams()
    try:
        status = rlslint.main(prog_name="rlslint", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        status = 130
    except Exception as error:
        click.echo(f"rlslint has a fault of its own: {_described(error)}", err=True)
        status = 2
    sys.exit(status if isinstance(status, int) else 0)


def _open_streams() -> None:
    """Let streams take every character; one that was closed before the start goes nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, os.fdopen(nowhere, "w", encoding="utf-8"))
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _described(error: Exception) -> str:
    """Return where an unexpected error happened, in a line that fits a bug report."""
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"{type(error).__name__} at {place}: {error}"


if __name__ == "__main__":
    main()
