"""What a word is and what a query means: detection, analysis, lexicon, query tree, parser, plan and judge."""
