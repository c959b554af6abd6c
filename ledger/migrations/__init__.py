"""The history of the ledger's tables, one file per change, run by ledger.upgrade."""
