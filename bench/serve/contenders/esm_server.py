"""A server of ESM embeddings as a careful user of FastAPI and transformers writes it.

The model is transformers' EsmModel, randomly initialised (speed does not depend on the weights), of the
size of this project's 5M: hidden 256, 6 layers, 8 heads, feed-forward 1024, rotary positions. Batches
are dynamic: as soon as the model is free it takes the oldest request and, of those that wait, the ones
nearest to it in length, up to 8,192 padded tokens; it waits for nobody. Sequences are padded to the
longest of their batch. torch uses all cores, in inference mode, in a thread of its own, so that the
event loop goes on reading requests. The answer is the mean over residues as JSON.
"""

import asyncio
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import torch
import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel
from transformers import EsmConfig, EsmModel

MAX_TOKENS = 8192
# vocabulary of facebook/esm2_*: <cls> <pad> <eos> <unk> L A G V S E R T I D P K Q N F Y M H W C X B U Z O . - <null_1> <mask>
CLS, PAD, EOS, UNKNOWN = 0, 1, 2, 3
TOKENS = {letter: 4 + i for i, letter in enumerate("LAGVSERTIDPKQNFYMHWCXBUZO.-")}

torch.manual_seed(1)
model = EsmModel(
    EsmConfig(
        vocab_size=33,
        mask_token_id=32,
        pad_token_id=PAD,
        hidden_size=256,
        num_hidden_layers=6,
        num_attention_heads=8,
        intermediate_size=1024,
        max_position_embeddings=1026,
        position_embedding_type="rotary",
        token_dropout=True,
        emb_layer_norm_before=False,
    ),
    add_pooling_layer=False,
).eval()


@torch.inference_mode()
def embed(rows: list[list[int]]) -> list[list[float]]:
    longest = max(len(row) for row in rows)
    tokens = torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])
    mask = (tokens != PAD).long()
    hidden = model(input_ids=tokens, attention_mask=mask).last_hidden_state
    # of residues alone: without <cls> and <eos>
    residues = mask.clone()
    residues[:, 0] = 0
    residues[torch.arange(len(rows)), mask.sum(1) - 1] = 0
    sums = (hidden * residues.unsqueeze(-1)).sum(1)
    return (sums / residues.sum(1, keepdim=True)).tolist()


class Batcher:
    def __init__(self) -> None:
        self.waiting: list[tuple[list[int], asyncio.Future]] = []
        self.arrived = asyncio.Event()
        self.thread = ThreadPoolExecutor(1)

    async def add(self, row: list[int]) -> list[float]:
        future = asyncio.get_running_loop().create_future()
        self.waiting.append((row, future))
        self.arrived.set()
        return await future

    def take(self) -> list[tuple[list[int], asyncio.Future]]:
        oldest = len(self.waiting[0][0])
        order = sorted(
            range(len(self.waiting)), key=lambda i: (abs(len(self.waiting[i][0]) - oldest), i)
        )
        taken: list[int] = []
        longest = 0
        for i in order:
            longest = max(longest, len(self.waiting[i][0]))
            if taken and longest * (len(taken) + 1) > MAX_TOKENS:
                break
            taken.append(i)
        chosen = set(taken)
        batch = [self.waiting[i] for i in taken]
        self.waiting = [each for i, each in enumerate(self.waiting) if i not in chosen]
        return batch

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self.arrived.wait()
            self.arrived.clear()
            while self.waiting:
                batch = self.take()
                means = await loop.run_in_executor(self.thread, embed, [row for row, _ in batch])
                for (_, future), mean in zip(batch, means):
                    if not future.cancelled():
                        future.set_result(mean)


class Request(BaseModel):
    sequence: str
    include: str = "mean"


app = FastAPI()
batcher: Batcher


@app.post("/v1/embeddings")
async def embeddings(request: Request) -> Response:
    row = [CLS, *(TOKENS.get(letter, UNKNOWN) for letter in request.sequence), EOS]
    mean = await batcher.add(row)
    body = {"embeddings": [{"length": len(request.sequence), "mean": mean}]}
    return Response(json.dumps(body), media_type="application/json")


async def main() -> None:
    global batcher
    batcher = Batcher()
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    config = uvicorn.Config(app, log_level="warning")
    worker = asyncio.create_task(batcher.run())
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(f"{parameters} parameters, http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    await uvicorn.Server(config).serve(sockets=[listener])
    worker.cancel()


asyncio.run(main())
