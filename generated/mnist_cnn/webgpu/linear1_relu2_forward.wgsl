// kernel    linear1_relu2_forward   value = b[16ob+o] + (sum over i of x[nb,i,n] * w[ob,i,o])
//           y[nb,16ob+o,n] = max(value, 0)
// shape     nb = 4, ob = 8, o = 16, n = 16, i = 6272   (f32)
// schedule  tile o 4, n 2 · unroll i 7 · vectorize n · grid nb, ob, o, n · split i 32
// cost      102.8 MFLOP · 4.8 MB read · 32.8 kB written · 21 FLOP/B · 8 accumulators
// source    kernels/layers/linear.ts + kernels/layers/relu.ts sha256:7db09508   regenerate: deno task generate specs/mnist_cnn.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
var<workgroup> sums_4: array<vec4<f32>, 512>;

@compute @workgroup_size(64) // 128 workgroups
fn linear1_relu2_forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(invocation);
  if (group < 128) {
    let member = mine / 2;
    let tile = group * 2 + mine % 2;
    let leads = member == 0;
    let nb = tile / 64;
    let ob = tile / 8 % 8;
    let o = (tile / 2 % 4) * 4;
    let n = (tile % 2) * 8;
    let i_member = member;
    let x_at_nb: i32 = nb * 100352;
    let x_at_nb_i_member: i32 = x_at_nb + i_member * 16;
    let x_at_nb_i_member_n: i32 = x_at_nb_i_member + n;
    let w_at_ob: i32 = ob * 100352;
    let w_at_ob_i_member: i32 = w_at_ob + i_member * 16;
    let w_at_ob_i_member_o: i32 = w_at_ob_i_member + o;
    let b_at_ob: i32 = ob * 16;
    let y_at_nb: i32 = nb * 2048;
    let y_at_nb_ob: i32 = y_at_nb + ob * 256;
    let y_at_nb_ob_o: i32 = y_at_nb_ob + o * 16;

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
    for (var i = 0; i < 6272; i += 224) {
      let x_at_nb_i_member_n_i: i32 = x_at_nb_i_member_n + i * 16;
      let w_at_ob_i_member_o_i: i32 = w_at_ob_i_member_o + i * 16;
      let x00: vec4<f32> = x[x_at_nb_i_member_n_i / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i]);
      y00 += x00 * w00_all;
      let x01: vec4<f32> = x[(x_at_nb_i_member_n_i + 4) / 4];
      y01 += x01 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1]);
      y10 += x00 * w01_all;
      y11 += x01 * w01_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 2]);
      y20 += x00 * w02_all;
      y21 += x01 * w02_all;
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 3]);
      y30 += x00 * w03_all;
      y31 += x01 * w03_all;
      let x10: vec4<f32> = x[(x_at_nb_i_member_n_i + 512) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 512]);
      y00 += x10 * w10_all;
      let x11: vec4<f32> = x[(x_at_nb_i_member_n_i + 516) / 4];
      y01 += x11 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 513]);
      y10 += x10 * w11_all;
      y11 += x11 * w11_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 514]);
      y20 += x10 * w12_all;
      y21 += x11 * w12_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 515]);
      y30 += x10 * w13_all;
      y31 += x11 * w13_all;
      let x20: vec4<f32> = x[(x_at_nb_i_member_n_i + 1024) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1024]);
      y00 += x20 * w20_all;
      let x21: vec4<f32> = x[(x_at_nb_i_member_n_i + 1028) / 4];
      y01 += x21 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1025]);
      y10 += x20 * w21_all;
      y11 += x21 * w21_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1026]);
      y20 += x20 * w22_all;
      y21 += x21 * w22_all;
      let w23_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1027]);
      y30 += x20 * w23_all;
      y31 += x21 * w23_all;
      let x30: vec4<f32> = x[(x_at_nb_i_member_n_i + 1536) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1536]);
      y00 += x30 * w30_all;
      let x31: vec4<f32> = x[(x_at_nb_i_member_n_i + 1540) / 4];
      y01 += x31 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1537]);
      y10 += x30 * w31_all;
      y11 += x31 * w31_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1538]);
      y20 += x30 * w32_all;
      y21 += x31 * w32_all;
      let w33_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1539]);
      y30 += x30 * w33_all;
      y31 += x31 * w33_all;
      let x40: vec4<f32> = x[(x_at_nb_i_member_n_i + 2048) / 4];
      let w40_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 2048]);
      y00 += x40 * w40_all;
      let x41: vec4<f32> = x[(x_at_nb_i_member_n_i + 2052) / 4];
      y01 += x41 * w40_all;
      let w41_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 2049]);
      y10 += x40 * w41_all;
      y11 += x41 * w41_all;
      let w42_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 2050]);
      y20 += x40 * w42_all;
      y21 += x41 * w42_all;
      let w43_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 2051]);
      y30 += x40 * w43_all;
      y31 += x41 * w43_all;
      let x50: vec4<f32> = x[(x_at_nb_i_member_n_i + 2560) / 4];
      let w50_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 2560]);
      y00 += x50 * w50_all;
      let x51: vec4<f32> = x[(x_at_nb_i_member_n_i + 2564) / 4];
      y01 += x51 * w50_all;
      let w51_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 2561]);
      y10 += x50 * w51_all;
      y11 += x51 * w51_all;
      let w52_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 2562]);
      y20 += x50 * w52_all;
      y21 += x51 * w52_all;
      let w53_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 2563]);
      y30 += x50 * w53_all;
      y31 += x51 * w53_all;
      let x60: vec4<f32> = x[(x_at_nb_i_member_n_i + 3072) / 4];
      let w60_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 3072]);
      y00 += x60 * w60_all;
      let x61: vec4<f32> = x[(x_at_nb_i_member_n_i + 3076) / 4];
      y01 += x61 * w60_all;
      let w61_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 3073]);
      y10 += x60 * w61_all;
      y11 += x61 * w61_all;
      let w62_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 3074]);
      y20 += x60 * w62_all;
      y21 += x61 * w62_all;
      let w63_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 3075]);
      y30 += x60 * w63_all;
      y31 += x61 * w63_all;
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
    if (member < 8) {
      let first = member * 64 + mine % 2;
      var team_total = sums_4[first];
      for (var at = 2; at < 64; at += 2) { team_total += sums_4[first + at]; }
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
      let b0_all: vec4<f32> = vec4<f32>(b[b_at_ob + o]);
      let value00: vec4<f32> = b0_all + y00;
      let value01: vec4<f32> = b0_all + y01;
      y[(y_at_nb_ob_o + n) / 4] = max(value00, vec4<f32>(0f));
      y[(y_at_nb_ob_o + n + 4) / 4] = max(value01, vec4<f32>(0f));
      let b1_all: vec4<f32> = vec4<f32>(b[b_at_ob + o + 1]);
      let value10: vec4<f32> = b1_all + y10;
      let value11: vec4<f32> = b1_all + y11;
      y[(y_at_nb_ob_o + n + 16) / 4] = max(value10, vec4<f32>(0f));
      y[(y_at_nb_ob_o + n + 20) / 4] = max(value11, vec4<f32>(0f));
      let b2_all: vec4<f32> = vec4<f32>(b[b_at_ob + o + 2]);
      let value20: vec4<f32> = b2_all + y20;
      let value21: vec4<f32> = b2_all + y21;
      y[(y_at_nb_ob_o + n + 32) / 4] = max(value20, vec4<f32>(0f));
      y[(y_at_nb_ob_o + n + 36) / 4] = max(value21, vec4<f32>(0f));
      let b3_all: vec4<f32> = vec4<f32>(b[b_at_ob + o + 3]);
      let value30: vec4<f32> = b3_all + y30;
      let value31: vec4<f32> = b3_all + y31;
      y[(y_at_nb_ob_o + n + 48) / 4] = max(value30, vec4<f32>(0f));
      y[(y_at_nb_ob_o + n + 52) / 4] = max(value31, vec4<f32>(0f));
    }
  }
}
