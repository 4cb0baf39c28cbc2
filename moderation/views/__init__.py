"""Pages of this app, a file for each topic."""
