// kernel    linear1_backward_input   dx[n,i] = sum over o of dy[n,o] * w[o,i]
// shape     n = 32, i = 3904, o = 100   (f32 in, sums in f64)
// schedule  tile n 2, i 2 · parallel n
// cost      25.0 MFLOP · 1.6 MB read · 499.7 kB written · 12 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts sha256:b554e8ff   regenerate: deno task generate specs/har_cnn.json
export function linear1_backward_input(
  dy: Float32Array, w: Float32Array, dx: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n += 2) {
    const dy_at_n = n * 100;
    const dx_at_n = n * 3904;
    for (let i = 0; i < 3904; i += 2) {
      // seed
      let dx00 = 0;
      let dx01 = 0;
      let dx10 = 0;
      let dx11 = 0;

      // reduce
      for (let o = 0; o < 100; o++) {
        const w_at_i_o = i + o * 3904;
        const dy0 = dy[dy_at_n + o];
        const w0 = w[w_at_i_o];
        dx00 += dy0 * w0;
        const w1 = w[w_at_i_o + 1];
        dx01 += dy0 * w1;
        const dy1 = dy[dy_at_n + o + 100];
        dx10 += dy1 * w0;
        dx11 += dy1 * w1;
      }

      // finish
      dx[dx_at_n + i] = dx00;
      dx[dx_at_n + i + 1] = dx01;
      dx[dx_at_n + i + 3904] = dx10;
      dx[dx_at_n + i + 3905] = dx11;
    }
  }
}
