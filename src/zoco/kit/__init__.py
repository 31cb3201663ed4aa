"""The vocabulary that every part of Zoco speaks: no input or output, nothing but the standard library and msgspec."""
