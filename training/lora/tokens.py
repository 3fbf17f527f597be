"""Text to token ids, the same ids that llama.cpp makes from the exported file."""

from __future__ import annotations

from tokenizers import pre_tokenizers


def truncated(ids: list[int], limit: int) -> list[int]:
    """At most ``limit`` ids: the first two thirds and the last third (src/student/truncate.ts)."""
    if len(ids) <= limit:
        return ids
    head = -(-limit * 2 // 3)
    tail = limit - head
    return ids[:head] + (ids[-tail:] if tail else [])


def common_prefix(a: list[int], b: list[int]) -> int:
    """Length of the longest common beginning."""
    length = 0
    for x, y in zip(a, b):
        if x != y:
            break
        length += 1
    return length


class Tokens:
    """A Hugging Face tokenizer with the two ways of reading that the pair prompt needs."""

    def __init__(self, tokenizer) -> None:
        self.tokenizer = tokenizer
        #: Ids that go before every input: the begin token, or nothing.
        self.begin: list[int] = _begin(tokenizer)

    def marked(self, text: str) -> list[int]:
        """Ids of text of ours: markers such as ``<|im_start|>`` become their token."""
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def plain(self, text: str) -> list[int]:
        """Ids of text of others: markers in it stay text, so that code cannot end its own turn."""
        return self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]

    def prompt(self, segments: list[dict], max_side_tokens: int) -> list[int]:
        """Ids of a rendered prompt; segments with code are cut to ``max_side_tokens``."""
        ids = list(self.begin)
        for segment in segments:
            if segment["code"]:
                ids += truncated(self.plain(segment["text"]), max_side_tokens)
            else:
                ids += self.marked(segment["text"])
        return ids

    def side(self, text: str, max_tokens: int) -> list[int]:
        """Ids of one side alone, begin token included in ``max_tokens``."""
        return self.begin + truncated(self.plain(text), max_tokens - len(self.begin))


def _begin(tokenizer) -> list[int]:
    ids = tokenizer("")["input_ids"]
    return [int(i) for i in ids if i == tokenizer.bos_token_id]


def match_llama_cpp(tokenizer, pre: str | None) -> None:
    """Corrects what transformers leaves out when it reads a tokenizer from a GGUF file.

    It keeps the byte-level step only; ``smollm`` splits digits before it.
    """
    if pre == "smollm":
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
