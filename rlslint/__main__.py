"""`python -m rlslint`."""

from rlslint.cli.commands import main

main()
