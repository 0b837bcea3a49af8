"""How formulas are set."""

import re
from html import unescape

import pytest

from saddlepoint.explaining.page import mathml


@pytest.mark.parametrize(
    ("tex", "signs"),
    [
        (r"a \pm b", "mi:a mo:± mi:b"),
        (r"{X \prime}(x)", "mi:X mo:′ mo:( mi:x mo:)"),
        (r"x \sim p", "mi:x mo:∼ mi:p"),
        (r"\langle x, y \rangle", "mo:⟨ mi:x mo:, mi:y mo:⟩"),
        (r"I(c; x)", "mi:I mo:( mi:c mo:; mi:x mo:)"),
        (r"\min_x f", "munder mo:min mi:x mi:f"),
        (r"x \log p", "mi:x mspace mi:log mspace mi:p"),
        (r"\log\frac{a}{b}", "mi:log mspace mfrac mi:a mi:b"),
    ],
)
def test_formulas(tex, signs):
    parts = re.findall(r"<(mi|mo|munder|mfrac|mspace)\b[^>]*>([^<]*)", mathml(tex))
    seen = [f"{kind}:{unescape(text)}" if text else kind for kind, text in parts]
    assert seen == signs.split()
