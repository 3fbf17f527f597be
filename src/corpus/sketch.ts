/**
 * A vector in eight bits per component, for the first pass of a search: three float32 (scale,
 * norm of the sketch, norm of the rounding error), then one int8 per component. The error makes
 * the first pass a bound, so that the search as a whole stays exact.
 */
export const SKETCH_HEADER = 12;

export function sketchOf(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(SKETCH_HEADER + vector.length);
  let max = 0;
  for (const x of vector) max = Math.max(max, Math.abs(x));
  const scale = Math.fround(max / 127) || 1;
  let norm = 0;
  let error = 0;
  for (let i = 0; i < vector.length; i++) {
    const x = vector[i]!;
    const value = Math.max(-127, Math.min(127, Math.round(x / scale)));
    bytes[SKETCH_HEADER + i] = value & 0xff;
    norm += (value * scale) ** 2;
    error += (x - value * scale) ** 2;
  }
  const header = new DataView(bytes.buffer);
  header.setFloat32(0, scale, true);
  header.setFloat32(4, Math.sqrt(norm), true);
  header.setFloat32(8, Math.sqrt(error), true);
  return bytes;
}
