"""``python -m coding.cli`` does what the `coding` command does."""

import sys

from coding.cli.commands import main

sys.exit(main())
