"""The host of a run: one family of 5,000 items, and others beside it until there are as many as were asked for."""

import sys

from django.core.management import call_command

from benchmarks.loading import analyze
from benchmarks.scene import PASSWORD, Scene, largest_family, scene_in


def prepare(items: int) -> Scene:
    asked = ["--items", str(items), "--password", PASSWORD, "--yes-this-server-is-for-measuring"]
    call_command("seed_demo", *asked, stdout=sys.stderr)
    analyze()
    return scene_in(largest_family())
