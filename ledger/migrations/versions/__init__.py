"""One migration per file, named vNNNN_what.py; a migration that has been released is never edited."""
