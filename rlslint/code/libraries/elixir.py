"""Elixir: Ecto and Postgrex."""

from __future__ import annotations

from rlslint.code.libraries import Library, Role, Step
from rlslint.code.sites import Hook

_QUERIES = frozenset(("query", "query!", "query_many", "query_many!"))

LIBRARIES = (
    Library(
        "ecto",
        "https://hexdocs.pm/ecto_sql/Ecto.Adapters.SQL.html",
        types={"Ecto.Repo": Role.ambient},
        opens={"Multi.run": Role.batch},
        names={"Repo": Role.ambient},
        steps={
            "transaction": Step.transaction,
            "transact": Step.transaction,
            "checkout": Step.same,
        },
        executes=_QUERIES | {"execute"},
        modules=frozenset(("Ecto.Adapters.SQL",)),
        receiver=Role.transaction,
        hooks={"after_connect": Hook.connect},
        tells_of_transaction=frozenset(("in_transaction?",)),
    ),
    Library(
        "postgrex",
        "https://hexdocs.pm/postgrex/Postgrex.html",
        imports=("Postgrex",),
        opens={"Postgrex.start_link": Role.pool, "Postgrex.transaction": Role.transaction},
        executes=_QUERIES | {"prepare_execute", "prepare_execute!"},
        modules=frozenset(("Postgrex",)),
        hooks={"after_connect": Hook.connect},
    ),
)
