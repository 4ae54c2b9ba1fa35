"""`python -m rlslint`."""

from rlslint.cli import main

main()
