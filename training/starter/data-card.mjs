/** The data card of a starter corpus: what is in it, from where, under which licences. */
export function dataCard({ manifest, functions, quantisation, parts, perRepository }) {
  const count = (key) => {
    const counts = new Map();
    for (const fn of functions) counts.set(fn[key], (counts.get(fn[key]) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  };
  const number = (n) => n.toLocaleString('en');
  const table = (head, rows) =>
    [`| ${head} | functions |`, '| --- | ---: |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join(
      '\n',
    );
  const counted = (key, head) => table(head, count(key).map(([name, n]) => [name, number(n)]));
  const ofRepository = new Map(count('repository'));
  const sources = parts
    .filter(({ repository }) => ofRepository.has(repository))
    .map(({ repository, commit, license }) => [
      `[${repository}](https://github.com/${repository}/tree/${commit})`,
      license,
      number(ofRepository.get(repository)),
    ]);
  return `# Starter corpus

${number(manifest.functions)} functions of ${number(manifest.repositories)} well-known open-source projects in ${count('language').length} languages, ${(manifest.bytes / 1e6).toFixed(1)} MB packed.
\`xccd scan\` and \`xccd similar\` search it beside the user's own corpus unless \`--no-starter\` or
\`starter: false\` says otherwise. Written by \`scripts/build-starter.mjs\`; do not edit.

## What a function carries

A vector of ${manifest.student.dimensions} components, a lexical profile (counts, and 16-bit hashes of words), a hash of its
canonical form, its name, repository, commit, path and lines, and its licence as an SPDX expression.
No code and no canonical form: neither can be had back from what is stored.

## How it was chosen

- The projects and their commits are those of \`training/starter/projects.json\`. None of them is one
  that the accuracy of xccd is measured on; the build refuses those.
- Functions of at least 30 canonical tokens; no tests, examples, generated or vendored files. Of a
  project, whole files in the order of their hashes until there are ${perRepository} functions; of a file, at
  most 60.
- Of functions with equal canonical form, one. Idioms (short forms with close neighbours under five
  or more owners) are left out; of what remains, so many that the file keeps to its size, by hash.
- Licences are found per file (header, folder, repository) by xccd itself and not checked by hand.

## Rounding

Vectors of ${manifest.student.id} (${manifest.student.sha256.slice(0, 12)}), rounded to a grid of ${quantisation.grid}. A cosine of a function with one of
its 20 nearest moves by ${quantisation.mean.toFixed(4)} on average, by at most ${quantisation.p95.toFixed(4)} in 95 of 100 cases, by ${quantisation.worst.toFixed(4)} at worst
(200 functions, measured by the build).

## Limits

- A sample: a function that is not in it may well be in one of its projects.
- It is of its commits; later changes of the projects are not known to it.
- Another student needs another build: \`node scripts/build-starter.mjs --cache DIR --student ID\`.

## Languages

${counted('language', 'language')}

## Licences

${counted('license', 'SPDX expression')}

## Projects

| project at its commit | licence of the repository | functions |
| --- | --- | ---: |
${sources.map((row) => `| ${row.join(' | ')} |`).join('\n')}
`;
}
