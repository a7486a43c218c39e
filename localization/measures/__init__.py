"""What is decided by rule and table, never by a model: measures, sizes, mains voltage, money."""
