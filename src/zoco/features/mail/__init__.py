"""Mail owns every message that leaves the shop: its words, its record, and its way to a server or a folder."""
