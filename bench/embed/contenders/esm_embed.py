"""Mean embeddings of transformers' EsmModel as a careful user computes them.

Sequences are sorted by length and put into batches of up to `batchTokens` padded tokens; torch uses all
cores, in inference mode, with the attention that transformers chooses by itself (sdpa). Weights are
random: speed does not depend on them.

    esm_embed.py checkpoint CASE             writes the weights that all contenders read
    esm_embed.py torch-float32|torch-bf16 CASE    answers each line, the number of a set, with a line of JSON
"""

import json
import os
import resource
import sys
import time

import torch
from transformers import EsmConfig, EsmForMaskedLM

CLS, PAD, EOS, UNKNOWN = 0, 1, 2, 3
TOKENS = {letter: 4 + i for i, letter in enumerate("LAGVSERTIDPKQNFYMHWCXBUZO.-")}


def say(**message):
    print(json.dumps(message), flush=True)


def make_checkpoint(case):
    torch.manual_seed(1)
    config = EsmConfig(
        vocab_size=33,
        mask_token_id=32,
        pad_token_id=PAD,
        hidden_size=case["width"],
        num_hidden_layers=case["layers"],
        num_attention_heads=case["heads"],
        intermediate_size=case["inner"],
        max_position_embeddings=1026,
        position_embedding_type="rotary",
        token_dropout=True,
        emb_layer_norm_before=False,
        layer_norm_eps=1e-5,
    )
    EsmForMaskedLM(config).save_pretrained(case["checkpoint"])


def batches(rows, batch_tokens):
    """Indices of rows of near lengths, shortest first."""
    batch, longest = [], 0
    for index in sorted(range(len(rows)), key=lambda i: len(rows[i])):
        longest = max(longest, len(rows[index]))
        if batch and longest * (len(batch) + 1) > batch_tokens:
            yield batch
            batch, longest = [], len(rows[index])
        batch.append(index)
    if batch:
        yield batch


@torch.inference_mode()
def embed(model, sequences, batch_tokens):
    rows = [[CLS, *(TOKENS.get(letter, UNKNOWN) for letter in text), EOS] for text in sequences]
    means = [None] * len(rows)
    for batch in batches(rows, batch_tokens):
        longest = max(len(rows[i]) for i in batch)
        tokens = torch.tensor([rows[i] + [PAD] * (longest - len(rows[i])) for i in batch])
        mask = (tokens != PAD).long()
        hidden = model(input_ids=tokens, attention_mask=mask).last_hidden_state
        # of residues alone: without <cls> and <eos>
        residues = mask.clone()
        residues[:, 0] = 0
        residues[torch.arange(len(batch)), mask.sum(1) - 1] = 0
        sums = (hidden.float() * residues.unsqueeze(-1)).sum(1)
        for i, mean in zip(batch, (sums / residues.sum(1, keepdim=True)).tolist()):
            means[i] = mean
    return means


def main():
    name, case = sys.argv[1], json.loads(sys.argv[2])
    if name == "checkpoint":
        return make_checkpoint(case)
    torch.set_num_threads(os.cpu_count())
    dtype = torch.bfloat16 if name == "torch-bf16" else torch.float32
    model = EsmForMaskedLM.from_pretrained(case["checkpoint"], dtype=dtype).esm.eval()
    with open(case["sets"]) as file:
        sets = json.load(file)
    say(ready=True)
    for line in sys.stdin:
        start = time.perf_counter()
        try:
            means = embed(model, sets[int(line)]["sequences"], case["batchTokens"])
        except (MemoryError, RuntimeError) as error:
            say(reason=str(error).splitlines()[0])
            continue
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        say(seconds=seconds, peakBytes=peak, first=means[0])


main()
