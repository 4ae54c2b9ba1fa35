"""Elixir: Ecto and Postgrex."""

from __future__ import annotations

from rlslint.code.libraries import Library, LibraryRole, Step
from rlslint.code.sites import Hook

_QUERIES = frozenset(("query", "query!", "query_many", "query_many!"))

LIBRARIES = (
    Library(
        "ecto",
        "https://hexdocs.pm/ecto_sql/Ecto.Adapters.SQL.html",
        types={"Ecto.Repo": LibraryRole.ambient},
        opens={"Multi.run": LibraryRole.batch},
        names={"Repo": LibraryRole.ambient},
        steps={
            "transaction": Step.transaction,
            "transact": Step.transaction,
            "checkout": Step.same,
        },
        executes=_QUERIES | {"execute"},
        modules=frozenset(("Ecto.Adapters.SQL",)),
        receiver=LibraryRole.transaction,
        hooks={"after_connect": Hook.connect},
        outside={"Worker": frozenset(("perform",))},
        tells_of_transaction=frozenset(("in_transaction?",)),
    ),
    Library(
        "postgrex",
        "https://hexdocs.pm/postgrex/Postgrex.html",
        imports=("Postgrex",),
        opens={
            "Postgrex.start_link": LibraryRole.pool,
            "Postgrex.transaction": LibraryRole.transaction,
        },
        executes=_QUERIES | {"prepare_execute", "prepare_execute!"},
        modules=frozenset(("Postgrex",)),
        hooks={"after_connect": Hook.connect},
    ),
)
