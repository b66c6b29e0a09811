// kernel    norm2_pool1_relu2_forward   t = b[c] + (x[n,c,2p+u] - s[c]) * g[c]
//           value = max over u of t
//           y[n,c,p] = max(value, 0)
//           code[n,c,p] = argmax over u of t
// shape     n = 32, c = 64, p = 61, u = 2   (f32 in, sums in f64)
// schedule  unroll u 2 · parallel n
// cost      749.6 kFLOP · 1.0 MB read · 624.6 kB written · 0.5 FLOP/B · 2 accumulators
// source    kernels/layers/batch_norm.ts + kernels/layers/max_pool1d.ts + kernels/layers/relu.ts sha256:f8a9cecf   regenerate: deno task generate specs/har_cnn.json
export function norm2_pool1_relu2_forward(
  b: Float32Array, x: Float32Array, s: Float32Array, g: Float32Array, y: Float32Array, code: Uint8Array, from: number,
  to: number,
): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 7808;
    const at_n = n * 3904;
    for (let c = 0; c < 64; c++) {
      const x_at_n_c = x_at_n + c * 122;
      const at_n_c = at_n + c * 61;
      const b_c = b[c];
      const s_c = s[c];
      const g_c = g[c];
      for (let p = 0; p < 61; p++) {
        const x_at_n_c_p = x_at_n_c + p * 2;

        // seed
        let value = -Infinity;
        let place = 0;

        // reduce
        const x0 = x[x_at_n_c_p];
        const t0 = b_c + (x0 - s_c) * g_c;
        value = t0;
        const x1 = x[x_at_n_c_p + 1];
        const t1 = b_c + (x1 - s_c) * g_c;
        const stays = t1 <= value;
        place = stays ? place : 1;
        value = stays ? value : t1;

        // finish
        y[at_n_c + p] = Math.max(value, 0);
        code[at_n_c + p] = place;
      }
    }
  }
}
