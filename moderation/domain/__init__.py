"""The words of the house: pure values, no I/O, no HTTP, no Redis."""
