"""The contracts: events, envelope, codec, reasons, settings, reports, generated JSON Schema and AsyncAPI."""
