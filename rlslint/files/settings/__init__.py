"""Who connects to the database: settings files in, Connections out."""
