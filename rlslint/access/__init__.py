"""The effective policy for a role, a table and a command; who can reach what.

Everything here is a pure function of the catalog. An unknown fact raises UnknownFact.
"""
