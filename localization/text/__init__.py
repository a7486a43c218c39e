"""A text and its parts: cleaned, cut into segments, dressed for the model and for the reader."""
