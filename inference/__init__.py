"""Models and the pool: texts in, texts or vectors out."""
