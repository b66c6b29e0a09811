// kernel    loss_forward   test = 16nb+n < count; largest = max over j of x[nb,j,n]; total = sum over j of exp(x[nb,j,n] - largest)
//           chosen = sum over j of if j = label[nb,n] then x[nb,j,n] else 0; loss[step,16nb+n] = if test then log(total) - (chosen - largest) else 0
//           hit[step,16nb+n] = if test then if argmax over j of x[nb,j,n] = label[nb,n] then 1 else 0 else 0
// shape     nb = 4, n = 16, j = 10   (f32)
// schedule  unroll j 10 · grid nb, n
// cost      2.8 kFLOP · 2816 B read · 512 B written · 0.8 FLOP/B · 5 accumulators
// source    kernels/losses/softmax_cross_entropy.ts sha256:c175f55a   regenerate: deno task generate specs/mnist_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read> label: array<i32>;
@group(1) @binding(2) var<storage, read_write> loss: array<f32>;
@group(1) @binding(3) var<storage, read_write> hit: array<f32>;
@group(1) @binding(4) var<storage, read> params: array<f32>;

@compute @workgroup_size(64) // 1 workgroups
fn loss_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  let params_at_step: i32 = step * 9;
  let at_step: i32 = step * 64;
  if (point < 64) {
    let nb = point / 16;
    let n = point % 16;
    let x_at_nb: i32 = nb * 160;
    let label_at_nb: i32 = nb * 16;
    let at_step_nb: i32 = at_step + nb * 16;

    // seed
    var largest: f32 = -3.4028234663852886e38f;

    // reduce
    let x0: f32 = x[x_at_nb + n];
    largest = x0;
    let x1: f32 = x[x_at_nb + n + 16];
    let stays: bool = x1 <= largest;
    largest = select(x1, largest, stays);
    let x2: f32 = x[x_at_nb + n + 32];
    let stays_2: bool = x2 <= largest;
    largest = select(x2, largest, stays_2);
    let x3: f32 = x[x_at_nb + n + 48];
    let stays_3: bool = x3 <= largest;
    largest = select(x3, largest, stays_3);
    let x4: f32 = x[x_at_nb + n + 64];
    let stays_4: bool = x4 <= largest;
    largest = select(x4, largest, stays_4);
    let x5: f32 = x[x_at_nb + n + 80];
    let stays_5: bool = x5 <= largest;
    largest = select(x5, largest, stays_5);
    let x6: f32 = x[x_at_nb + n + 96];
    let stays_6: bool = x6 <= largest;
    largest = select(x6, largest, stays_6);
    let x7: f32 = x[x_at_nb + n + 112];
    let stays_7: bool = x7 <= largest;
    largest = select(x7, largest, stays_7);
    let x8: f32 = x[x_at_nb + n + 128];
    let stays_8: bool = x8 <= largest;
    largest = select(x8, largest, stays_8);
    let x9: f32 = x[x_at_nb + n + 144];
    let stays_9: bool = x9 <= largest;
    largest = select(x9, largest, stays_9);

    // finish
    let label_nbn: i32 = label[label_at_nb + n];

    // seed
    var total: f32 = 0f;
    var chosen: f32 = 0f;
    var best: f32 = -3.4028234663852886e38f;
    var place: i32 = 0;

    // reduce
    total += exp(x0 - largest);
    chosen += select(0f, x0, 0 == label_nbn);
    best = x0;
    total += exp(x1 - largest);
    chosen += select(0f, x1, 1 == label_nbn);
    let stays_10: bool = x1 <= best;
    place = select(1, place, stays_10);
    best = select(x1, best, stays_10);
    total += exp(x2 - largest);
    chosen += select(0f, x2, 2 == label_nbn);
    let stays_11: bool = x2 <= best;
    place = select(2, place, stays_11);
    best = select(x2, best, stays_11);
    total += exp(x3 - largest);
    chosen += select(0f, x3, 3 == label_nbn);
    let stays_12: bool = x3 <= best;
    place = select(3, place, stays_12);
    best = select(x3, best, stays_12);
    total += exp(x4 - largest);
    chosen += select(0f, x4, 4 == label_nbn);
    let stays_13: bool = x4 <= best;
    place = select(4, place, stays_13);
    best = select(x4, best, stays_13);
    total += exp(x5 - largest);
    chosen += select(0f, x5, 5 == label_nbn);
    let stays_14: bool = x5 <= best;
    place = select(5, place, stays_14);
    best = select(x5, best, stays_14);
    total += exp(x6 - largest);
    chosen += select(0f, x6, 6 == label_nbn);
    let stays_15: bool = x6 <= best;
    place = select(6, place, stays_15);
    best = select(x6, best, stays_15);
    total += exp(x7 - largest);
    chosen += select(0f, x7, 7 == label_nbn);
    let stays_16: bool = x7 <= best;
    place = select(7, place, stays_16);
    best = select(x7, best, stays_16);
    total += exp(x8 - largest);
    chosen += select(0f, x8, 8 == label_nbn);
    let stays_17: bool = x8 <= best;
    place = select(8, place, stays_17);
    best = select(x8, best, stays_17);
    total += exp(x9 - largest);
    chosen += select(0f, x9, 9 == label_nbn);
    let stays_18: bool = x9 <= best;
    place = select(9, place, stays_18);
    best = select(x9, best, stays_18);

    // finish
    let count: f32 = params[params_at_step];
    let test: bool = f32(nb * 16 + n) < count;
    loss[at_step_nb + n] = select(0f, log(total) - (chosen - largest), test);
    hit[at_step_nb + n] = select(0f, select(0f, 1f, place == label_nbn), test);
  }
}
