"""Which reading of pages this is: raised whenever the same bytes may give another article."""

EXTRACT_VERSION = "4"
