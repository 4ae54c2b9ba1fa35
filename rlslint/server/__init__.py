"""A live database: its connection, one read-only snapshot, and the catalog that it holds."""
