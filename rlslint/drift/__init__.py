"""The comparison of two catalogs."""
