"""Pages of this app, one file a topic."""
