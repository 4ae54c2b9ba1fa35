"""The adapters of languages: each brings programs into the form."""
