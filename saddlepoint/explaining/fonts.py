"""Letters that pictures need beyond those of matplotlib's own font."""

from functools import cache

from saddlepoint.explaining.text import Language

FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
)


@cache
def chinese() -> str | None:
    """Return the name of a font with Chinese letters on this machine, None where there is none."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in FAMILIES if name in known), None)


def family(language: Language) -> list[str]:
    """Return the fonts of a picture's letters, in order of preference."""
    found = None if language == "en" else chinese()
    return ["DejaVu Sans", *([found] if found else [])]
