from config.worker import Worker


class HastyWorker(Worker):
    """Hearth's, with less patience."""

    head_s, rest_s = 0.5, 1.0
