// kernel    pool2_forward   y[n,c,p,q] = (sum over u,v of x[n,c,2p+u,2q+v]) * 0.25
// shape     n = 64, c = 16, p = 5, q = 5, u = 2, v = 2   (f32 in, sums in f64)
// schedule  unroll u 2, v 2 · parallel n
// cost      128.0 kFLOP · 409.6 kB read · 102.4 kB written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/avg_pool2d.ts sha256:d58fe278   regenerate: deno task generate specs/lenet5.json
export function pool2_forward(x: Float32Array, y: Float32Array, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 1600;
    const y_at_n = n * 400;
    for (let c = 0; c < 16; c++) {
      const x_at_n_c = x_at_n + c * 100;
      const y_at_n_c = y_at_n + c * 25;
      for (let p = 0; p < 5; p++) {
        const x_at_n_c_p = x_at_n_c + p * 20;
        const y_at_n_c_p = y_at_n_c + p * 5;
        for (let q = 0; q < 5; q++) {
          const x_at_n_c_p_q = x_at_n_c_p + q * 2;

          // seed
          let y_sum = 0;

          // reduce
          const x00 = x[x_at_n_c_p_q];
          y_sum += x00;
          const x01 = x[x_at_n_c_p_q + 1];
          y_sum += x01;
          const x10 = x[x_at_n_c_p_q + 10];
          y_sum += x10;
          const x11 = x[x_at_n_c_p_q + 11];
          y_sum += x11;

          // finish
          y[y_at_n_c_p + q] = y_sum * 0.25;
        }
      }
    }
  }
}
