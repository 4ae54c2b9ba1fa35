"""What a bound predicate means: its truth, the context it reads, the rows it binds to a caller."""
