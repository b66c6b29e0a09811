// kernel    linear1_relu1_forward   value = b[16ob+o] + (sum over i of x[nb,i,n] * w[ob,i,o])
//           y[nb,16ob+o,n] = max(value, 0)
// shape     nb = 4, ob = 8, o = 16, n = 16, i = 784   (f32)
// schedule  tile o 4 · unroll i 7 · vectorize n · grid nb, ob, o, n · split i 16
// cost      12.9 MFLOP · 602.6 kB read · 32.8 kB written · 20 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts + kernels/layers/relu.ts sha256:9ff38575   regenerate: deno task generate specs/mnist_mlp.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
var<workgroup> sums_4: array<vec4<f32>, 256>;

@compute @workgroup_size(64) // 128 workgroups
fn linear1_relu1_forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(invocation);
  if (group < 128) {
    let member = mine / 4;
    let tile = group * 4 + mine % 4;
    let leads = member == 0;
    let nb = tile / 128;
    let ob = tile / 16 % 8;
    let o = (tile / 4 % 4) * 4;
    let n = (tile % 4) * 4;
    let i_member = member;
    let x_at_nb: i32 = nb * 12544;
    let x_at_nb_i_member: i32 = x_at_nb + i_member * 16;
    let x_at_nb_i_member_n: i32 = x_at_nb_i_member + n;
    let w_at_ob: i32 = ob * 12544;
    let w_at_ob_i_member: i32 = w_at_ob + i_member * 16;
    let w_at_ob_i_member_o: i32 = w_at_ob_i_member + o;
    let b_at_ob: i32 = ob * 16;
    let y_at_nb: i32 = nb * 2048;
    let y_at_nb_ob: i32 = y_at_nb + ob * 256;
    let y_at_nb_ob_o: i32 = y_at_nb_ob + o * 16;

    // seed
    var y0: vec4<f32> = vec4<f32>(0f);
    var y1: vec4<f32> = vec4<f32>(0f);
    var y2: vec4<f32> = vec4<f32>(0f);
    var y3: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var i = 0; i < 784; i += 112) {
      let x_at_nb_i_member_n_i: i32 = x_at_nb_i_member_n + i * 16;
      let w_at_ob_i_member_o_i: i32 = w_at_ob_i_member_o + i * 16;
      let x0: vec4<f32> = x[x_at_nb_i_member_n_i / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i]);
      y0 += x0 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1]);
      y1 += x0 * w01_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 2]);
      y2 += x0 * w02_all;
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 3]);
      y3 += x0 * w03_all;
      let x1: vec4<f32> = x[(x_at_nb_i_member_n_i + 256) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 256]);
      y0 += x1 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 257]);
      y1 += x1 * w11_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 258]);
      y2 += x1 * w12_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 259]);
      y3 += x1 * w13_all;
      let x2: vec4<f32> = x[(x_at_nb_i_member_n_i + 512) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 512]);
      y0 += x2 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 513]);
      y1 += x2 * w21_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 514]);
      y2 += x2 * w22_all;
      let w23_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 515]);
      y3 += x2 * w23_all;
      let x3: vec4<f32> = x[(x_at_nb_i_member_n_i + 768) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 768]);
      y0 += x3 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 769]);
      y1 += x3 * w31_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 770]);
      y2 += x3 * w32_all;
      let w33_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 771]);
      y3 += x3 * w33_all;
      let x4: vec4<f32> = x[(x_at_nb_i_member_n_i + 1024) / 4];
      let w40_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1024]);
      y0 += x4 * w40_all;
      let w41_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1025]);
      y1 += x4 * w41_all;
      let w42_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1026]);
      y2 += x4 * w42_all;
      let w43_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1027]);
      y3 += x4 * w43_all;
      let x5: vec4<f32> = x[(x_at_nb_i_member_n_i + 1280) / 4];
      let w50_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1280]);
      y0 += x5 * w50_all;
      let w51_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1281]);
      y1 += x5 * w51_all;
      let w52_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1282]);
      y2 += x5 * w52_all;
      let w53_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1283]);
      y3 += x5 * w53_all;
      let x6: vec4<f32> = x[(x_at_nb_i_member_n_i + 1536) / 4];
      let w60_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1536]);
      y0 += x6 * w60_all;
      let w61_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1537]);
      y1 += x6 * w61_all;
      let w62_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1538]);
      y2 += x6 * w62_all;
      let w63_all: vec4<f32> = vec4<f32>(w[w_at_ob_i_member_o_i + 1539]);
      y3 += x6 * w63_all;
    }

    // combine
    sums_4[mine] = y0;
    sums_4[mine + 64] = y1;
    sums_4[mine + 128] = y2;
    sums_4[mine + 192] = y3;
    workgroupBarrier();
    if (member < 4) {
      let first = member * 64 + mine % 4;
      var team_total = sums_4[first];
      for (var at = 4; at < 64; at += 4) { team_total += sums_4[first + at]; }
      sums_4[first] = team_total;
    }
    workgroupBarrier();
    y0 = sums_4[mine];
    y1 = sums_4[mine + 64];
    y2 = sums_4[mine + 128];
    y3 = sums_4[mine + 192];
    if (leads) {
      // finish
      let b0_all: vec4<f32> = vec4<f32>(b[b_at_ob + o]);
      let value0: vec4<f32> = b0_all + y0;
      y[(y_at_nb_ob_o + n) / 4] = max(value0, vec4<f32>(0f));
      let b1_all: vec4<f32> = vec4<f32>(b[b_at_ob + o + 1]);
      let value1: vec4<f32> = b1_all + y1;
      y[(y_at_nb_ob_o + n + 16) / 4] = max(value1, vec4<f32>(0f));
      let b2_all: vec4<f32> = vec4<f32>(b[b_at_ob + o + 2]);
      let value2: vec4<f32> = b2_all + y2;
      y[(y_at_nb_ob_o + n + 32) / 4] = max(value2, vec4<f32>(0f));
      let b3_all: vec4<f32> = vec4<f32>(b[b_at_ob + o + 3]);
      let value3: vec4<f32> = b3_all + y3;
      y[(y_at_nb_ob_o + n + 48) / 4] = max(value3, vec4<f32>(0f));
    }
  }
}
