"""What a model must not touch: spans and terms, the stand-ins for them, and the glossary's fixed translations."""
