"""What the words of an article mean: its language, the entities it names and the topics it is about."""
