"""The list of messages as FastAPI, Mangum and pymongo have it."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request
from mangum import Mangum
from pydantic import BaseModel
from pymongo import MongoClient

client = MongoClient(os.environ["MONGODB_URI"])
app = FastAPI()


class Message(BaseModel):
    id: str
    text: str
    author: str
    createdAt: str
    updatedAt: str
    version: int


class Page(BaseModel):
    items: list[Message]
    next: str | None


def caller(request: Request) -> str:
    return request.scope["aws.event"]["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]


@app.get("/messages")
def messages(
    sub: Annotated[str, Depends(caller)], limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> Page:
    collection = client[os.environ["MONGODB_DATABASE"]]["messages"]
    found = list(collection.find({}).sort("_id", -1).limit(limit + 1))
    items = [
        Message(
            id=str(each["_id"]),
            text=each["text"],
            author=each["author"],
            createdAt=each["createdAt"].isoformat(),
            updatedAt=each["updatedAt"].isoformat(),
            version=each["version"],
        )
        for each in found[:limit]
    ]
    return Page(items=items, next=items[-1].id if len(found) > limit else None)


handler = Mangum(app, lifespan="off")
