"""performer-pytorch from PyPI, its language model at the same sizes: ReLU features, AdamW, clipping."""

import torch
from performer_pytorch import PerformerLM
from protocol import CASE, serve
from torch_performer import trainer

torch.manual_seed(0)
size = CASE["model"]
serve(
    trainer(
        PerformerLM(
            num_tokens=29,
            max_seq_len=CASE["length"],
            dim=size["embeddingSize"],
            depth=size["numLayers"],
            heads=size["numHeads"],
            dim_head=size["embeddingSize"] // size["numHeads"],
            ff_mult=size["feedForwardSize"] // size["embeddingSize"],
            nb_features=CASE["numFeatures"],
            causal=CASE["direction"] == "causal",
            generalized_attention=True,
            kernel_fn=torch.nn.ReLU(),
            tie_embed=True,
        )
    )
)
