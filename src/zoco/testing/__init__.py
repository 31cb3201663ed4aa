"""The public pytest plugin: what Zoco's own tests and an extension's tests share."""
