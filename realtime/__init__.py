"""The live edge: sockets, hubs, presence, broadcast. Channels and redis are known only here."""
