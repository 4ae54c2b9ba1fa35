"""Reading SQL: the parser, recovery from broken statements, expressions and where they end."""
