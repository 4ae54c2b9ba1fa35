"""The options, the files that set them, and the scales of severity and confidence."""
