"""Rules that look at who connects, as settings files say."""
