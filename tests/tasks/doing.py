"""Tasks over the API, in few words."""

from typing import Any

from rest_framework.test import APIClient

TASKS = "/api/v1/users/me/tasks"


def made(api: APIClient, **fields: Any) -> dict[str, Any]:
    answer = api.post(TASKS, {"title": "Fetch the cake"} | fields)
    assert answer.status_code == 201, answer.content
    return answer.json()


def read(api: APIClient, task: dict[str, Any]) -> dict[str, Any]:
    answer = api.get(f"{TASKS}/{task['id']}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def listed(api: APIClient, query: str = "") -> list[str]:
    """The ids of the tasks on this page."""
    answer = api.get(f"{TASKS}?{query}")
    assert answer.status_code == 200, answer.content
    return [task["id"] for task in answer.json()["results"]]
