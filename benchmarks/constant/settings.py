from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.constant.urls"
