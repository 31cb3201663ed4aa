"""The first page of the back office: how the shop is doing today."""
