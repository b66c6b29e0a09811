// kernel    conv2_relu1_backward_input   value = sum over o,t of dy[n,o,i-2t] * w[o,c,t]
//           dx[n,c,i] = if y[n,c,i] <= 0 then 0 else value
// shape     n = 32, c = 64, i = 126, o = 64, t = 3   (f32 in, sums in f64)
// schedule  tile i 4 · unroll t 3 · parallel n
// cost      99.1 MFLOP · 2.1 MB read · 1.0 MB written · 32 FLOP/B · 4 accumulators
// source    kernels/layers/conv1d.ts + kernels/layers/relu.ts sha256:bfd030e2   regenerate: deno task generate specs/har_cnn.json
export function conv2_relu1_backward_input(
  y: Float32Array, dy: Float32Array, w: Float32Array, dx: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const dy_at_n = n * 8320;
    const at_n = n * 8064;
    for (let c = 0; c < 64; c++) {
      const w_at_c = c * 3;
      const at_n_c = at_n + c * 126;
      for (let i = 0; i < 124; i += 4) {
        const dy_at_n_i = dy_at_n + i;

        // seed
        let value0 = 0;
        let value1 = 0;
        let value2 = 0;
        let value3 = 0;

        // reduce
        for (let o = 0; o < 64; o++) {
          const dy_at_n_i_o = dy_at_n_i + o * 130;
          const w_at_c_o = w_at_c + o * 192;
          const dy0 = dy[dy_at_n_i_o + 4];
          const w0 = w[w_at_c_o];
          value0 += dy0 * w0;
          const dy1 = dy[dy_at_n_i_o + 5];
          value1 += dy1 * w0;
          const dy2 = dy[dy_at_n_i_o + 6];
          value2 += dy2 * w0;
          const dy3 = dy[dy_at_n_i_o + 7];
          value3 += dy3 * w0;
          const dy_m2 = dy[dy_at_n_i_o + 2];
          const w1 = w[w_at_c_o + 1];
          value0 += dy_m2 * w1;
          const dy_m1 = dy[dy_at_n_i_o + 3];
          value1 += dy_m1 * w1;
          value2 += dy0 * w1;
          value3 += dy1 * w1;
          const dy_m4 = dy[dy_at_n_i_o];
          const w2 = w[w_at_c_o + 2];
          value0 += dy_m4 * w2;
          const dy_m3 = dy[dy_at_n_i_o + 1];
          value1 += dy_m3 * w2;
          value2 += dy_m2 * w2;
          value3 += dy_m1 * w2;
        }

        // finish
        const y0 = y[at_n_c + i];
        dx[at_n_c + i] = y0 <= 0 ? 0 : value0;
        const y1 = y[at_n_c + i + 1];
        dx[at_n_c + i + 1] = y1 <= 0 ? 0 : value1;
        const y2 = y[at_n_c + i + 2];
        dx[at_n_c + i + 2] = y2 <= 0 ? 0 : value2;
        const y3 = y[at_n_c + i + 3];
        dx[at_n_c + i + 3] = y3 <= 0 ? 0 : value3;
      }
      {
        // seed
        let value0 = 0;
        let value1 = 0;

        // reduce
        for (let o = 0; o < 64; o++) {
          const dy_at_n_o = dy_at_n + o * 130;
          const w_at_c_o = w_at_c + o * 192;
          const dy0 = dy[dy_at_n_o + 128];
          const w0 = w[w_at_c_o];
          value0 += dy0 * w0;
          const dy1 = dy[dy_at_n_o + 129];
          value1 += dy1 * w0;
          const dy_m2 = dy[dy_at_n_o + 126];
          const w1 = w[w_at_c_o + 1];
          value0 += dy_m2 * w1;
          const dy_m1 = dy[dy_at_n_o + 127];
          value1 += dy_m1 * w1;
          const dy_m4 = dy[dy_at_n_o + 124];
          const w2 = w[w_at_c_o + 2];
          value0 += dy_m4 * w2;
          const dy_m3 = dy[dy_at_n_o + 125];
          value1 += dy_m3 * w2;
        }

        // finish
        const y0 = y[at_n_c + 124];
        dx[at_n_c + 124] = y0 <= 0 ? 0 : value0;
        const y1 = y[at_n_c + 125];
        dx[at_n_c + 125] = y1 <= 0 ? 0 : value1;
      }
    }
  }
}
