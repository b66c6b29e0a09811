// kernel    linear3_forward   y[nb,o,n] = b[o] + (sum over i of x[nb,i,n] * w[o,i])
// shape     nb = 4, o = 10, n = 16, i = 84   (f32)
// schedule  unroll i 21 · grid nb, o, n · split i 4
// cost      108.2 kFLOP · 24.9 kB read · 2560 B written · 3.9 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts sha256:0cf8963c   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<f32>;
var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64) // 40 workgroups
fn linear3_forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(invocation);
  if (group < 40) {
    let member = mine / 16;
    let tile = group * 16 + mine % 16;
    let leads = member == 0;
    let nb = tile / 160;
    let o = tile / 16 % 10;
    let n = tile % 16;
    let i_member = member;
    let x_at_nb: i32 = nb * 1344;
    let x_at_nb_i_member: i32 = x_at_nb + i_member * 16;
    let w_at_o: i32 = o * 84;
    let y_at_nb: i32 = nb * 160;
    let y_at_nb_o: i32 = y_at_nb + o * 16;

    // seed
    var y_sum: f32 = 0f;

    // reduce
    let x0: f32 = x[x_at_nb_i_member + n];
    let w0: f32 = w[w_at_o + i_member];
    y_sum += x0 * w0;
    let x1: f32 = x[x_at_nb_i_member + n + 64];
    let w1: f32 = w[w_at_o + i_member + 4];
    y_sum += x1 * w1;
    let x2: f32 = x[x_at_nb_i_member + n + 128];
    let w2: f32 = w[w_at_o + i_member + 8];
    y_sum += x2 * w2;
    let x3: f32 = x[x_at_nb_i_member + n + 192];
    let w3: f32 = w[w_at_o + i_member + 12];
    y_sum += x3 * w3;
    let x4: f32 = x[x_at_nb_i_member + n + 256];
    let w4: f32 = w[w_at_o + i_member + 16];
    y_sum += x4 * w4;
    let x5: f32 = x[x_at_nb_i_member + n + 320];
    let w5: f32 = w[w_at_o + i_member + 20];
    y_sum += x5 * w5;
    let x6: f32 = x[x_at_nb_i_member + n + 384];
    let w6: f32 = w[w_at_o + i_member + 24];
    y_sum += x6 * w6;
    let x7: f32 = x[x_at_nb_i_member + n + 448];
    let w7: f32 = w[w_at_o + i_member + 28];
    y_sum += x7 * w7;
    let x8: f32 = x[x_at_nb_i_member + n + 512];
    let w8: f32 = w[w_at_o + i_member + 32];
    y_sum += x8 * w8;
    let x9: f32 = x[x_at_nb_i_member + n + 576];
    let w9: f32 = w[w_at_o + i_member + 36];
    y_sum += x9 * w9;
    let x_10: f32 = x[x_at_nb_i_member + n + 640];
    let w_10: f32 = w[w_at_o + i_member + 40];
    y_sum += x_10 * w_10;
    let x_11: f32 = x[x_at_nb_i_member + n + 704];
    let w_11: f32 = w[w_at_o + i_member + 44];
    y_sum += x_11 * w_11;
    let x_12: f32 = x[x_at_nb_i_member + n + 768];
    let w_12: f32 = w[w_at_o + i_member + 48];
    y_sum += x_12 * w_12;
    let x_13: f32 = x[x_at_nb_i_member + n + 832];
    let w_13: f32 = w[w_at_o + i_member + 52];
    y_sum += x_13 * w_13;
    let x_14: f32 = x[x_at_nb_i_member + n + 896];
    let w_14: f32 = w[w_at_o + i_member + 56];
    y_sum += x_14 * w_14;
    let x_15: f32 = x[x_at_nb_i_member + n + 960];
    let w_15: f32 = w[w_at_o + i_member + 60];
    y_sum += x_15 * w_15;
    let x_16: f32 = x[x_at_nb_i_member + n + 1024];
    let w_16: f32 = w[w_at_o + i_member + 64];
    y_sum += x_16 * w_16;
    let x_17: f32 = x[x_at_nb_i_member + n + 1088];
    let w_17: f32 = w[w_at_o + i_member + 68];
    y_sum += x_17 * w_17;
    let x_18: f32 = x[x_at_nb_i_member + n + 1152];
    let w_18: f32 = w[w_at_o + i_member + 72];
    y_sum += x_18 * w_18;
    let x_19: f32 = x[x_at_nb_i_member + n + 1216];
    let w_19: f32 = w[w_at_o + i_member + 76];
    y_sum += x_19 * w_19;
    let x_20: f32 = x[x_at_nb_i_member + n + 1280];
    let w_20: f32 = w[w_at_o + i_member + 80];
    y_sum += x_20 * w_20;

    // combine
    sums[mine] = y_sum;
    workgroupBarrier();
    if (member < 1) {
      let first = member * 64 + mine % 16;
      var team_total = sums[first];
      for (var at = 16; at < 64; at += 16) { team_total += sums[first + at]; }
      sums[first] = team_total;
    }
    workgroupBarrier();
    y_sum = sums[mine];
    if (leads) {
      // finish
      let b_o: f32 = b[o];
      y[y_at_nb_o + n] = b_o + y_sum;
    }
  }
}
