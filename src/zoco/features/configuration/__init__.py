"""How the running server is set, where each value came from, and what about it is wrong."""
