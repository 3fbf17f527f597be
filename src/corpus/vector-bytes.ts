/** The bytes of a vector: float32, little-endian. */
export function toBlob(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

export function toVector(blob: Uint8Array): Float32Array {
  if (blob.byteOffset % 4 === 0) {
    return new Float32Array(blob.buffer, blob.byteOffset, blob.byteLength / 4);
  }
  return new Float32Array(new Uint8Array(blob).buffer);
}

/** In 64-bit floats and in the order of the components: the same bits everywhere. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export function checkDimensions(vector: Float32Array, dimensions: number): void {
  if (vector.length !== dimensions) {
    throw new Error(`a vector of ${vector.length} dimensions in a corpus of ${dimensions}`);
  }
}
