"""Help cards and helplines: reviewed data in git, answered from memory. No Django, database or network."""
