"""What a web address is: canonical form, identity, and whose it is."""
