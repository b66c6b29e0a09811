// kernel    norm1_evaluate_scale   g[c] = 1 / sqrt(rv[c] + 0.00001) * w[c]
// shape     c = 64   (f32 in, sums in f64)
// schedule  parallel c
// cost      256 FLOP · 512 B read · 256 B written · 0.3 FLOP/B
// source    kernels/layers/batch_norm.ts sha256:eff4e96f   regenerate: deno task generate specs/har_cnn.json
export function norm1_evaluate_scale(
  rv: Float32Array, w: Float32Array, g: Float32Array, from: number, to: number,
): void {
  for (let c = from; c < to; c++) {
    const rv_c = rv[c];
    const w_c = w[c];
    g[c] = 1 / Math.sqrt(rv_c + 0.00001) * w_c;
  }
}
