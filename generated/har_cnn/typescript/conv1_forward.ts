// kernel    conv1_forward   y[n,o,p] = sum over c,r of x[n,c,p+r] * w[o,c,r]
// shape     n = 32, o = 64, p = 126, c = 9, r = 3   (f32 in, sums in f64)
// schedule  tile p 4 · unroll r 3 · parallel n
// cost      13.9 MFLOP · 154.4 kB read · 1.0 MB written · 12 FLOP/B · 4 accumulators
// source    kernels/layers/conv1d.ts sha256:f6355642   regenerate: deno task generate specs/har_cnn.json
export function conv1_forward(x: Float32Array, w: Float32Array, y: Float32Array, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 1152;
    const y_at_n = n * 8064;
    for (let o = 0; o < 64; o++) {
      const w_at_o = o * 27;
      const y_at_n_o = y_at_n + o * 126;
      for (let p = 0; p < 124; p += 4) {
        const x_at_n_p = x_at_n + p;

        // seed
        let y0 = 0;
        let y1 = 0;
        let y2 = 0;
        let y3 = 0;

        // reduce
        for (let c = 0; c < 9; c++) {
          const x_at_n_p_c = x_at_n_p + c * 128;
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
          y0 += x1 * w1;
          y1 += x2 * w1;
          y2 += x3 * w1;
          const x4 = x[x_at_n_p_c + 4];
          y3 += x4 * w1;
          const w2 = w[w_at_o_c + 2];
          y0 += x2 * w2;
          y1 += x3 * w2;
          y2 += x4 * w2;
          const x5 = x[x_at_n_p_c + 5];
          y3 += x5 * w2;
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
        for (let c = 0; c < 9; c++) {
          const x_at_n_c = x_at_n + c * 128;
          const w_at_o_c = w_at_o + c * 3;
          const x0 = x[x_at_n_c + 124];
          const w0 = w[w_at_o_c];
          y0 += x0 * w0;
          const x1 = x[x_at_n_c + 125];
          y1 += x1 * w0;
          const w1 = w[w_at_o_c + 1];
          y0 += x1 * w1;
          const x2 = x[x_at_n_c + 126];
          y1 += x2 * w1;
          const w2 = w[w_at_o_c + 2];
          y0 += x2 * w2;
          const x3 = x[x_at_n_c + 127];
          y1 += x3 * w2;
        }

        // finish
        y[y_at_n_o + 124] = y0;
        y[y_at_n_o + 125] = y1;
      }
    }
  }
}
