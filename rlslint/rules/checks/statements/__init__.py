"""Rules that look at statements that PostgreSQL refuses or that cannot be evaluated."""
