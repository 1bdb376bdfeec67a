"""Runs Celery in a process whose clock is wrong: python -m tests.faults.skewed SECONDS
celery-arguments..."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import time_machine
from celery.__main__ import main

if __name__ == "__main__":
    offset = timedelta(seconds=int(sys.argv[1]))
    sys.argv = ["celery", *sys.argv[2:]]
    time_machine.travel(datetime.now(UTC) + offset, tick=True).start()
    main()
