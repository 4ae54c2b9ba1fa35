"""Questions about a project that several checks put: who is exposed, by what, what would mend it."""
