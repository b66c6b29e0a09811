// kernel    linear2_relu3_backward_input   value = sum over o of dy[n,o] * w[o,i]
//           dx[n,i] = if y[n,i] <= 0 then 0 else value
// shape     n = 32, i = 100, o = 6   (f32 in, sums in f64)
// schedule  unroll o 6 · parallel n
// cost      38.4 kFLOP · 16.0 kB read · 12.8 kB written · 1.3 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/layers/relu.ts sha256:ccdf80a1   regenerate: deno task generate specs/har_cnn.json
export function linear2_relu3_backward_input(
  y: Float32Array, dy: Float32Array, w: Float32Array, dx: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const dy_at_n = n * 6;
    const at_n = n * 100;
    for (let i = 0; i < 100; i++) {
      // seed
      let value = 0;

      // reduce
      const dy0 = dy[dy_at_n];
      const w0 = w[i];
      value += dy0 * w0;
      const dy1 = dy[dy_at_n + 1];
      const w1 = w[i + 100];
      value += dy1 * w1;
      const dy2 = dy[dy_at_n + 2];
      const w2 = w[i + 200];
      value += dy2 * w2;
      const dy3 = dy[dy_at_n + 3];
      const w3 = w[i + 300];
      value += dy3 * w3;
      const dy4 = dy[dy_at_n + 4];
      const w4 = w[i + 400];
      value += dy4 * w4;
      const dy5 = dy[dy_at_n + 5];
      const w5 = w[i + 500];
      value += dy5 * w5;

      // finish
      const y_ni = y[at_n + i];
      dx[at_n + i] = y_ni <= 0 ? 0 : value;
    }
  }
}
