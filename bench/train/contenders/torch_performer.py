"""The same Performer in plain PyTorch: pre-norm blocks, FAVOR+ with ReLU features, tied output,
AdamW with clipping. Causal attention is chunked, as in this project. Arguments: contender, case."""

import math
import sys

import torch
import torch.nn.functional as F
from protocol import CASE, serve
from torch import nn

E = CASE["model"]["embeddingSize"]
H = CASE["model"]["numHeads"]
D = E // H
M = CASE["numFeatures"]
C = CASE["chunkSize"]
V = 29
CAUSAL = CASE["direction"] == "causal"


def causal_sum(query, key, value):
    """[G, L, M], [G, L, M], [G, L, R] → [G, L, R]: sums over j <= i of (query_i · key_j) value_j."""
    G, L, R = value.shape
    size = min(C, L)
    q, k = (x.view(G, L // size, size, M) for x in (query, key))
    v = value.view(G, L // size, size, R)
    inside = torch.tril(q @ k.transpose(-1, -2)) @ v
    states = k.transpose(-1, -2) @ v  # [G, N, M, R]
    before = torch.cumsum(states, 1) - states
    return (inside + q @ before).reshape(G, L, R)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.output = (
            nn.Linear(E, E, bias=False) for _ in range(4)
        )
        self.register_buffer("projection", torch.randn(M, D))

    def forward(self, x):
        B, L, _ = x.shape
        q, k, v = (
            layer(x).view(B, L, H, D).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        q, k = (F.relu(y @ self.projection.T) + 1e-3 for y in (q, k))  # [B, H, L, M]
        v = torch.cat([v, torch.ones_like(v[..., :1])], -1)
        if CAUSAL:
            sums = causal_sum(*(y.reshape(B * H, L, -1) for y in (q, k, v))).view(B, H, L, D + 1)
        else:
            sums = q @ (k.transpose(-1, -2) @ v)
        y = sums[..., :D] / sums[..., D:]
        return self.output(y.transpose(1, 2).reshape(B, L, E))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        width = CASE["model"]["feedForwardSize"]
        self.attention_norm, self.feed_forward_norm = nn.LayerNorm(E), nn.LayerNorm(E)
        self.attention = Attention()
        self.inner, self.outer = nn.Linear(E, width), nn.Linear(width, E)

    def forward(self, x):
        x = x + self.attention(self.attention_norm(x))
        return x + self.outer(F.relu(self.inner(self.feed_forward_norm(x))))


class Performer(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(V, E)
        nn.init.normal_(self.token.weight, std=1 / math.sqrt(E))
        self.blocks = nn.ModuleList(Block() for _ in range(CASE["model"]["numLayers"]))
        self.norm = nn.LayerNorm(E)
        self.bias = nn.Parameter(torch.zeros(V))
        position = torch.arange(CASE["length"])[:, None]
        angle = position * 10_000 ** (-torch.arange(E // 2) / (E // 2))
        self.register_buffer("position", torch.cat([angle.sin(), angle.cos()], -1))

    def forward(self, tokens):
        x = self.token(tokens) * math.sqrt(E) + self.position
        for block in self.blocks:
            x = block(x)
        return self.norm(x) @ self.token.weight.T + self.bias


def trainer(model, autocast=False):
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.1
    )

    def step(batch):
        inputs, targets, mask = (torch.from_numpy(x) for x in batch)
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            logits = model(inputs)
        losses = F.cross_entropy(
            logits.float().reshape(-1, V), targets.reshape(-1).long(), reduction="none"
        )
        loss = (losses * mask.reshape(-1)).sum() / mask.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        return loss.item()

    return step


if __name__ == "__main__":
    torch.manual_seed(0)
    performer = Performer()
    contender = sys.argv[1]
    if contender == "torch-compile":
        performer = torch.compile(performer)
    serve(trainer(performer, autocast=contender == "torch-bf16"))
