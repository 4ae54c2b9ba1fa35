"""The command line: click commands, nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from rlslint import __version__

FORMATS = (
    "full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit", "rdjson",
    "markdown",
)  # fmt: skip
SEVERITIES = ("info", "warning", "error")
CONFIDENCES = ("low", "medium", "high")
SHELLS = ("bash", "zsh", "fish")
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Commands(click.Group):
    """The commands, with the names that users of other linters may type."""

    aliases = {"lint": "check", "explain": "rule"}  # noqa: RUF012

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return super().get_command(context, self.aliases.get(name, name))


@click.group(cls=Commands, context_settings=CONTEXT)
@click.version_option(__version__, "-V", "--version", message="rlslint %(version)s")
def rlslint() -> None:
    """Find PostgreSQL row-level-security mistakes before one tenant reads another's rows."""


@rlslint.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=str))
@click.option("--select", multiple=True, metavar="RULES", help="Turn on these rules only.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Turn off these rules.")
@click.option("--extend-select", multiple=True, metavar="RULES", help="Turn on more rules.")
@click.option(
    "--per-file-ignores", multiple=True, metavar="PATTERN:RULES", help="Turn off rules for files."
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out these files.")
@click.option("--extend-exclude", multiple=True, metavar="PATTERN", help="Leave out more files.")
@click.option("--force-exclude", is_flag=True, help="Leave out excluded files even if named.")
@click.option(
    "--config",
    "config_values",
    multiple=True,
    metavar="FILE|KEY=VALUE",
    help="A configuration file, or one option of it.",
)
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option("--output-format", type=click.Choice(FORMATS), help="How findings are printed.")
@click.option("-o", "--output-file", type=click.Path(), help="Write the findings to a file.")
@click.option("--stdin-filename", help="The file that standard input (-) stands for.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit with 1 from this severity on.")
@click.option("--min-severity", type=click.Choice(SEVERITIES), help="Print from this severity on.")
@click.option(
    "--min-confidence", type=click.Choice(CONFIDENCES), help="Print from this confidence on."
)
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--show-unchecked", is_flag=True, help="List what could not be checked.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option("--show-files", is_flag=True, help="List the files that would be read.")
@click.option("--show-settings", is_flag=True, help="Print the options in force.")
@click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    help="When to use colour.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
@click.option("-v", "--verbose", is_flag=True, help="Print more of what is going on.")
def check(paths: tuple[str, ...], **options: Any) -> None:
    """Lint the files and directories PATHS (default: the current directory; - is standard input).

    Migrations are always replayed whole; PATHS choose which findings are reported.

    Exit status: 0 for nothing found, 1 for findings, 2 for an error.
    """
    from rlslint.command import run_check

    raise SystemExit(run_check(paths or (".",), options))


@rlslint.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Print the cards of all rules.")
def rule(name: str | None, every: bool) -> None:
    """Print the card of the rule NAME (or code), or a list of all rules."""
    from rlslint.command import print_rules

    raise SystemExit(print_rules(name, every))


@rlslint.command()
@click.argument("key", required=False)
@click.option("--json-schema", is_flag=True, help="Print the JSON schema of the configuration.")
def config(key: str | None, json_schema: bool) -> None:
    """Print the options of the configuration with their types, defaults and meaning."""
    from rlslint.command import print_options

    raise SystemExit(print_options(key, json_schema))


@rlslint.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script of SHELL."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is not None:
        click.echo(made(rlslint, {}, "rlslint", "_RLSLINT_COMPLETE").source())


def main() -> NoReturn:
    """Run the command line; nothing that goes wrong ends in a traceback of several lines."""
    import gc

    gc.disable()
    # A predicate of some hundred nested operators is deep for Python and nothing to PostgreSQL.
    sys.setrecursionlimit(5_000)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = rlslint.main(prog_name="rlslint", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        status = 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        status = 130
    except BrokenPipeError:
        # The reader has gone; Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:
        click.echo(f"rlslint has a fault of its own: {_described(error)}", err=True)
        status = 2
    sys.exit(status if isinstance(status, int) else 0)


def _described(error: Exception) -> str:
    """Return where an unexpected error happened, in a line that fits a bug report."""
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"{type(error).__name__} at {place}: {error}"


if __name__ == "__main__":
    main()
