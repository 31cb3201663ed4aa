"""The staff's side of conversations: all of them, with the customer's cart and orders beside, saved replies."""
