"""FastAPI behind Mangum: reads the events, says its answers, and on "go" the times of its rounds."""

import base64
import json
import sys
import time

from fastapi import FastAPI, Response
from mangum import Mangum
from pydantic import BaseModel, ConfigDict, StringConstraints
from typing import Annotated


class Message(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class Context:
    aws_request_id = "8f507cfc-1c2b-4e6a-9d3e-5b7a1c0d2e4f"

    def get_remaining_time_in_millis(self):
        return 30_000


given = json.loads(sys.stdin.readline())
image = base64.b64decode(given["image"])
events, plan = given["events"], given["plan"]
app = FastAPI()


@app.get("/hello/{name}")
async def hello(name: str, word: str):
    return {"message": f"{word}, {name}"}


@app.post("/messages", status_code=201)
async def messages(message: Message):
    return {"text": message.text}


@app.get("/binary")
async def binary():
    return Response(content=image, media_type="image/png")


handler = Mangum(app, lifespan="off")


def time_batch(event, count):
    start = time.perf_counter_ns()
    for _ in range(count):
        handler(dict(event), Context())
    return (time.perf_counter_ns() - start) / count / 1000


print(json.dumps({kind: handler(dict(event), Context()) for kind, event in events.items()}), flush=True)
if sys.stdin.readline().strip() == "go":
    times = {kind: [] for kind in events}
    for turn in range(plan["warmUp"] + plan["rounds"]):
        for kind, event in events.items():
            taken = time_batch(event, plan["batches"][kind])
            if turn >= plan["warmUp"]:
                times[kind].append(taken)
    print(json.dumps(times), flush=True)
