"""From one request to many batches: queues, worker threads, and what they count."""
