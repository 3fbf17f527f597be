// Exact search by cosine.

/** The vectors of functions in one block of memory. */
export class Vectors {
  /**
   * @param {readonly object[]} functions
   * @param {(one: object) => Float32Array} vectorOf normalised
   */
  constructor(functions, vectorOf) {
    this.functions = functions;
    this.vectorOf = vectorOf;
    this.dimensions = vectorOf(functions[0]).length;
    this.block = new Float32Array(functions.length * this.dimensions);
    functions.forEach((one, i) => this.block.set(vectorOf(one), i * this.dimensions));
  }
}

/** The `count` nearest functions, best first: `{one, cosine}`. */
export function nearest({ functions, vectorOf, dimensions, block }, query, skip, count) {
  const vector = vectorOf(query);
  const best = [];
  for (let i = 0, at = 0; i < functions.length; i++, at += dimensions) {
    let cosine = 0;
    for (let d = 0; d < dimensions; d++) cosine += vector[d] * block[at + d];
    if (best.length === count && cosine <= best[count - 1].cosine) continue;
    const one = functions[i];
    if (skip(one)) continue;
    let place = best.length === count ? count - 1 : best.length;
    while (place > 0 && best[place - 1].cosine < cosine) {
      best[place] = best[place - 1];
      place--;
    }
    best[place] = { one, cosine };
  }
  return best;
}
