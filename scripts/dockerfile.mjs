// Reads a Dockerfile into stages, as far as ours goes. Docker's own syntax check is dockerfile-utils
// (test/app/container.test.ts).

/** Lines without comments, with continued ones joined. */
function logicalLines(text) {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const joined = lines.join('\n').replace(/\\\n\s*/g, ' ');
  return joined.split('\n').map((line) => line.trim());
}

/**
 * @param {string} text of a Dockerfile
 * @returns {{ args: Record<string, string>, stages: { name: string, base: string, steps: { instruction: string, value: string }[] }[] }}
 */
export function readDockerfile(text) {
  const args = {};
  const stages = [];
  for (const line of logicalLines(text)) {
    if (line === '') continue;
    const [, instruction, value] = /^(\w+)\s+(.*)$/.exec(line);
    if (instruction === 'FROM') {
      const [, base, name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(value);
      stages.push({ name: name ?? String(stages.length), base, steps: [] });
    } else if (stages.length === 0) {
      const [name, standard = ''] = value.split('=');
      args[name] = standard;
    } else stages.at(-1).steps.push({ instruction, value });
  }
  return { args, stages };
}

/** `A=1 B="two words"` as an object. */
export function readPairs(value) {
  const pairs = {};
  for (const [, name, quoted, plain] of value.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)) {
    pairs[name] = quoted ?? plain;
  }
  return pairs;
}
