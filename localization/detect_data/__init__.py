"""Tables of the language detector."""
