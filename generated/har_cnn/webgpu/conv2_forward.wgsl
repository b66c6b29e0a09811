// kernel    conv2_forward   y[nb,o,p,n] = sum over c,r of x[nb,c,p+2r,n] * w[o,c,r]
// shape     nb = 2, o = 64, p = 122, n = 16, c = 64, r = 3   (f32)
// schedule  tile o 4, n 2 · unroll r 3 · vectorize n · grid nb, o, p, n · split c 4
// cost      95.9 MFLOP · 1.1 MB read · 999.4 kB written · 46 FLOP/B · 8 accumulators
// source    kernels/layers/conv1d.ts sha256:e5d7bfb5   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> w: array<f32>;
@group(1) @binding(2) var<storage, read_write> y: array<vec4<f32>>;
var<workgroup> sums_4: array<vec4<f32>, 512>;

@compute @workgroup_size(64) // 488 workgroups
fn conv2_forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(invocation);
  if (group < 488) {
    let member = mine / 16;
    let tile = group * 16 + mine % 16;
    let leads = member == 0;
    let nb = tile / 3904;
    let o = (tile / 244 % 16) * 4;
    let p = tile / 2 % 122;
    let n = (tile % 2) * 8;
    let c_member = member;
    let x_at_nb: i32 = nb * 129024;
    let x_at_nb_c_member: i32 = x_at_nb + c_member * 2016;
    let x_at_nb_c_member_p: i32 = x_at_nb_c_member + p * 16;
    let x_at_nb_c_member_p_n: i32 = x_at_nb_c_member_p + n;
    let w_at_o: i32 = o * 192;
    let w_at_o_c_member: i32 = w_at_o + c_member * 3;
    let y_at_nb: i32 = nb * 124928;
    let y_at_nb_o: i32 = y_at_nb + o * 1952;
    let y_at_nb_o_p: i32 = y_at_nb_o + p * 16;

    // seed
    var y00: vec4<f32> = vec4<f32>(0f);
    var y01: vec4<f32> = vec4<f32>(0f);
    var y10: vec4<f32> = vec4<f32>(0f);
    var y11: vec4<f32> = vec4<f32>(0f);
    var y20: vec4<f32> = vec4<f32>(0f);
    var y21: vec4<f32> = vec4<f32>(0f);
    var y30: vec4<f32> = vec4<f32>(0f);
    var y31: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var c = 0; c < 64; c += 4) {
      let x_at_nb_c_member_p_n_c: i32 = x_at_nb_c_member_p_n + c * 2016;
      let w_at_o_c_member_c: i32 = w_at_o_c_member + c * 3;
      let x00: vec4<f32> = x[x_at_nb_c_member_p_n_c / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c]);
      y00 += x00 * w00_all;
      let x01: vec4<f32> = x[(x_at_nb_c_member_p_n_c + 4) / 4];
      y01 += x01 * w00_all;
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c + 192]);
      y10 += x00 * w10_all;
      y11 += x01 * w10_all;
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c + 384]);
      y20 += x00 * w20_all;
      y21 += x01 * w20_all;
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c + 576]);
      y30 += x00 * w30_all;
      y31 += x01 * w30_all;
      let x20: vec4<f32> = x[(x_at_nb_c_member_p_n_c + 32) / 4];
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c + 1]);
      y00 += x20 * w01_all;
      let x21: vec4<f32> = x[(x_at_nb_c_member_p_n_c + 36) / 4];
      y01 += x21 * w01_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c + 193]);
      y10 += x20 * w11_all;
      y11 += x21 * w11_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c + 385]);
      y20 += x20 * w21_all;
      y21 += x21 * w21_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c + 577]);
      y30 += x20 * w31_all;
      y31 += x21 * w31_all;
      let x40: vec4<f32> = x[(x_at_nb_c_member_p_n_c + 64) / 4];
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c + 2]);
      y00 += x40 * w02_all;
      let x41: vec4<f32> = x[(x_at_nb_c_member_p_n_c + 68) / 4];
      y01 += x41 * w02_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c + 194]);
      y10 += x40 * w12_all;
      y11 += x41 * w12_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c + 386]);
      y20 += x40 * w22_all;
      y21 += x41 * w22_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_o_c_member_c + 578]);
      y30 += x40 * w32_all;
      y31 += x41 * w32_all;
    }

    // combine
    sums_4[mine] = y00;
    sums_4[mine + 64] = y01;
    sums_4[mine + 128] = y10;
    sums_4[mine + 192] = y11;
    sums_4[mine + 256] = y20;
    sums_4[mine + 320] = y21;
    sums_4[mine + 384] = y30;
    sums_4[mine + 448] = y31;
    workgroupBarrier();
    for (var nth = member; nth < 8; nth += 4) {
      let first = nth * 64 + mine % 16;
      var team_total = sums_4[first];
      for (var at = 16; at < 64; at += 16) { team_total += sums_4[first + at]; }
      sums_4[first] = team_total;
    }
    workgroupBarrier();
    y00 = sums_4[mine];
    y01 = sums_4[mine + 64];
    y10 = sums_4[mine + 128];
    y11 = sums_4[mine + 192];
    y20 = sums_4[mine + 256];
    y21 = sums_4[mine + 320];
    y30 = sums_4[mine + 384];
    y31 = sums_4[mine + 448];
    if (leads) {
      // finish
      y[(y_at_nb_o_p + n) / 4] = y00;
      y[(y_at_nb_o_p + n + 4) / 4] = y01;
      y[(y_at_nb_o_p + n + 1952) / 4] = y10;
      y[(y_at_nb_o_p + n + 1956) / 4] = y11;
      y[(y_at_nb_o_p + n + 3904) / 4] = y20;
      y[(y_at_nb_o_p + n + 3908) / 4] = y21;
      y[(y_at_nb_o_p + n + 5856) / 4] = y30;
      y[(y_at_nb_o_p + n + 5860) / 4] = y31;
    }
  }
}
