// kernel    linear1_backward_input   dx[n,i] = sum over o of dy[n,o] * w[o,i]
// shape     n = 64, i = 400, o = 120   (f32 in, sums in f64)
// schedule  tile n 2, i 2 · parallel n
// cost      6.1 MFLOP · 222.7 kB read · 102.4 kB written · 19 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts sha256:d68a31b8   regenerate: deno task generate specs/lenet5.json
export function linear1_backward_input(
  dy: Float32Array, w: Float32Array, dx: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n += 2) {
    const dy_at_n = n * 120;
    const dx_at_n = n * 400;
    for (let i = 0; i < 400; i += 2) {
      // seed
      let dx00 = 0;
      let dx01 = 0;
      let dx10 = 0;
      let dx11 = 0;

      // reduce
      for (let o = 0; o < 120; o++) {
        const w_at_i_o = i + o * 400;
        const dy0 = dy[dy_at_n + o];
        const w0 = w[w_at_i_o];
        dx00 += dy0 * w0;
        const w1 = w[w_at_i_o + 1];
        dx01 += dy0 * w1;
        const dy1 = dy[dy_at_n + o + 120];
        dx10 += dy1 * w0;
        dx11 += dy1 * w1;
      }

      // finish
      dx[dx_at_n + i] = dx00;
      dx[dx_at_n + i + 1] = dx01;
      dx[dx_at_n + i + 400] = dx10;
      dx[dx_at_n + i + 401] = dx11;
    }
  }
}
