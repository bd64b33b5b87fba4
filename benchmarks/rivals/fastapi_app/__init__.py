"""FastAPI, async SQLAlchemy 2 and Pydantic 2 over Hearth's tables, for whoever plans in a household (no guests)."""
