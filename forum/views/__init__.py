"""Pages of the forum, one file a topic: each parses, calls one domain function, answers."""
