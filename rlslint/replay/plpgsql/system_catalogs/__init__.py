"""PostgreSQL's system catalogs and the information schema, as the replay knows their rows."""
