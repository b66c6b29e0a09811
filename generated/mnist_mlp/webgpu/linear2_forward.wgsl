// kernel    linear2_forward   y[nb,o,n] = b[o] + (sum over ib,i of x[nb,16ib+i,n] * w[ib,o,i])
// shape     nb = 4, o = 10, n = 16, ib = 8, i = 16   (f32)
// schedule  unroll i 2, ib 8 · grid nb, o, n · split i 8
// cost      164.5 kFLOP · 37.9 kB read · 2560 B written · 4.1 FLOP/B · 1 accumulator
// source    kernels/linear.ts sha256:6ade5ae8   regenerate: deno task generate specs/mnist_mlp.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<f32>;
var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64) // 80 workgroups
fn linear2_forward(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) groups: vec3<u32>, @builtin(local_invocation_index) place_in: u32) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(place_in);
  if (group < 80) {
    let member = mine / 8;
    let place = group * 8 + mine % 8;
    let leads = member == 0;
    let nb = place / 160;
    let o = place / 16 % 10;
    let n = place % 16;
    let i_member = member;
    let x_at_nb: i32 = nb * 2048;
    let x_at_nb_i_member: i32 = x_at_nb + i_member * 16;
    let w_at_o: i32 = o * 16;
    let y_at_nb: i32 = nb * 160;
    let y_at_nb_o: i32 = y_at_nb + o * 16;

    // seed
    var y_sum: f32 = 0f;

    // reduce
    let x0: f32 = x[x_at_nb_i_member + n];
    let w00: f32 = w[w_at_o + i_member];
    y_sum += x0 * w00;
    let x1: f32 = x[x_at_nb_i_member + n + 128];
    let w01: f32 = w[w_at_o + i_member + 8];
    y_sum += x1 * w01;
    let x_16: f32 = x[x_at_nb_i_member + n + 256];
    let w10: f32 = w[w_at_o + i_member + 160];
    y_sum += x_16 * w10;
    let x_17: f32 = x[x_at_nb_i_member + n + 384];
    let w11: f32 = w[w_at_o + i_member + 168];
    y_sum += x_17 * w11;
    let x_32: f32 = x[x_at_nb_i_member + n + 512];
    let w20: f32 = w[w_at_o + i_member + 320];
    y_sum += x_32 * w20;
    let x_33: f32 = x[x_at_nb_i_member + n + 640];
    let w21: f32 = w[w_at_o + i_member + 328];
    y_sum += x_33 * w21;
    let x_48: f32 = x[x_at_nb_i_member + n + 768];
    let w30: f32 = w[w_at_o + i_member + 480];
    y_sum += x_48 * w30;
    let x_49: f32 = x[x_at_nb_i_member + n + 896];
    let w31: f32 = w[w_at_o + i_member + 488];
    y_sum += x_49 * w31;
    let x_64: f32 = x[x_at_nb_i_member + n + 1024];
    let w40: f32 = w[w_at_o + i_member + 640];
    y_sum += x_64 * w40;
    let x_65: f32 = x[x_at_nb_i_member + n + 1152];
    let w41: f32 = w[w_at_o + i_member + 648];
    y_sum += x_65 * w41;
    let x_80: f32 = x[x_at_nb_i_member + n + 1280];
    let w50: f32 = w[w_at_o + i_member + 800];
    y_sum += x_80 * w50;
    let x_81: f32 = x[x_at_nb_i_member + n + 1408];
    let w51: f32 = w[w_at_o + i_member + 808];
    y_sum += x_81 * w51;
    let x_96: f32 = x[x_at_nb_i_member + n + 1536];
    let w60: f32 = w[w_at_o + i_member + 960];
    y_sum += x_96 * w60;
    let x_97: f32 = x[x_at_nb_i_member + n + 1664];
    let w61: f32 = w[w_at_o + i_member + 968];
    y_sum += x_97 * w61;
    let x_112: f32 = x[x_at_nb_i_member + n + 1792];
    let w70: f32 = w[w_at_o + i_member + 1120];
    y_sum += x_112 * w70;
    let x_113: f32 = x[x_at_nb_i_member + n + 1920];
    let w71: f32 = w[w_at_o + i_member + 1128];
    y_sum += x_113 * w71;

    // combine
    sums[mine] = y_sum;
    workgroupBarrier();
    if (member < 1) {
      let first = member * 64 + mine % 8;
      var total = sums[first];
      for (var at = 8; at < 64; at += 8) { total += sums[first + at]; }
      sums[first] = total;
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
