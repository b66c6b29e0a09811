// kernel    norm2_backward_sums   e[n,c,0] = sum over l of dy[n,c,l]
//           f[n,c,0] = sum over l of dy[n,c,l] * (x[n,c,l] - s[c])
// shape     n = 32, c = 64, l = 122   (f32 in, sums in f64)
// schedule  parallel n
// cost      999.4 kFLOP · 2.0 MB read · 16.4 kB written · 0.5 FLOP/B · 2 accumulators
// source    kernels/layers/batch_norm.ts sha256:bfef9668   regenerate: deno task generate specs/har_cnn.json
export function norm2_backward_sums(
  dy: Float32Array, x: Float32Array, s: Float32Array, e: Float32Array, f: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const at_n = n * 7808;
    const at_n_2 = n * 64;
    for (let c = 0; c < 64; c++) {
      const at_n_c = at_n + c * 122;
      const s_c = s[c];

      // seed
      let e_sum = 0;
      let f_sum = 0;

      // reduce
      for (let l = 0; l < 122; l++) {
        const dy_ncl = dy[at_n_c + l];
        e_sum += dy_ncl;
        const x_ncl = x[at_n_c + l];
        f_sum += dy_ncl * (x_ncl - s_c);
      }

      // finish
      e[at_n_2 + c] = e_sum;
      f[at_n_2 + c] = f_sum;
    }
  }
}
