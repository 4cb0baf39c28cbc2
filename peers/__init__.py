"""Who is speaking, without knowing who: recovery words, names, sessions, boundaries, blocks, leaving."""
