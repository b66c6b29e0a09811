// kernel    conv1_tanh1_forward   value = b[o] + (sum over c,r,s of x[n,c,p+r-2,q+s-2] * w[o,c,r,s])
//           y[n,o,p,q] = tanh(value)
// shape     n = 64, o = 6, p = 28, q = 28, c = 1, r = 5, s = 5   (f32 in, sums in f64)
// schedule  tile q 4 · unroll s 5 · parallel n
// cost      15.7 MFLOP · 201.3 kB read · 1.2 MB written · 11 FLOP/B · 4 accumulators
// source    kernels/layers/conv2d.ts + kernels/layers/tanh.ts sha256:e1cfe26f   regenerate: deno task generate specs/lenet5.json
export function conv1_tanh1_forward(
  b: Float32Array, x: Float32Array, w: Float32Array, y: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 1024;
    const y_at_n = n * 4704;
    for (let o = 0; o < 6; o++) {
      const w_at_o = o * 25;
      const y_at_n_o = y_at_n + o * 784;
      const b_o = b[o];
      for (let p = 0; p < 28; p++) {
        const x_at_n_p = x_at_n + p * 32;
        const y_at_n_o_p = y_at_n_o + p * 28;
        for (let q = 0; q < 28; q += 4) {
          const x_at_n_p_q = x_at_n_p + q;

          // seed
          let y0 = 0;
          let y1 = 0;
          let y2 = 0;
          let y3 = 0;

          // reduce
          for (let r = 0; r < 5; r++) {
            const x_at_n_p_q_r = x_at_n_p_q + r * 32;
            const w_at_o_r = w_at_o + r * 5;
            const x0 = x[x_at_n_p_q_r];
            const w0 = w[w_at_o_r];
            y0 += x0 * w0;
            const x1 = x[x_at_n_p_q_r + 1];
            y1 += x1 * w0;
            const x2 = x[x_at_n_p_q_r + 2];
            y2 += x2 * w0;
            const x3 = x[x_at_n_p_q_r + 3];
            y3 += x3 * w0;
            const w1 = w[w_at_o_r + 1];
            y0 += x1 * w1;
            y1 += x2 * w1;
            y2 += x3 * w1;
            const x4 = x[x_at_n_p_q_r + 4];
            y3 += x4 * w1;
            const w2 = w[w_at_o_r + 2];
            y0 += x2 * w2;
            y1 += x3 * w2;
            y2 += x4 * w2;
            const x5 = x[x_at_n_p_q_r + 5];
            y3 += x5 * w2;
            const w3 = w[w_at_o_r + 3];
            y0 += x3 * w3;
            y1 += x4 * w3;
            y2 += x5 * w3;
            const x6 = x[x_at_n_p_q_r + 6];
            y3 += x6 * w3;
            const w4 = w[w_at_o_r + 4];
            y0 += x4 * w4;
            y1 += x5 * w4;
            y2 += x6 * w4;
            const x7 = x[x_at_n_p_q_r + 7];
            y3 += x7 * w4;
          }

          // finish
          const value0 = b_o + y0;
          y[y_at_n_o_p + q] = Math.tanh(value0);
          const value1 = b_o + y1;
          y[y_at_n_o_p + q + 1] = Math.tanh(value1);
          const value2 = b_o + y2;
          y[y_at_n_o_p + q + 2] = Math.tanh(value2);
          const value3 = b_o + y3;
          y[y_at_n_o_p + q + 3] = Math.tanh(value3);
        }
      }
    }
  }
}
