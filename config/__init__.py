"""What the operator wants: models of the desk's YAML, read with file and line of every value."""
