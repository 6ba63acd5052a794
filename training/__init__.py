"""How the bundled model is made: one command from public data to a model directory."""
