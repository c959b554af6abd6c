"""What has happened, durably? Visits and how they ended, articles and their revisions, matches, notices, raw pages."""
