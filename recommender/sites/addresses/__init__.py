"""How a generator makes the addresses of its pages, a file for each whose rules are code; entered file by file."""
