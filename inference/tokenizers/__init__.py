"""Texts to ids and back, as each family of models wants it."""
