"""`python -m rlslint`."""

from rlslint.cli.main import main

main()
