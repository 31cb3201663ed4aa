"""The catalogue owns what is for sale: products with price, stock, seller and picture, categories, and search."""
