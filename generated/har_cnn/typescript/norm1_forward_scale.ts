// kernel    norm1_forward_scale   g[c] = r[c] * w[c]
// shape     c = 64   (f32 in, sums in f64)
// schedule  parallel c
// cost      64 FLOP · 512 B read · 256 B written · 0.1 FLOP/B
// source    kernels/layers/batch_norm.ts sha256:6d072195   regenerate: deno task generate specs/har_cnn.json
export function norm1_forward_scale(r: Float32Array, w: Float32Array, g: Float32Array, from: number, to: number): void {
  for (let c = from; c < to; c++) {
    const r_c = r[c];
    const w_c = w[c];
    g[c] = r_c * w_c;
  }
}
