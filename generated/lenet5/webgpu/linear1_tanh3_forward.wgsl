// kernel    linear1_tanh3_forward   value = b[o] + (sum over ib,i of x[nb,16ib+i,n] * w[ib,o,i])
//           y[nb,o,n] = tanh(value)
// shape     nb = 4, o = 120, n = 16, ib = 25, i = 16   (f32)
// schedule  tile o 2 · unroll i 2 · vectorize n · grid nb, o, n · split i 8
// cost      6.2 MFLOP · 294.9 kB read · 30.7 kB written · 19 FLOP/B · 2 accumulators
// source    kernels/linear.ts + kernels/tanh.ts sha256:eebaf7fc   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
var<workgroup> sums_4: array<vec4<f32>, 128>;

@compute @workgroup_size(64) // 120 workgroups
fn linear1_tanh3_forward(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) groups: vec3<u32>, @builtin(local_invocation_index) place_in: u32) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(place_in);
  if (group < 120) {
    let member = mine / 8;
    let place = group * 8 + mine % 8;
    let leads = member == 0;
    let nb = place / 240;
    let o = (place / 4 % 60) * 2;
    let n = (place % 4) * 4;
    let i_member = member;
    let x_at_nb: i32 = nb * 6400;
    let x_at_nb_i_member: i32 = x_at_nb + i_member * 16;
    let x_at_nb_i_member_n: i32 = x_at_nb_i_member + n;
    let w_at_o: i32 = o * 16;
    let w_at_o_i_member: i32 = w_at_o + i_member;
    let y_at_nb: i32 = nb * 1920;
    let y_at_nb_o: i32 = y_at_nb + o * 16;

    // seed
    var y0: vec4<f32> = vec4<f32>(0f);
    var y1: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var ib = 0; ib < 25; ib += 1) {
      let x_at_nb_i_member_n_ib: i32 = x_at_nb_i_member_n + ib * 256;
      let w_at_o_i_member_ib: i32 = w_at_o_i_member + ib * 1920;
      let x0: vec4<f32> = x[x_at_nb_i_member_n_ib / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib]);
      y0 += x0 * w00_all;
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 16]);
      y1 += x0 * w10_all;
      let x1: vec4<f32> = x[(x_at_nb_i_member_n_ib + 128) / 4];
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 8]);
      y0 += x1 * w01_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 24]);
      y1 += x1 * w11_all;
    }

    // combine
    sums_4[mine] = y0;
    sums_4[mine + 64] = y1;
    workgroupBarrier();
    if (member < 2) {
      let first = member * 64 + mine % 8;
      var total = sums_4[first];
      for (var at = 8; at < 64; at += 8) { total += sums_4[first + at]; }
      sums_4[first] = total;
    }
    workgroupBarrier();
    y0 = sums_4[mine];
    y1 = sums_4[mine + 64];
    if (leads) {
      // finish
      let b0_all: vec4<f32> = vec4<f32>(b[o]);
      let value0: vec4<f32> = b0_all + y0;
      y[(y_at_nb_o + n) / 4] = tanh(clamp(value0, vec4<f32>(-10f), vec4<f32>(10f)));
      let b1_all: vec4<f32> = vec4<f32>(b[o + 1]);
      let value1: vec4<f32> = b1_all + y1;
      y[(y_at_nb_o + n + 16) / 4] = tanh(clamp(value1, vec4<f32>(-10f), vec4<f32>(10f)));
    }
  }
}
