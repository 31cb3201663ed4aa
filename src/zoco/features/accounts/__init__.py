"""Who people are to the shop: their accounts and roles, their passwords, and the sessions by which they are known."""
