"""The command line: click commands, the options in force, streams and progress."""
