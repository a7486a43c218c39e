"""The gate: what a translation must keep to be shown. Each law is a pure function of a Case; `judge` asks them all."""
