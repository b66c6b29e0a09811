// kernel    pool1_forward   y[n,c,p,q] = (sum over u,v of x[n,c,2p+u,2q+v]) * 0.25
// shape     n = 64, c = 6, p = 14, q = 14, u = 2, v = 2   (f32 in, sums in f64)
// schedule  unroll u 2, v 2 · parallel n
// cost      376.3 kFLOP · 1.2 MB read · 301.1 kB written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/avg_pool2d.ts sha256:5e40fad6   regenerate: deno task generate specs/lenet5.json
export function pool1_forward(x: Float32Array, y: Float32Array, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 4704;
    const y_at_n = n * 1176;
    for (let c = 0; c < 6; c++) {
      const x_at_n_c = x_at_n + c * 784;
      const y_at_n_c = y_at_n + c * 196;
      for (let p = 0; p < 14; p++) {
        const x_at_n_c_p = x_at_n_c + p * 56;
        const y_at_n_c_p = y_at_n_c + p * 14;
        for (let q = 0; q < 14; q++) {
          const x_at_n_c_p_q = x_at_n_c_p + q * 2;

          // seed
          let y_sum = 0;

          // reduce
          const x00 = x[x_at_n_c_p_q];
          y_sum += x00;
          const x01 = x[x_at_n_c_p_q + 1];
          y_sum += x01;
          const x10 = x[x_at_n_c_p_q + 28];
          y_sum += x10;
          const x11 = x[x_at_n_c_p_q + 29];
          y_sum += x11;

          // finish
          y[y_at_n_c_p + q] = y_sum * 0.25;
        }
      }
    }
  }
}
