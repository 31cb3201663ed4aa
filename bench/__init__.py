"""How fast the shop is, as a ratio to a bare server on the same machine: `python -m bench`; see README.md."""
