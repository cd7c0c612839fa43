"""Address rules of generators, one module for each that needs code; import the modules directly."""
