"""The same Performer in JAX, the whole step under jit, AdamW and clipping by optax."""

import math

import jax
import jax.numpy as jnp
import optax
from protocol import CASE, serve

E = CASE["model"]["embeddingSize"]
H = CASE["model"]["numHeads"]
D = E // H
F = CASE["model"]["feedForwardSize"]
M = CASE["numFeatures"]
C = CASE["chunkSize"]
V = 29
CAUSAL = CASE["direction"] == "causal"
PROJECTIONS = jax.random.normal(jax.random.key(1), (CASE["model"]["numLayers"], M, D))


def init(key):
    def kernel(*shape):
        nonlocal key
        key, own = jax.random.split(key)
        return jax.random.normal(own, shape) / math.sqrt(shape[0])

    def norm():
        return {"scale": jnp.ones(E), "bias": jnp.zeros(E)}

    def block():
        return {
            "attention_norm": norm(),
            **{name: kernel(E, E) for name in ("query", "key", "value", "output")},
            "feed_forward_norm": norm(),
            "inner": {"kernel": kernel(E, F), "bias": jnp.zeros(F)},
            "outer": {"kernel": kernel(F, E), "bias": jnp.zeros(E)},
        }

    return {
        "token": kernel(E, V).T,
        "blocks": [block() for _ in range(CASE["model"]["numLayers"])],
        "norm": norm(),
        "bias": jnp.zeros(V),
    }


def layer_norm(x, p):
    centred = x - x.mean(-1, keepdims=True)
    variance = jnp.square(centred).mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt(variance + 1e-5) * p["scale"] + p["bias"]


def causal_sum(query, key, value):
    """[B, H, L, M], [B, H, L, M], [B, H, L, R] → [B, H, L, R], chunked."""
    B, _, L, R = value.shape
    size = min(C, L)
    q, k, v = (x.reshape(B, H, L // size, size, -1) for x in (query, key, value))
    inside = jnp.tril(q @ k.swapaxes(-1, -2)) @ v
    states = k.swapaxes(-1, -2) @ v
    before = jnp.cumsum(states, 2) - states
    return (inside + q @ before).reshape(B, H, L, R)


def attention(x, p, projection):
    B, L, _ = x.shape
    q, k, v = ((x @ p[n]).reshape(B, L, H, D).swapaxes(1, 2) for n in ("query", "key", "value"))
    q, k = (jax.nn.relu(y @ projection.T) + 1e-3 for y in (q, k))
    v = jnp.concatenate([v, jnp.ones_like(v[..., :1])], -1)
    sums = causal_sum(q, k, v) if CAUSAL else q @ (k.swapaxes(-1, -2) @ v)
    y = sums[..., :D] / sums[..., D:]
    return y.swapaxes(1, 2).reshape(B, L, E) @ p["output"]


def loss_of(parameters, inputs, targets, mask):
    position = jnp.arange(CASE["length"])[:, None]
    angle = position * 10_000 ** (-jnp.arange(E // 2) / (E // 2))
    x = parameters["token"][inputs] * math.sqrt(E)
    x = x + jnp.concatenate([jnp.sin(angle), jnp.cos(angle)], -1)
    for p, projection in zip(parameters["blocks"], PROJECTIONS):
        x = x + attention(layer_norm(x, p["attention_norm"]), p, projection)
        hidden = layer_norm(x, p["feed_forward_norm"]) @ p["inner"]["kernel"] + p["inner"]["bias"]
        x = x + jax.nn.relu(hidden) @ p["outer"]["kernel"] + p["outer"]["bias"]
    logits = layer_norm(x, parameters["norm"]) @ parameters["token"].T + parameters["bias"]
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, targets)
    return (losses * mask).sum() / mask.sum()


optimizer = optax.chain(
    optax.clip_by_global_norm(0.5), optax.adamw(1e-3, b1=0.9, b2=0.98, eps=1e-9, weight_decay=0.1)
)


def update(parameters, state, *batch):
    loss, gradients = jax.value_and_grad(loss_of)(parameters, *batch)
    updates, state = optimizer.update(gradients, state, parameters)
    return optax.apply_updates(parameters, updates), state, loss


compiled = jax.jit(update, donate_argnums=(0, 1))
parameters = init(jax.random.key(0))
state = optimizer.init(parameters)


def step(batch):
    global parameters, state
    parameters, state, loss = compiled(parameters, state, *batch)
    return float(loss)


serve(step)
