"""The rules: registry, cards, judging, suppression, and one check a module."""
