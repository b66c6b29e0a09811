// kernel    loss_forward   test = n < count; largest = max over j of x[n,j]; total = sum over j of exp(x[n,j] - largest)
//           chosen = sum over j of if j = label[n] then x[n,j] else 0; loss[step,n] = if test then log(total) - (chosen - largest) else 0
//           hit[step,n] = if test then if argmax over j of x[n,j] = label[n] then 1 else 0 else 0
// shape     n = 32, j = 6   (f32 in, sums in f64)
// schedule  unroll j 6 · parallel n
// cost      864 FLOP · 896 B read · 256 B written · 0.8 FLOP/B · 5 accumulators
// source    kernels/losses/softmax_cross_entropy.ts sha256:8ee2452e   regenerate: deno task generate specs/har_cnn.json
export function loss_forward(
  x: Float32Array, label: Int32Array, loss: Float32Array, hit: Float32Array, params: Float32Array, step: number,
  from: number, to: number,
): void {
  const params_at_step = step * 9;
  const at_step = step * 32;
  const count = params[params_at_step];
  for (let n = from; n < to; n++) {
    const x_at_n = n * 6;

    // seed
    let largest = -Infinity;

    // reduce
    const x0 = x[x_at_n];
    largest = x0;
    const x1 = x[x_at_n + 1];
    const stays = x1 <= largest;
    largest = stays ? largest : x1;
    const x2 = x[x_at_n + 2];
    const stays_2 = x2 <= largest;
    largest = stays_2 ? largest : x2;
    const x3 = x[x_at_n + 3];
    const stays_3 = x3 <= largest;
    largest = stays_3 ? largest : x3;
    const x4 = x[x_at_n + 4];
    const stays_4 = x4 <= largest;
    largest = stays_4 ? largest : x4;
    const x5 = x[x_at_n + 5];
    const stays_5 = x5 <= largest;
    largest = stays_5 ? largest : x5;

    // finish
    const label_n = label[n];

    // seed
    let total = 0;
    let chosen = 0;
    let best = -Infinity;
    let place = 0;

    // reduce
    total += Math.exp(x0 - largest);
    chosen += 0 === label_n ? x0 : 0;
    best = x0;
    total += Math.exp(x1 - largest);
    chosen += 1 === label_n ? x1 : 0;
    const stays_6 = x1 <= best;
    place = stays_6 ? place : 1;
    best = stays_6 ? best : x1;
    total += Math.exp(x2 - largest);
    chosen += 2 === label_n ? x2 : 0;
    const stays_7 = x2 <= best;
    place = stays_7 ? place : 2;
    best = stays_7 ? best : x2;
    total += Math.exp(x3 - largest);
    chosen += 3 === label_n ? x3 : 0;
    const stays_8 = x3 <= best;
    place = stays_8 ? place : 3;
    best = stays_8 ? best : x3;
    total += Math.exp(x4 - largest);
    chosen += 4 === label_n ? x4 : 0;
    const stays_9 = x4 <= best;
    place = stays_9 ? place : 4;
    best = stays_9 ? best : x4;
    total += Math.exp(x5 - largest);
    chosen += 5 === label_n ? x5 : 0;
    const stays_10 = x5 <= best;
    place = stays_10 ? place : 5;
    best = stays_10 ? best : x5;

    // finish
    const test = n < count;
    loss[at_step + n] = test ? Math.log(total) - (chosen - largest) : 0;
    hit[at_step + n] = test ? (place === label_n ? 1 : 0) : 0;
  }
}
