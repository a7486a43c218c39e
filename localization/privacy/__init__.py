"""Personal data in what people write: found, protected where it is shown, kept nowhere else."""
