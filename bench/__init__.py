"""Measurements and trials that take longer than tests: run them one by one, each prints what it found and on what machine."""
