"""``python -m coding`` does what the `coding` command does."""

import sys

from coding.cli import main

sys.exit(main())
