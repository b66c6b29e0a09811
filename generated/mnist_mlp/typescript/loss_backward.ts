// kernel    loss_backward   largest = max over j of x[n,j]
//           total = sum over j of exp(x[n,j] - largest)
//           dx[n,o] = if n < count then (exp(x[n,o] - largest) / total - (if o = label[n] then 1 else 0)) / count else 0
// shape     n = 64, o = 10, j = 10   (f32 in, sums in f64)
// schedule  parallel n
// cost      22.4 kFLOP · 2816 B read · 2560 B written · 4.2 FLOP/B · 2 accumulators
// source    kernels/softmax_cross_entropy.ts sha256:8da2a76f   regenerate: deno task generate specs/mnist_mlp.json
export function loss_backward(x: Float32Array, label: Int32Array, dx: Float32Array, params: Float32Array, step: number, from: number, to: number): void {
  const params_at_step = step * 9;
  const count = params[params_at_step];
  for (let n = from; n < to; n++) {
    const x_at_n = n * 10;
    const test = n < count;

    // seed
    let largest = -Infinity;

    // reduce
    for (let j = 0; j < 10; j++) {
      const x_nj = x[x_at_n + j];
      const stays = x_nj <= largest;
      largest = stays ? largest : x_nj;
    }

    // seed
    let total = 0;

    // reduce
    for (let j = 0; j < 10; j++) {
      const x_nj = x[x_at_n + j];
      total += Math.exp(x_nj - largest);
    }

    // finish
    const label_n = label[n];
    for (let o = 0; o < 10; o++) {
      const x_no = x[x_at_n + o];
      dx[x_at_n + o] = test ? (Math.exp(x_no - largest) / total - (o === label_n ? 1 : 0)) / count : 0;
    }
  }
}
