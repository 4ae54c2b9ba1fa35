"""The catalog that a migration history describes: its model, binding of names, and the replay."""
