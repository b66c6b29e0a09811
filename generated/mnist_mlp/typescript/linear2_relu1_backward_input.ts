// kernel    linear2_relu1_backward_input   value = sum over o of dy[n,o] * w[o,i]
//           dx[n,i] = if y[n,i] <= 0 then 0 else value
// shape     n = 64, i = 128, o = 10   (f32 in, sums in f64)
// schedule  tile n 2, i 2 · parallel n
// cost      163.8 kFLOP · 40.4 kB read · 32.8 kB written · 2.2 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts + kernels/layers/relu.ts sha256:f295f052   regenerate: deno task generate specs/mnist_mlp.json
export function linear2_relu1_backward_input(
  y: Float32Array, dy: Float32Array, w: Float32Array, dx: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n += 2) {
    const dy_at_n = n * 10;
    const at_n = n * 128;
    for (let i = 0; i < 128; i += 2) {
      // seed
      let value00 = 0;
      let value01 = 0;
      let value10 = 0;
      let value11 = 0;

      // reduce
      for (let o = 0; o < 10; o++) {
        const w_at_i_o = i + o * 128;
        const dy0 = dy[dy_at_n + o];
        const w0 = w[w_at_i_o];
        value00 += dy0 * w0;
        const w1 = w[w_at_i_o + 1];
        value01 += dy0 * w1;
        const dy1 = dy[dy_at_n + o + 10];
        value10 += dy1 * w0;
        value11 += dy1 * w1;
      }

      // finish
      const y00 = y[at_n + i];
      dx[at_n + i] = y00 <= 0 ? 0 : value00;
      const y01 = y[at_n + i + 1];
      dx[at_n + i + 1] = y01 <= 0 ? 0 : value01;
      const y10 = y[at_n + i + 128];
      dx[at_n + i + 128] = y10 <= 0 ? 0 : value10;
      const y11 = y[at_n + i + 129];
      dx[at_n + i + 129] = y11 <= 0 ? 0 : value11;
    }
  }
}
