"""Rules that look at ignore comments and accept entries."""
