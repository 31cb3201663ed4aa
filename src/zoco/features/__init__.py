"""The features of a shop, each a folder with the same rooms."""
