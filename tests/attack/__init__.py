"""An attack on the whole program, as its users start it: `make attack`. Each area says what has to hold."""
