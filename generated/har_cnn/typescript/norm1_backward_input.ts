// kernel    norm1_backward_input   dx[n,c,l] = if n < count then (dy[n,c,l] - k[c] - (x[n,c,l] - s[c]) * l[c]) * g[c] else 0
// shape     n = 32, c = 64, l = 126   (f32 in, sums in f64)
// schedule  parallel n
// cost      1.3 MFLOP · 2.1 MB read · 1.0 MB written · 0.4 FLOP/B
// source    kernels/layers/batch_norm.ts sha256:9786b1de   regenerate: deno task generate specs/har_cnn.json
export function norm1_backward_input(
  dy: Float32Array, k: Float32Array, x: Float32Array, s: Float32Array, l: Float32Array, g: Float32Array,
  dx: Float32Array, params: Float32Array, step: number, from: number, to: number,
): void {
  const params_at_step = step * 9;
  const count = params[params_at_step];
  for (let n = from; n < to; n++) {
    const at_n = n * 8064;
    const test = n < count;
    for (let c = 0; c < 64; c++) {
      const at_n_c = at_n + c * 126;
      const k_c = k[c];
      const s_c = s[c];
      const l_c = l[c];
      const g_c = g[c];
      for (let l_2 = 0; l_2 < 126; l_2++) {
        const dy_ncl = dy[at_n_c + l_2];
        const x_ncl = x[at_n_c + l_2];
        dx[at_n_c + l_2] = test ? (dy_ncl - k_c - (x_ncl - s_c) * l_c) * g_c : 0;
      }
    }
  }
}
