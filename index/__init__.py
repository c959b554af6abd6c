"""How an article is found again: one field table, one protocol of engines, and the compilers from a query's plan."""
