"""Loaded by every Python process that the tests start: arms the loopback guard there too."""

import loopback_guard  # type: ignore[import-not-found]  # beside this file, on PYTHONPATH

loopback_guard.arm()
