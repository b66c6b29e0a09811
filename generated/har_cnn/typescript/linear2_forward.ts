// kernel    linear2_forward   y[n,o] = b[o] + (sum over i of x[n,i] * w[o,i])
// shape     n = 32, o = 6, i = 100   (f32 in, sums in f64)
// schedule  tile n 2, o 2 · parallel n
// cost      38.6 kFLOP · 15.2 kB read · 768 B written · 2.4 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts sha256:b773a95e   regenerate: deno task generate specs/har_cnn.json
export function linear2_forward(
  b: Float32Array, x: Float32Array, w: Float32Array, y: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n += 2) {
    const x_at_n = n * 100;
    const y_at_n = n * 6;
    for (let o = 0; o < 6; o += 2) {
      const w_at_o = o * 100;

      // seed
      let y00 = 0;
      let y01 = 0;
      let y10 = 0;
      let y11 = 0;

      // reduce
      for (let i = 0; i < 100; i++) {
        const x0 = x[x_at_n + i];
        const w0 = w[w_at_o + i];
        y00 += x0 * w0;
        const w1 = w[w_at_o + i + 100];
        y01 += x0 * w1;
        const x1 = x[x_at_n + i + 100];
        y10 += x1 * w0;
        y11 += x1 * w1;
      }

      // finish
      const b0 = b[o];
      y[y_at_n + o] = b0 + y00;
      const b1 = b[o + 1];
      y[y_at_n + o + 1] = b1 + y01;
      y[y_at_n + o + 6] = b0 + y10;
      y[y_at_n + o + 7] = b1 + y11;
    }
  }
}
