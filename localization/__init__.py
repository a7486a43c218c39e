"""From a source text to a text that may be shown, or an honest, marked fallback."""
