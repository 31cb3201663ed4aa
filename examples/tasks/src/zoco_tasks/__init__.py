"""Projects of people, each with its tasks."""
