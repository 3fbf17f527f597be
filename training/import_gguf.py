"""A shipped student's GGUF -> safetensors, so that training goes on from it (``--weights``).

Q8_0 rounds each weight to about 0.4% of the largest of its block; a few hundred steps of training
level that out.
"""

from __future__ import annotations

import argparse

import gguf
import torch
from safetensors.torch import save_file

from encoder import Encoder
from export_gguf import tensor_name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--output", required=True)
    args = parser.parse_args()
    tensors = {t.name: t for t in gguf.GGUFReader(args.gguf).tensors}
    layers = len({name.split(".")[1] for name in tensors if name.startswith("blk.")})
    state = {}
    for name, parameter in Encoder(layers).state_dict().items():
        tensor = tensors[tensor_name(name)]
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        state[name] = torch.from_numpy(values.copy()).reshape(parameter.shape).float().contiguous()
    save_file(state, args.output)


if __name__ == "__main__":
    main()
