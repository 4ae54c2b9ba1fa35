"""The comparison of two catalogs.

`comparison` says fact by fact where they differ. `table` has a line for each fact: what its change
means for who sees which rows, and what takes it back. `drifts` picks the differences that count,
`telling` puts them into words and SQL, `statements_behind` finds what made them so.
"""
