"""Which addresses may be contacted: the one guard, why a request failed, and the guarded HTTP client."""
