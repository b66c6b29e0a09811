// kernel    loss_forward_backward   test = 16nb+n < count; largest = max over j of x[nb,j,n]; total = sum over j of exp(x[nb,j,n] - largest)
//           chosen = sum over j of if j = label[nb,n] then x[nb,j,n] else 0; loss[step,16nb+n] = if test then log(total) - (chosen - largest) else 0
//           hit[step,16nb+n] = if test then if argmax over j of x[nb,j,n] = label[nb,n] then 1 else 0 else 0
//           dx[nb,o,n] = if test then (exp(x[nb,o,n] - largest) / total - (if o = label[nb,n] then 1 else 0)) / count else 0
// shape     nb = 2, n = 16, j = 6, o = 6   (f32)
// schedule  unroll j 6 · grid nb, n, o
// cost      5.3 kFLOP · 896 B read · 1024 B written · 2.8 FLOP/B · 5 accumulators
// source    kernels/losses/softmax_cross_entropy.ts sha256:142af89b   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read> label: array<i32>;
@group(1) @binding(2) var<storage, read_write> loss: array<f32>;
@group(1) @binding(3) var<storage, read_write> hit: array<f32>;
@group(1) @binding(4) var<storage, read_write> dx: array<f32>;
@group(1) @binding(5) var<storage, read> params: array<f32>;

@compute @workgroup_size(64) // 4 workgroups
fn loss_forward_backward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 3 % 4;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  let params_at_step: i32 = step * 9;
  let at_step: i32 = step * 32;
  {
    if (point < 32) {
      let nb = point / 16;
      let n = point % 16;
      let x_at_nb: i32 = nb * 96;
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
      let stays_6: bool = x1 <= best;
      place = select(1, place, stays_6);
      best = select(x1, best, stays_6);
      total += exp(x2 - largest);
      chosen += select(0f, x2, 2 == label_nbn);
      let stays_7: bool = x2 <= best;
      place = select(2, place, stays_7);
      best = select(x2, best, stays_7);
      total += exp(x3 - largest);
      chosen += select(0f, x3, 3 == label_nbn);
      let stays_8: bool = x3 <= best;
      place = select(3, place, stays_8);
      best = select(x3, best, stays_8);
      total += exp(x4 - largest);
      chosen += select(0f, x4, 4 == label_nbn);
      let stays_9: bool = x4 <= best;
      place = select(4, place, stays_9);
      best = select(x4, best, stays_9);
      total += exp(x5 - largest);
      chosen += select(0f, x5, 5 == label_nbn);
      let stays_10: bool = x5 <= best;
      place = select(5, place, stays_10);
      best = select(x5, best, stays_10);

      // finish
      let count: f32 = params[params_at_step];
      let test: bool = f32(nb * 16 + n) < count;
      loss[at_step_nb + n] = select(0f, log(total) - (chosen - largest), test);
      hit[at_step_nb + n] = select(0f, select(0f, 1f, place == label_nbn), test);
    }
  }
  {
    if (point >= 32 && point < 224) {
      let nb = (point - 32) / 96;
      let n = (point - 32) / 6 % 16;
      let o = (point - 32) % 6;
      let at_nb: i32 = nb * 96;
      let at_nb_o: i32 = at_nb + o * 16;
      let label_at_nb: i32 = nb * 16;

      // seed
      var largest: f32 = -3.4028234663852886e38f;

      // reduce
      let x0: f32 = x[at_nb + n];
      largest = x0;
      let x1: f32 = x[at_nb + n + 16];
      let stays: bool = x1 <= largest;
      largest = select(x1, largest, stays);
      let x2: f32 = x[at_nb + n + 32];
      let stays_2: bool = x2 <= largest;
      largest = select(x2, largest, stays_2);
      let x3: f32 = x[at_nb + n + 48];
      let stays_3: bool = x3 <= largest;
      largest = select(x3, largest, stays_3);
      let x4: f32 = x[at_nb + n + 64];
      let stays_4: bool = x4 <= largest;
      largest = select(x4, largest, stays_4);
      let x5: f32 = x[at_nb + n + 80];
      let stays_5: bool = x5 <= largest;
      largest = select(x5, largest, stays_5);

      // seed
      var total: f32 = 0f;

      // reduce
      total += exp(x0 - largest);
      total += exp(x1 - largest);
      total += exp(x2 - largest);
      total += exp(x3 - largest);
      total += exp(x4 - largest);
      total += exp(x5 - largest);

      // finish
      let x_nbon: f32 = x[at_nb_o + n];
      let label_nbn: i32 = label[label_at_nb + n];
      let count: f32 = params[params_at_step];
      dx[at_nb_o + n] = select(0f, (exp(x_nbon - largest) / total - select(0f, 1f, o == label_nbn)) / count, f32(nb * 16 + n) < count);
    }
  }
}
