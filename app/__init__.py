"""The doors: command line, and later HTTP API and pages."""
