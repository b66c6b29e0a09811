// kernel    conv2_forward   y[n,o,p] = sum over c,r of x[n,c,p+2r] * w[o,c,r]
// shape     n = 32, o = 64, p = 122, c = 64, r = 3   (f32 in, sums in f64)
// schedule  tile p 4 · unroll r 3 · parallel n
// cost      95.9 MFLOP · 1.1 MB read · 999.4 kB written · 46 FLOP/B · 4 accumulators
// source    kernels/layers/conv1d.ts sha256:b23d7a4b   regenerate: deno task generate specs/har_cnn.json
export function conv2_forward(x: Float32Array, w: Float32Array, y: Float32Array, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 8064;
    const y_at_n = n * 7808;
    for (let o = 0; o < 64; o++) {
      const w_at_o = o * 192;
      const y_at_n_o = y_at_n + o * 122;
      for (let p = 0; p < 120; p += 4) {
        const x_at_n_p = x_at_n + p;

        // seed
        let y0 = 0;
        let y1 = 0;
        let y2 = 0;
        let y3 = 0;

        // reduce
        for (let c = 0; c < 64; c++) {
          const x_at_n_p_c = x_at_n_p + c * 126;
          const w_at_o_c = w_at_o + c * 3;
          const x0 = x[x_at_n_p_c];
          const w0 = w[w_at_o_c];
          y0 += x0 * w0;
          const x1 = x[x_at_n_p_c + 1];
          y1 += x1 * w0;
          const x2 = x[x_at_n_p_c + 2];
          y2 += x2 * w0;
          const x3 = x[x_at_n_p_c + 3];
          y3 += x3 * w0;
          const w1 = w[w_at_o_c + 1];
          y0 += x2 * w1;
          y1 += x3 * w1;
          const x4 = x[x_at_n_p_c + 4];
          y2 += x4 * w1;
          const x5 = x[x_at_n_p_c + 5];
          y3 += x5 * w1;
          const w2 = w[w_at_o_c + 2];
          y0 += x4 * w2;
          y1 += x5 * w2;
          const x6 = x[x_at_n_p_c + 6];
          y2 += x6 * w2;
          const x7 = x[x_at_n_p_c + 7];
          y3 += x7 * w2;
        }

        // finish
        y[y_at_n_o + p] = y0;
        y[y_at_n_o + p + 1] = y1;
        y[y_at_n_o + p + 2] = y2;
        y[y_at_n_o + p + 3] = y3;
      }
      {
        // seed
        let y0 = 0;
        let y1 = 0;

        // reduce
        for (let c = 0; c < 64; c++) {
          const x_at_n_c = x_at_n + c * 126;
          const w_at_o_c = w_at_o + c * 3;
          const x0 = x[x_at_n_c + 120];
          const w0 = w[w_at_o_c];
          y0 += x0 * w0;
          const x1 = x[x_at_n_c + 121];
          y1 += x1 * w0;
          const x2 = x[x_at_n_c + 122];
          const w1 = w[w_at_o_c + 1];
          y0 += x2 * w1;
          const x3 = x[x_at_n_c + 123];
          y1 += x3 * w1;
          const x4 = x[x_at_n_c + 124];
          const w2 = w[w_at_o_c + 2];
          y0 += x4 * w2;
          const x5 = x[x_at_n_c + 125];
          y1 += x5 * w2;
        }

        // finish
        y[y_at_n_o + 120] = y0;
        y[y_at_n_o + 121] = y1;
      }
    }
  }
}
