"""The doors' plumbing: everything between the socket and a feature's doors, and nothing about what a shop sells."""
