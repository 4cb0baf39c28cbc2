"""Template tags of this app; settings make them available on every page."""
