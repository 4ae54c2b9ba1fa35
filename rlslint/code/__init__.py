"""Front ends for application code: one file in, what it does with databases out."""
