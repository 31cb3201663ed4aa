"""Orders own what was bought: a purchase as one transaction, its gapless number, and what becomes of it."""
