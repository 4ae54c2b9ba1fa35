"""Where SQL comes from: files of migrations, application code and settings."""
