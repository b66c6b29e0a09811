// kernel    loss_forward   test = n < count; largest = max over j of x[n,j]; total = sum over j of exp(x[n,j] - largest)
//           chosen = sum over j of if j = label[n] then x[n,j] else 0; loss[step,n] = if test then log(total) - (chosen - largest) else 0
//           hit[step,n] = if test then if argmax over j of x[n,j] = label[n] then 1 else 0 else 0
// shape     n = 64, j = 10   (f32 in, sums in f64)
// schedule  parallel n
// cost      2.8 kFLOP · 2816 B read · 512 B written · 0.8 FLOP/B · 5 accumulators
// source    kernels/losses/softmax_cross_entropy.ts sha256:c1d6f781   regenerate: deno task generate specs/lenet5.json
export function loss_forward(
  x: Float32Array, label: Int32Array, loss: Float32Array, hit: Float32Array, params: Float32Array, step: number,
  from: number, to: number,
): void {
  const params_at_step = step * 9;
  const at_step = step * 64;
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
    let place = 0;

    // reduce
    for (let j = 0; j < 10; j++) {
      const x_nj = x[x_at_n + j];
      total += Math.exp(x_nj - largest);
      chosen += j === label_n ? x_nj : 0;
      const stays = x_nj <= best;
      place = stays ? place : j;
      best = stays ? best : x_nj;
    }

    // finish
    const test = n < count;
    loss[at_step + n] = test ? Math.log(total) - (chosen - largest) : 0;
    hit[at_step + n] = test ? (place === label_n ? 1 : 0) : 0;
  }
}
