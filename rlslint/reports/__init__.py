"""What users read: one module per output format, each with `render(result)`."""
