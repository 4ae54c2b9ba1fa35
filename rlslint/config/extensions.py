"""Which extensions are known to hold no rows of an application."""

from __future__ import annotations

_KNOWN = frozenset(
    """
    address_standardizer address_standardizer_data_us adminpack age ai amcheck anon
    apg_plan_mgmt autoinc aws_commons aws_lambda aws_ml aws_s3 azure azure_ai azure_storage
    babelfishpg_common babelfishpg_money babelfishpg_tds babelfishpg_tsql bloom bool_plperl
    bool_plperlu btree_gin btree_gist citext citus citus_columnar clickhouse_fdw credcheck cube
    dblink decoderbufs dict_int dict_xsyn earthdistance file_fdw first_last_agg fuzzystrmatch
    google_ml_integration h3 h3_postgis hll hstore hstore_plperl hstore_plperlu
    hstore_plpython3u http hypopg index_advisor insert_username intagg intarray ip4r isn
    jdbc_fdw jsonb_plperl jsonb_plperlu jsonb_plpython3u kafka_fdw lantern lo ltree
    ltree_plpython3u moddatetime mongo_fdw multicorn mysql_fdw neon neon_utils numeral ogr_fdw
    old_snapshot oracle_fdw orafce pageinspect periods pg_analytics pg_anonymize pg_bigm
    pg_buffercache pg_cron pg_duckdb pg_failover_slots pg_freespacemap pg_graphql pg_hashids
    pg_hint_plan pg_idkit pg_ivm pg_jieba pg_jobmon pg_jsonschema pg_later pg_logicalinspect
    pg_mooncake pg_net pg_parquet pg_partman pg_plan_advice pg_prewarm pg_proctab pg_profile
    pg_qualstats pg_rational pg_repack pg_roaringbitmap pg_search pg_session_jwt pg_show_plans
    pg_similarity pg_squeeze pg_stat_kcache pg_stat_monitor pg_stat_statements pg_store_plans
    pg_surgery pg_tiktoken pg_timetable pg_tle pg_track_settings pg_trgm pg_uuidv7 pg_visibility
    pg_wait_sampling pg_walinspect pgagent pgaudit pgautofailover pgcrypto pgcryptokey pgjwt
    pglogical pglogical_origin pgml pgmq pgq pgroonga pgroonga_database pgrouting pgrowlocks
    pgsodium pgsphere pgstattuple pgtap pgtt pgvectorscale pgx_ulid plcoffee pldbgapi pljava
    plls pllua plluau plperl plperlu plpgsql plpgsql_check plprofiler plpython3u plpythonu plr
    plrust pltcl pltclu plv8 pointcloud pointcloud_postgis postgis postgis_raster postgis_sfcgal
    postgis_tiger_geocoder postgis_topology postgres_fdw powa prefix q3c quantile rdkit
    rds_activity_stream rds_tools redis_fdw refint roaringbitmap rum seg semver set_user smlar
    snowflake spock sqlite_fdw sslinfo supabase-dbdev supabase_vault tablefunc tcn tdigest
    tds_fdw temporal_tables timescaledb timescaledb_toolkit timetravel topn tsm_system_rows
    tsm_system_time uint ulid unaccent unit uri uuid-ossp vault vchord vchord_bm25 vector
    vectors vectorscale wal2json wrappers xml2 zhparser zombodb
    """.split()  # noqa: SIM905
)
"""Those that come with PostgreSQL, those of providers, and others that are published."""


def is_known(extension: str) -> bool:
    """Tell whether an extension is known to hold no rows of tenants."""
    return extension in _KNOWN
