"""What is known of extensions and modules: the settings that they define."""

from __future__ import annotations

_PREFIXES = frozenset(
    # PostgreSQL's own contrib modules and languages (manual: appendix F, chapters 43 to 46).
    ("auth_delay", "auto_explain", "basic_archive", "isn", "passwordcheck", "pg_overexplain",
     "pg_plan_advice", "pg_prewarm", "pg_stat_statements", "pg_trgm", "pgcrypto", "plperl",
     "plpgsql", "plpython", "plpython3u", "pltcl", "pltclu", "postgres_fdw", "sepgsql", "seg",
     # What others document.
     "age", "alloydb", "anon", "apg_plan_mgmt", "aurora_stat_utils", "babelfishpg_tds",
     "babelfishpg_tsql", "bdr", "citus", "columnar", "credcheck", "cron", "databricks", "diskann",
     "duckdb", "google_columnar_engine", "graphql", "hll", "hnsw", "hypopg", "ivfflat", "lantern",
     "neon", "orafce", "paradedb", "pg_bigm", "pg_cron", "pg_hint_plan", "pg_net", "pg_partman_bgw",
     "pg_qualstats", "pg_search", "pg_show_plans", "pg_squeeze", "pg_stat_kcache",
     "pg_stat_monitor", "pg_store_plans", "pg_tle", "pg_wait_sampling", "pgaudit", "pgextwlist",
     "pglogical", "pgroonga", "pgsodium", "pgtt", "pljava", "plprofiler", "plrust", "plv8",
     "postgis", "powa", "rds", "rum", "set_user", "shared_ispell", "spock", "timescaledb", "topn",
     "tsm_system_rows", "vchordrq", "vectors", "wal2json", "zombodb")
)  # fmt: skip
"""What the names of settings begin with that an extension, a module or a provider defines."""


def defines(setting: str) -> bool:
    """Tell whether an extension defines a setting, so that it is none of the program's own."""
    return setting.lower().partition(".")[0] in _PREFIXES
