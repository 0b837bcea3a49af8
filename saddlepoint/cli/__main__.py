"""``python -m saddlepoint.cli``."""

import sys

from saddlepoint.cli import main

sys.exit(main())
