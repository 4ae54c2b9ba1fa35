"""Rules that look at proxies."""
