"""Media owns pictures: what is taken in, how it is made safe and small, and where its bytes are kept."""
