"""Conversations of customers with the shop and the general channel: messages, who has read what, who may write."""
