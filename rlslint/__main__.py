"""`python -m rlslint`."""

from rlslint.cli.main import start

start()
