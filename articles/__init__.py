"""What an article is: the values that cross a room, their identity, how a visit can end, and the error families."""
