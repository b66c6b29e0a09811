// kernel    dropout1_evaluate   y[n,c,l] = x[n,c,l]
// shape     n = 32, c = 64, l = 61   (f32 in, sums in f64)
// schedule  parallel n
// cost      0 FLOP · 499.7 kB read · 499.7 kB written · 0.0 FLOP/B
// source    kernels/layers/dropout.ts sha256:f11a606b   regenerate: deno task generate specs/har_cnn.json
export function dropout1_evaluate(x: Float32Array, y: Float32Array, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const at_n = n * 3904;
    for (let c = 0; c < 64; c++) {
      const at_n_c = at_n + c * 61;
      for (let l = 0; l < 61; l++) {
        const x_ncl = x[at_n_c + l];
        y[at_n_c + l] = x_ncl;
      }
    }
  }
}
