"""Demo fills an empty shop with a small believable market: people, products and pictures that it draws itself."""
