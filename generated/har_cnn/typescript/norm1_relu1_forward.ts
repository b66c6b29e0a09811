// kernel    norm1_relu1_forward   value = b[c] + (x[n,c,l] - s[c]) * g[c]
//           y[n,c,l] = max(value, 0)
// shape     n = 32, c = 64, l = 126   (f32 in, sums in f64)
// schedule  parallel n
// cost      774.1 kFLOP · 1.0 MB read · 1.0 MB written · 0.4 FLOP/B
// source    kernels/layers/batch_norm.ts + kernels/layers/relu.ts sha256:6243984e   regenerate: deno task generate specs/har_cnn.json
export function norm1_relu1_forward(
  b: Float32Array, x: Float32Array, s: Float32Array, g: Float32Array, y: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const at_n = n * 8064;
    for (let c = 0; c < 64; c++) {
      const at_n_c = at_n + c * 126;
      const b_c = b[c];
      const s_c = s[c];
      const g_c = g[c];
      for (let l = 0; l < 126; l++) {
        const x_ncl = x[at_n_c + l];
        const value = b_c + (x_ncl - s_c) * g_c;
        y[at_n_c + l] = Math.max(value, 0);
      }
    }
  }
}
