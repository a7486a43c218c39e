"""Ways to spoil a translation: each takes a clean line and a draw, and gives what is changed, or nothing where it cannot.

Every edit must leave a text that is wrong beyond doubt: what it takes away stood in both texts, what it changes is the
same thing in both, what it adds was in neither.
"""
