"""Who must be told, why, and was it said: alerts compiled and matched, notices decided, channels spoken to."""
