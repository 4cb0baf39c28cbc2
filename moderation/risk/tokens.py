"""What a text is made of once it is plain."""

# One plain word or mark, and where the stretch it stands for begins and ends: first of a chunk, in the end of the
# original text. Not a class: there are as many of these as words, and making them would be dear.
Token = tuple[str, int, int]
