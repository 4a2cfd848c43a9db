"""`python -m cpsam_gui` is `cpsam-gui`."""

import sys

from cpsam_gui.app import main

sys.exit(main())
