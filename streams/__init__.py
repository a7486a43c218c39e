"""The only room that knows Kafka and Faust: topics, lanes, the runner, the transaction, state, lag, health."""
