"""Publications that send other rows than the migrations say."""

from __future__ import annotations

from rlslint.catalog.publications import Publication
from rlslint.config.scales import Severity
from rlslint.drift.comparison import Difference
from rlslint.drift.told.wording import Told, state
from rlslint.sql.quoting import quoted_identifier


def publication_told(difference: Difference) -> Told:
    """Tell of a publication that one side has not, or that both have with different parts."""
    name = difference.key.subject
    match difference.on_server:
        case Publication() if difference.key.fact == "existence":
            return Told(
                f"subscribers are sent rows past all policies: {state(_there(name), True)}",
                Severity.warning,
                f"DROP PUBLICATION {quoted_identifier(name)};",
            )
        case None:
            return Told(
                f"subscribers are sent no rows: {state(_there(name), False)}",
                Severity.warning,
                "-- run the statement of the migrations again",
            )
        case _:
            sides = [side for fact in difference.history for side in _sides(fact, difference)]
            return Told(
                f"subscribers are sent other rows past the policies than the migrations say: "
                f"publication {name} {'; '.join(sides)}",
                Severity.warning,
                "\n".join(_changes(difference, quoted_identifier(name)))
                or "-- run the statement of the migrations again",
            )


def _there(name: str) -> str:
    return f"publication {name} is there"


def _sides(fact: str, difference: Difference) -> list[str]:
    history, live = difference.history[fact], difference.live[fact]
    match fact:
        case "tables" | "schemas":
            noun = "schema " if fact == "schemas" else ""
            return [
                *(f"has {noun}{one} on the server only" for one in live if one not in history),
                *(
                    f"has {noun}{one} after the migrations only"
                    for one in history
                    if one not in live
                ),
            ]
        case "row filters":
            names = sorted(n for n in {**history, **live} if history.get(n) != live.get(n))
            return [f"filters rows of {n} otherwise than after the migrations" for n in names]
        case "all tables":
            return [state("is FOR ALL TABLES", bool(live))]
        case _:
            return [f"has other {fact} on the server than after the migrations"]


def _changes(difference: Difference, name: str) -> list[str]:
    history = difference.history.get("tables", ())
    live = difference.live.get("tables", ())
    more = [one for one in live if one not in history]
    return [f"ALTER PUBLICATION {name} DROP TABLE {one};" for one in more]
