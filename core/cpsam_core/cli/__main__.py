"""`python -m cpsam_core.cli` is `cpsam`."""

import sys

from cpsam_core.cli import main

sys.exit(main())
