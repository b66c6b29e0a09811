// kernel    norm1_forward_sums   near = (sum over u of x[n,c,u]) * 0.03125; t = x[n,c,l] - near; total = sum over l of t; p[n,c,0] = near + total * 0.007936508
//           q[n,c,0] = max((sum over l of t * t) - total * total * 0.007936508, 0)
// shape     n = 32, c = 64, u = 32, l = 126   (f32 in, sums in f64)
// schedule  parallel n
// cost      1.1 MFLOP · 1.0 MB read · 16.4 kB written · 1.1 FLOP/B · 3 accumulators
// source    kernels/layers/batch_norm.ts sha256:35ec18a0   regenerate: deno task generate specs/har_cnn.json
export function norm1_forward_sums(x: Float32Array, p: Float32Array, q: Float32Array, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 8064;
    const at_n = n * 64;
    for (let c = 0; c < 64; c++) {
      const x_at_n_c = x_at_n + c * 126;

      // seed
      let p_sum = 0;

      // reduce
      for (let u = 0; u < 32; u++) {
        const x_ncu = x[x_at_n_c + u];
        p_sum += x_ncu;
      }

      // finish
      const near = p_sum * 0.03125;

      // seed
      let total = 0;
      let q_sum = 0;

      // reduce
      for (let l = 0; l < 126; l++) {
        const x_ncl = x[x_at_n_c + l];
        const t = x_ncl - near;
        total += t;
        q_sum += t * t;
      }

      // finish
      p[at_n + c] = near + total * 0.007936507936507936;
      q[at_n + c] = Math.max(q_sum - total * total * 0.007936507936507936, 0);
    }
  }
}
