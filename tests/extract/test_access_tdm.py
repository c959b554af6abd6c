"""A page may reserve text and data mining for itself."""

from __future__ import annotations

import pytest

from extract.access import tdm_reserved
from extract.stated import Stated


@pytest.mark.parametrize(
    ("stated", "reserved"), [(["1"], True), ([" 1 "], True), (["0"], False), (["", "1"], True), ([], False)]
)
def test_the_meta_tag_says_1(stated: list[str], reserved: bool) -> None:
    assert tdm_reserved(Stated(meta={"tdm-reservation": stated})) is reserved
