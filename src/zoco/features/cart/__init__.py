"""The cart owns what somebody means to buy: items with the price they saw, and where these should go."""
