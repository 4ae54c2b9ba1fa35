"""Rules that look at tables with their partitions and children."""
