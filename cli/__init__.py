"""The people's door: every command; nothing but arguments, progress and tables."""
