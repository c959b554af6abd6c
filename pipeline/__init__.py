"""Which steps make one pass: crawl, refine, deliver and reprocess, as plain async functions."""
