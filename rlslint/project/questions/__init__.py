"""What several checks ask of a project: who is exposed, by what, and what would mend it."""
