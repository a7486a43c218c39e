"""Weights as others store them, read into arrays: one module per file format."""
