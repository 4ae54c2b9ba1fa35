"""Migrations in words of frameworks, as their users write them."""
