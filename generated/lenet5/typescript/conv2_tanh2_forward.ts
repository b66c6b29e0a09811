// kernel    conv2_tanh2_forward   value = b[o] + (sum over c,r,s of x[n,c,p+r,q+s] * w[o,c,r,s])
//           y[n,o,p,q] = tanh(value)
// shape     n = 64, o = 16, p = 10, q = 10, c = 6, r = 5, s = 5   (f32 in, sums in f64)
// schedule  tile q 4 · unroll s 5 · parallel n
// cost      30.9 MFLOP · 310.7 kB read · 409.6 kB written · 43 FLOP/B · 4 accumulators
// source    kernels/layers/conv2d.ts + kernels/layers/tanh.ts sha256:45355a35   regenerate: deno task generate specs/lenet5.json
export function conv2_tanh2_forward(
  b: Float32Array, x: Float32Array, w: Float32Array, y: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 1176;
    const y_at_n = n * 1600;
    for (let o = 0; o < 16; o++) {
      const w_at_o = o * 150;
      const y_at_n_o = y_at_n + o * 100;
      const b_o = b[o];
      for (let p = 0; p < 10; p++) {
        const x_at_n_p = x_at_n + p * 14;
        const y_at_n_o_p = y_at_n_o + p * 10;
        for (let q = 0; q < 8; q += 4) {
          const x_at_n_p_q = x_at_n_p + q;

          // seed
          let y0 = 0;
          let y1 = 0;
          let y2 = 0;
          let y3 = 0;

          // reduce
          for (let c = 0; c < 6; c++) {
            const x_at_n_p_q_c = x_at_n_p_q + c * 196;
            const w_at_o_c = w_at_o + c * 25;
            for (let r = 0; r < 5; r++) {
              const x_at_n_p_q_c_r = x_at_n_p_q_c + r * 14;
              const w_at_o_c_r = w_at_o_c + r * 5;
              const x0 = x[x_at_n_p_q_c_r];
              const w0 = w[w_at_o_c_r];
              y0 += x0 * w0;
              const x1 = x[x_at_n_p_q_c_r + 1];
              y1 += x1 * w0;
              const x2 = x[x_at_n_p_q_c_r + 2];
              y2 += x2 * w0;
              const x3 = x[x_at_n_p_q_c_r + 3];
              y3 += x3 * w0;
              const w1 = w[w_at_o_c_r + 1];
              y0 += x1 * w1;
              y1 += x2 * w1;
              y2 += x3 * w1;
              const x4 = x[x_at_n_p_q_c_r + 4];
              y3 += x4 * w1;
              const w2 = w[w_at_o_c_r + 2];
              y0 += x2 * w2;
              y1 += x3 * w2;
              y2 += x4 * w2;
              const x5 = x[x_at_n_p_q_c_r + 5];
              y3 += x5 * w2;
              const w3 = w[w_at_o_c_r + 3];
              y0 += x3 * w3;
              y1 += x4 * w3;
              y2 += x5 * w3;
              const x6 = x[x_at_n_p_q_c_r + 6];
              y3 += x6 * w3;
              const w4 = w[w_at_o_c_r + 4];
              y0 += x4 * w4;
              y1 += x5 * w4;
              y2 += x6 * w4;
              const x7 = x[x_at_n_p_q_c_r + 7];
              y3 += x7 * w4;
            }
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
        {
          // seed
          let y0 = 0;
          let y1 = 0;

          // reduce
          for (let c = 0; c < 6; c++) {
            const x_at_n_p_c = x_at_n_p + c * 196;
            const w_at_o_c = w_at_o + c * 25;
            for (let r = 0; r < 5; r++) {
              const x_at_n_p_c_r = x_at_n_p_c + r * 14;
              const w_at_o_c_r = w_at_o_c + r * 5;
              const x0 = x[x_at_n_p_c_r + 8];
              const w0 = w[w_at_o_c_r];
              y0 += x0 * w0;
              const x1 = x[x_at_n_p_c_r + 9];
              y1 += x1 * w0;
              const w1 = w[w_at_o_c_r + 1];
              y0 += x1 * w1;
              const x2 = x[x_at_n_p_c_r + 10];
              y1 += x2 * w1;
              const w2 = w[w_at_o_c_r + 2];
              y0 += x2 * w2;
              const x3 = x[x_at_n_p_c_r + 11];
              y1 += x3 * w2;
              const w3 = w[w_at_o_c_r + 3];
              y0 += x3 * w3;
              const x4 = x[x_at_n_p_c_r + 12];
              y1 += x4 * w3;
              const w4 = w[w_at_o_c_r + 4];
              y0 += x4 * w4;
              const x5 = x[x_at_n_p_c_r + 13];
              y1 += x5 * w4;
            }
          }

          // finish
          const value0 = b_o + y0;
          y[y_at_n_o_p + 8] = Math.tanh(value0);
          const value1 = b_o + y1;
          y[y_at_n_o_p + 9] = Math.tanh(value1);
        }
      }
    }
  }
}
