"""The engines that keep a shop's data, and the outbox through which everything leaves it."""
