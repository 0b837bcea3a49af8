"""What is known of a source beyond its examples."""

from typing import ClassVar


class Truth:
    """What a source knows of the distribution that it drew from; metrics ask with ``isinstance`` which it is.

    Attributes:
        lacking: what a metric needs that asks for this one in vain: a clause that begins with a verb.
    """

    lacking: ClassVar[str]
