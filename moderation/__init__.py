"""Judges posts, brings a human in time, and gives moderators their desk."""
