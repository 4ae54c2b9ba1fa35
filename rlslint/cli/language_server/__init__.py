"""The language server: what `check` finds, told to an editor while its user types."""

from __future__ import annotations

import gc
from importlib.util import find_spec

from rlslint.cli.streams import SUCCESS, Failure


def serve() -> int:
    """Speak the language server protocol on standard input and output until the client ends."""
    if find_spec("pygls") is None:
        raise Failure("The language server needs pygls: pip install 'rlslint[lsp]'")
    gc.enable()
    from rlslint.cli.language_server.serving import serve_client

    serve_client()
    return SUCCESS
