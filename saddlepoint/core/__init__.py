"""What every other room stands on: names, protocols, files. Imports no other room."""
