"""Live rooms: their states, what is said in them, what listeners get, and what a host does."""
