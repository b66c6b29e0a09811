// kernel    loss_hit_forward_backward_sum   largest = max over j of x[n,j]
//           total = sum over j of exp(x[n,j] - largest)
//           chosen = sum over j of if j = label[n] then x[n,j] else 0
//           and 5 more
// shape     n = 64, j = 10, o = 10   (f32 in, sums in f64)
// schedule  parallel n
// cost      25.3 kFLOP · 3328 B read · 3072 B written · 4.0 FLOP/B · 0 accumulators
// source    kernels/softmax_cross_entropy.ts + kernels/batch.ts + kernels/batch.ts sha256:9dd2c6aa   regenerate: deno task generate specs/mnist_cnn.json
export function loss_hit_forward_backward_sum(sum: Float32Array, x: Float32Array, label: Int32Array, sum2: Float32Array, dx: Float32Array, params: Float32Array, step: number, from: number, to: number): void {
  const params_at_step = step * 9;
  {
    const count = params[params_at_step];
    for (let n = from; n < to; n++) {
      const x_at_n = n * 10;

      // seed
      let largest = -Infinity;

      // reduce
      for (let j = 0; j < 10; j++) {
        const x_nj = x[x_at_n + j];
        const stays = x_nj <= largest;
        largest = stays ? largest : x_nj;
      }

      // finish
      const label_n = label[n];

      // seed
      let total = 0;
      let chosen = 0;
      let best = -Infinity;
      let sum2_sum = 0;

      // reduce
      for (let j = 0; j < 10; j++) {
        const x_nj = x[x_at_n + j];
        total += Math.exp(x_nj - largest);
        chosen += j === label_n ? x_nj : 0;
        const stays = x_nj <= best;
        sum2_sum = stays ? sum2_sum : j;
        best = stays ? best : x_nj;
      }

      // finish
      const sum_n = sum[n];
      const sum2_n = sum2[n];
      const test = n < count;
      const loss = test ? Math.log(total) + largest - chosen : 0;
      const hit = test ? (sum2_sum === label_n ? 1 : 0) : 0;
      sum[n] = sum_n + loss;
      sum2[n] = sum2_n + hit;
    }
  }
  {
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
}
