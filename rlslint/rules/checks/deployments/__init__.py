"""Rules that look at what deployment files and scripts tell."""
