"""Models on this machine: found, fetched, converted, built, verified, opened."""
