"""Recipes as they are asked for, before anything is loaded that they need."""

from saddlepoint.core.aliases import suggested
from saddlepoint.core.declared import declared_recipes
from saddlepoint.core.errors import UserError
from saddlepoint.data.request import is_data


def check_recipe(name: str) -> None:
    """Raise UserError where no recipe is called ``name``."""
    known = declared_recipes()
    if name in known:
        return
    if is_data(name):
        raise UserError(f"there is no recipe {name!r}, these are data: saddle train --data {name}")
    raise UserError(f"there is no recipe {name!r}{suggested(name, known)}")
