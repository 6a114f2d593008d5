"""`python -m reports.cli` is `connection-analytics`."""

import sys

from reports.cli import main

sys.exit(main())
