"""The steps of the schema, and the program that takes them; nothing of it is loaded into a running shop."""
