"""PL/pgSQL of DO blocks and functions: its parser, its values and its interpreter."""
