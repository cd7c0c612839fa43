"""Generated archives, and the figures of speed and memory measured on them; `make bench` runs them."""
