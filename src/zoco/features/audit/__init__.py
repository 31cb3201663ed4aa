"""The record of what staff did: who, when, what to which thing."""
