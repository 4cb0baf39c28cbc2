"""Rooms, threads, posts and live sessions."""
