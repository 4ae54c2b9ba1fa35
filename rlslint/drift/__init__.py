"""The comparison of two catalogs.

`comparison` says fact by fact where they differ. `table` has a line for each fact: what its change
means for who sees which rows, and what takes it back. `drifts` picks the differences that count,
`telling` and `remedies` put them into words and SQL, `statements` finds what made them so.
"""
