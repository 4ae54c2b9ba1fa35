"""graphile-migrate: `committed/*.sql`, then what is being worked on in `current`."""

from __future__ import annotations

import os

from rlslint.files.layouts.history import Claim, Folders, history
from rlslint.files.layouts.order import natural


def claim(folders: Folders) -> Claim:
    """Take a directory with `committed` and either `current.sql` or `current` beside it."""
    histories = []
    for folder, committed in folders.items():
        root, name = os.path.split(folder)
        if name != "committed":
            continue
        current = [file for file in folders.get(root, ()) if file.name == "current.sql"]
        current += folders.get(os.path.join(root, "current"), ())
        if current or os.path.basename(root) == "migrations":
            ordered = [
                file
                for stage in (committed, current)
                for file in sorted(stage, key=lambda file: natural(file.name))
            ]
            histories.append(history(root, "graphile-migrate", ordered))
    return Claim(tuple(histories))
