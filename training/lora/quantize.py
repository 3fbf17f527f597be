"""GGUF F16 to Q8_0 or Q4_K_M by llama.cpp itself (through llama-cpp-python)."""

from __future__ import annotations

import ctypes

#: Names as ``--quantization`` takes them.
QUANTIZATIONS = ("f16", "q8_0", "q4_k_m")


def quantize(source: str, target: str, kind: str) -> None:
    """Raises ModuleNotFoundError without llama-cpp-python, RuntimeError when llama.cpp refuses."""
    import llama_cpp

    types = {"q8_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0, "q4_k_m": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M}
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = types[kind]
    parameters.nthread = 1
    code = llama_cpp.llama_model_quantize(source.encode(), target.encode(), ctypes.byref(parameters))
    if code != 0:
        raise RuntimeError(f"llama.cpp could not write {target} as {kind} (code {code})")
