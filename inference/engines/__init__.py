"""What a worker thread does with the requests of one model: batches, buffers, runs."""
