"""Apache Kafka with nothing but Python: its jars, its settings, its process."""
