// TF-IDF and BM25 over canonical tokens: what no training gives.

/** Sparse vectors of term weights by term id. */
export class Lexical {
  /** @param {string[]} texts the documents that give the document frequencies */
  constructor(texts) {
    this.documents = texts.length;
    this.frequency = new Map();
    let total = 0;
    for (const text of texts) {
      const tokens = text.split(' ');
      total += tokens.length;
      for (const token of new Set(tokens)) {
        this.frequency.set(token, (this.frequency.get(token) ?? 0) + 1);
      }
    }
    this.meanLength = total / texts.length;
    this.cache = new Map();
  }

  counts(text) {
    const counts = new Map();
    for (const token of text.split(' ')) counts.set(token, (counts.get(token) ?? 0) + 1);
    return counts;
  }

  /** L2-normalised sublinear tf-idf. */
  tfidf(text) {
    let vector = this.cache.get(text);
    if (vector) return vector;
    vector = new Map();
    let sum = 0;
    for (const [token, count] of this.counts(text)) {
      const idf = Math.log((1 + this.documents) / (1 + (this.frequency.get(token) ?? 0))) + 1;
      const weight = (1 + Math.log(count)) * idf;
      vector.set(token, weight);
      sum += weight * weight;
    }
    const length = Math.sqrt(sum);
    for (const [token, weight] of vector) vector.set(token, weight / length);
    this.cache.set(text, vector);
    return vector;
  }

  tfidfCosine(a, b) {
    let [small, large] = [this.tfidf(a), this.tfidf(b)];
    if (small.size > large.size) [small, large] = [large, small];
    let sum = 0;
    for (const [token, weight] of small) sum += weight * (large.get(token) ?? 0);
    return sum;
  }

  /** BM25 (k1 1.2, b 0.75) of document `b` for query `a`, over that of `a` for itself. */
  bm25(a, b) {
    const whole = this.bm25Raw(a, a);
    return whole === 0 ? 0 : this.bm25Raw(a, b) / whole;
  }

  bm25Raw(query, document) {
    const counts = this.counts(document);
    let length = 0;
    for (const count of counts.values()) length += count;
    const norm = 1.2 * (0.25 + (0.75 * length) / this.meanLength);
    let sum = 0;
    for (const token of new Set(query.split(' '))) {
      const count = counts.get(token);
      if (!count) continue;
      const df = this.frequency.get(token) ?? 0;
      sum +=
        Math.log(1 + (this.documents - df + 0.5) / (df + 0.5)) * ((count * 2.2) / (count + norm));
    }
    return sum;
  }

  /** Mean of both directions: a pair has no query side. */
  bm25Both(a, b) {
    return (this.bm25(a, b) + this.bm25(b, a)) / 2;
  }
}
