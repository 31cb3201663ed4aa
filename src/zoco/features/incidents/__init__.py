"""Unexpected errors, kept by the id that the visitor was shown, with the detail for staff."""
