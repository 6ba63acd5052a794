"""Speed, size and accuracy, measured: `make bench` runs it all."""
