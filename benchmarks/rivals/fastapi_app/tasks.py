"""Tasks: a page of one's own, and a toggle. Of what its owner must not know, a task says nothing."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from benchmarks.rivals.fastapi_app import answers
from benchmarks.rivals.fastapi_app.database import Reader, Writer
from benchmarks.rivals.fastapi_app.reading import CURSOR, LIMIT, PK, Limit, paged
from benchmarks.rivals.fastapi_app.tables import GiftList, ListItem, Task, now
from benchmarks.rivals.fastapi_app.viewer import ReadingViewer, Viewer, WritingViewer
from benchmarks.rivals.fastapi_app.visibility import MY_HOUSEHOLDS, MY_USER, is_concealed, item_is_visible

router = APIRouter()


def is_told() -> ColumnElement[bool]:
    """Whether its owner sees the item as a giver, if there is one."""
    items = select(ListItem.id).join(GiftList, GiftList.id == ListItem.list_id)
    of_the_task = items.where(ListItem.id == Task.item_id, item_is_visible(), ~is_concealed())
    return or_(Task.item_id.is_(None), of_the_task.correlate(Task).exists())


NEXT = aliased(Task)
FOLLOWING = select(NEXT.id).where(NEXT.previous_id == Task.id, NEXT.deleted_at.is_(None)).correlate(Task)
IS_MINE = and_(Task.owner_id == MY_USER, Task.household_id.in_(MY_HOUSEHOLDS), Task.deleted_at.is_(None))
TASKS_SEEN = select(Task, is_told(), FOLLOWING.scalar_subquery()).where(IS_MINE)
TASKS = TASKS_SEEN.order_by(Task.id.desc()).limit(LIMIT)
TASKS_AFTER = TASKS.where(Task.id < CURSOR)
ONE_TASK = TASKS_SEEN.where(Task.id == PK)
LOCKED = select(Task).where(IS_MINE, Task.id == PK).with_for_update(key_share=True)


@router.get("/users/me/tasks")
async def tasks(
    request: Request, viewer: ReadingViewer, session: Reader, limit: Limit = 50, cursor: UUID | None = None
) -> Response:
    rows = await session.execute(*paged(TASKS, TASKS_AFTER, viewer, limit, cursor))
    return answers.page(answers.TASKS, [shown(viewer, *row) for row in rows], limit, request)


@router.patch("/users/me/tasks/{task_id}/toggle")
async def toggle(task_id: UUID, viewer: WritingViewer, session: Writer) -> Response:
    """Of what does not repeat. (Series are not served here.)"""
    task = await session.scalar(LOCKED, viewer.values | {"pk": task_id})
    if task is None:
        raise HTTPException(404)
    task.completed = not task.completed
    task.completed_at = now() if task.completed else None
    await session.flush()
    return answers.answer(answers.TASK, await _read(session, viewer, task_id))


async def _read(session: AsyncSession, viewer: Viewer, task_id: UUID) -> dict[str, Any]:
    return shown(viewer, *(await session.execute(ONE_TASK, viewer.values | {"pk": task_id})).one())


def shown(viewer: Viewer, task: Task, told: bool, following: UUID | None) -> dict[str, Any]:
    return {
        "id": task.id,
        "household": task.household_id,
        "owner": task.owner_id,
        "title": task.title if told else "Something to do",
        "description": task.description if told else "",
        "completed": task.completed,
        "completed_at": task.completed_at,
        "due_on": task.due_on,
        "is_overdue": not task.completed and task.due_on is not None and task.due_on < viewer.place.today(),
        "priority": task.priority,
        "item": task.item_id if told else None,
        "recurrence": task.recurrence,
        "repeat_after_days": task.repeat_after_days,
        "next_task": following,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
    }
