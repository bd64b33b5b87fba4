"""Plain DRF on Hearth's own models and visibility: ModelSerializers, `select_related` and `prefetch_related`."""
