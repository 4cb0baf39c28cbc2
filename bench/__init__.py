"""Measurements and trials too long for tests. Each runs alone and prints what it found, and on what machine."""
