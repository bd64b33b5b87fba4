"""The application: `uvicorn benchmarks.rivals.fastapi_app.app:app`."""

from fastapi import APIRouter, FastAPI

from benchmarks.rivals.fastapi_app import accounts, reading, tasks, writing

app = FastAPI(title="A rival of Hearth")
api = APIRouter(prefix="/api/v1")
api.include_router(reading.router)
api.include_router(writing.router)
api.include_router(tasks.router)
api.include_router(accounts.router)
app.include_router(api)
