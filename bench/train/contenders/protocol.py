"""What the Python contenders share: the case, batches, and the answers to the benchmark."""

import json
import resource
import sys
import time

import numpy as np

CASE = json.loads(sys.argv[-1])


def say(message):
    print(json.dumps(message), flush=True)


def draw_batch(index):
    """Random residues, 15 % of them masked (28) and scored: inputs, targets, loss mask."""
    generator = np.random.default_rng(index)
    shape = (CASE["rows"], CASE["length"])
    targets = generator.integers(0, 20, shape, dtype=np.int32)
    scored = generator.random(shape) < 0.15
    inputs = np.where(scored, 28, targets).astype(np.int32)
    return inputs, targets, scored.astype(np.float32)


def serve(step):
    """step(batch) → loss as a float, after all of its work is done."""
    say({"ready": True})
    index = 0
    for line in sys.stdin:
        step_ms, loss = [], float("nan")
        cpu = time.process_time()
        for _ in range(int(line)):
            index += 1
            batch = draw_batch(index)
            start = time.perf_counter()
            loss = step(batch)
            step_ms.append(1000 * (time.perf_counter() - start))
        say({
            "stepMs": step_ms,
            "cpuMs": 1000 * (time.process_time() - cpu),
            "peakBytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            "loss": loss,
        })
