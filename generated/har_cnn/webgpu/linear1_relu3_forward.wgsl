// kernel    linear1_relu3_forward   value = b[o] + (sum over ib,i of x[nb,16ib+i,n] * w[ib,o,i])
//           y[nb,o,n] = max(value, 0)
// shape     nb = 2, o = 100, n = 16, ib = 244, i = 16   (f32)
// schedule  tile o 4, n 2 · unroll ib 4 · vectorize n · grid nb, o, n · split i 16, ib 4
// cost      25.0 MFLOP · 2.1 MB read · 12.8 kB written · 12 FLOP/B · 8 accumulators
// source    kernels/layers/linear.ts + kernels/layers/relu.ts sha256:92002e7a   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
var<workgroup> sums_4: array<vec4<f32>, 512>;

@compute @workgroup_size(64) // 100 workgroups
fn linear1_relu3_forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(invocation);
  if (group < 100) {
    let member = mine / 1;
    let tile = group * 1 + mine % 1;
    let leads = member == 0;
    let nb = tile / 50;
    let o = (tile / 2 % 25) * 4;
    let n = (tile % 2) * 8;
    let i_member = member / 4;
    let ib_member = member % 4;
    let x_at_nb: i32 = nb * 62464;
    let x_at_nb_ib_member: i32 = x_at_nb + ib_member * 256;
    let x_at_nb_ib_member_i_member: i32 = x_at_nb_ib_member + i_member * 16;
    let x_at_nb_ib_member_i_member_n: i32 = x_at_nb_ib_member_i_member + n;
    let w_at_ib_member: i32 = ib_member * 1600;
    let w_at_ib_member_o: i32 = w_at_ib_member + o * 16;
    let w_at_ib_member_o_i_member: i32 = w_at_ib_member_o + i_member;
    let y_at_nb: i32 = nb * 1600;
    let y_at_nb_o: i32 = y_at_nb + o * 16;

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
    for (var ib = 0; ib < 240; ib += 16) {
      let x_at_nb_ib_member_i_member_n_ib: i32 = x_at_nb_ib_member_i_member_n + ib * 256;
      let w_at_ib_member_o_i_member_ib: i32 = w_at_ib_member_o_i_member + ib * 1600;
      let x00: vec4<f32> = x[x_at_nb_ib_member_i_member_n_ib / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib]);
      y00 += x00 * w00_all;
      let x01: vec4<f32> = x[(x_at_nb_ib_member_i_member_n_ib + 4) / 4];
      y01 += x01 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 16]);
      y10 += x00 * w01_all;
      y11 += x01 * w01_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 32]);
      y20 += x00 * w02_all;
      y21 += x01 * w02_all;
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 48]);
      y30 += x00 * w03_all;
      y31 += x01 * w03_all;
      let x_16_0: vec4<f32> = x[(x_at_nb_ib_member_i_member_n_ib + 1024) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 6400]);
      y00 += x_16_0 * w10_all;
      let x_16_1: vec4<f32> = x[(x_at_nb_ib_member_i_member_n_ib + 1028) / 4];
      y01 += x_16_1 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 6416]);
      y10 += x_16_0 * w11_all;
      y11 += x_16_1 * w11_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 6432]);
      y20 += x_16_0 * w12_all;
      y21 += x_16_1 * w12_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 6448]);
      y30 += x_16_0 * w13_all;
      y31 += x_16_1 * w13_all;
      let x_32_0: vec4<f32> = x[(x_at_nb_ib_member_i_member_n_ib + 2048) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 12800]);
      y00 += x_32_0 * w20_all;
      let x_32_1: vec4<f32> = x[(x_at_nb_ib_member_i_member_n_ib + 2052) / 4];
      y01 += x_32_1 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 12816]);
      y10 += x_32_0 * w21_all;
      y11 += x_32_1 * w21_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 12832]);
      y20 += x_32_0 * w22_all;
      y21 += x_32_1 * w22_all;
      let w23_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 12848]);
      y30 += x_32_0 * w23_all;
      y31 += x_32_1 * w23_all;
      let x_48_0: vec4<f32> = x[(x_at_nb_ib_member_i_member_n_ib + 3072) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 19200]);
      y00 += x_48_0 * w30_all;
      let x_48_1: vec4<f32> = x[(x_at_nb_ib_member_i_member_n_ib + 3076) / 4];
      y01 += x_48_1 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 19216]);
      y10 += x_48_0 * w31_all;
      y11 += x_48_1 * w31_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 19232]);
      y20 += x_48_0 * w32_all;
      y21 += x_48_1 * w32_all;
      let w33_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member_ib + 19248]);
      y30 += x_48_0 * w33_all;
      y31 += x_48_1 * w33_all;
    }
    {
      let x0: vec4<f32> = x[(x_at_nb_ib_member_i_member_n + 61440) / 4];
      let w0_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member + 384000]);
      y00 += x0 * w0_all;
      let x1: vec4<f32> = x[(x_at_nb_ib_member_i_member_n + 61444) / 4];
      y01 += x1 * w0_all;
      let w1_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member + 384016]);
      y10 += x0 * w1_all;
      y11 += x1 * w1_all;
      let w2_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member + 384032]);
      y20 += x0 * w2_all;
      y21 += x1 * w2_all;
      let w3_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o_i_member + 384048]);
      y30 += x0 * w3_all;
      y31 += x1 * w3_all;
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
      let first = member * 64 + mine % 1;
      var team_total = sums_4[first];
      for (var at = 1; at < 64; at += 1) { team_total += sums_4[first + at]; }
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
      let b0_all: vec4<f32> = vec4<f32>(b[o]);
      let value00: vec4<f32> = b0_all + y00;
      let value01: vec4<f32> = b0_all + y01;
      y[(y_at_nb_o + n) / 4] = max(value00, vec4<f32>(0f));
      y[(y_at_nb_o + n + 4) / 4] = max(value01, vec4<f32>(0f));
      let b1_all: vec4<f32> = vec4<f32>(b[o + 1]);
      let value10: vec4<f32> = b1_all + y10;
      let value11: vec4<f32> = b1_all + y11;
      y[(y_at_nb_o + n + 16) / 4] = max(value10, vec4<f32>(0f));
      y[(y_at_nb_o + n + 20) / 4] = max(value11, vec4<f32>(0f));
      let b2_all: vec4<f32> = vec4<f32>(b[o + 2]);
      let value20: vec4<f32> = b2_all + y20;
      let value21: vec4<f32> = b2_all + y21;
      y[(y_at_nb_o + n + 32) / 4] = max(value20, vec4<f32>(0f));
      y[(y_at_nb_o + n + 36) / 4] = max(value21, vec4<f32>(0f));
      let b3_all: vec4<f32> = vec4<f32>(b[o + 3]);
      let value30: vec4<f32> = b3_all + y30;
      let value31: vec4<f32> = b3_all + y31;
      y[(y_at_nb_o + n + 48) / 4] = max(value30, vec4<f32>(0f));
      y[(y_at_nb_o + n + 52) / 4] = max(value31, vec4<f32>(0f));
    }
  }
}
