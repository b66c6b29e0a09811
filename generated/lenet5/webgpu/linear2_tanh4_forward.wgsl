// kernel    linear2_tanh4_forward   value = b[o] + (sum over ib,i of x[nb,8ib+i,n] * w[ib,o,i])
//           y[nb,o,n] = tanh(value)
// shape     nb = 4, o = 84, n = 16, ib = 15, i = 8   (f32)
// schedule  unroll ib 15 · vectorize n · grid nb, o, n · split i 8
// cost      1.3 MFLOP · 71.4 kB read · 21.5 kB written · 14 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/layers/tanh.ts sha256:3fa32412   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
var<workgroup> sums_4: array<vec4<f32>, 64>;

@compute @workgroup_size(64) // 168 workgroups
fn linear2_tanh4_forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(invocation);
  if (group < 168) {
    let member = mine / 8;
    let tile = group * 8 + mine % 8;
    let leads = member == 0;
    let nb = tile / 336;
    let o = tile / 4 % 84;
    let n = (tile % 4) * 4;
    let i_member = member;
    let x_at_nb: i32 = nb * 1920;
    let x_at_nb_i_member: i32 = x_at_nb + i_member * 16;
    let w_at_o: i32 = o * 8;
    let y_at_nb: i32 = nb * 1344;
    let y_at_nb_o: i32 = y_at_nb + o * 16;

    // seed
    var y_sum: vec4<f32> = vec4<f32>(0f);

    // reduce
    let x0: vec4<f32> = x[(x_at_nb_i_member + n) / 4];
    let w0_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member]);
    y_sum += x0 * w0_all;
    let x8: vec4<f32> = x[(x_at_nb_i_member + n + 128) / 4];
    let w1_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 672]);
    y_sum += x8 * w1_all;
    let x_16: vec4<f32> = x[(x_at_nb_i_member + n + 256) / 4];
    let w2_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 1344]);
    y_sum += x_16 * w2_all;
    let x_24: vec4<f32> = x[(x_at_nb_i_member + n + 384) / 4];
    let w3_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 2016]);
    y_sum += x_24 * w3_all;
    let x_32: vec4<f32> = x[(x_at_nb_i_member + n + 512) / 4];
    let w4_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 2688]);
    y_sum += x_32 * w4_all;
    let x_40: vec4<f32> = x[(x_at_nb_i_member + n + 640) / 4];
    let w5_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 3360]);
    y_sum += x_40 * w5_all;
    let x_48: vec4<f32> = x[(x_at_nb_i_member + n + 768) / 4];
    let w6_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 4032]);
    y_sum += x_48 * w6_all;
    let x_56: vec4<f32> = x[(x_at_nb_i_member + n + 896) / 4];
    let w7_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 4704]);
    y_sum += x_56 * w7_all;
    let x_64: vec4<f32> = x[(x_at_nb_i_member + n + 1024) / 4];
    let w8_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 5376]);
    y_sum += x_64 * w8_all;
    let x_72: vec4<f32> = x[(x_at_nb_i_member + n + 1152) / 4];
    let w9_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 6048]);
    y_sum += x_72 * w9_all;
    let x_80: vec4<f32> = x[(x_at_nb_i_member + n + 1280) / 4];
    let w_10_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 6720]);
    y_sum += x_80 * w_10_all;
    let x_88: vec4<f32> = x[(x_at_nb_i_member + n + 1408) / 4];
    let w_11_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 7392]);
    y_sum += x_88 * w_11_all;
    let x_96: vec4<f32> = x[(x_at_nb_i_member + n + 1536) / 4];
    let w_12_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 8064]);
    y_sum += x_96 * w_12_all;
    let x_104: vec4<f32> = x[(x_at_nb_i_member + n + 1664) / 4];
    let w_13_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 8736]);
    y_sum += x_104 * w_13_all;
    let x_112: vec4<f32> = x[(x_at_nb_i_member + n + 1792) / 4];
    let w_14_all: vec4<f32> = vec4<f32>(w[w_at_o + i_member + 9408]);
    y_sum += x_112 * w_14_all;

    // combine
    sums_4[mine] = y_sum;
    workgroupBarrier();
    if (member < 1) {
      let first = member * 64 + mine % 8;
      var team_total = sums_4[first];
      for (var at = 8; at < 64; at += 8) { team_total += sums_4[first + at]; }
      sums_4[first] = team_total;
    }
    workgroupBarrier();
    y_sum = sums_4[mine];
    if (leads) {
      // finish
      let b_o_all: vec4<f32> = vec4<f32>(b[o]);
      let value: vec4<f32> = b_o_all + y_sum;
      let opposite: vec4<f32> = max(-max(value, vec4<f32>(-8f)), vec4<f32>(-8f));
      let squared: vec4<f32> = opposite * opposite;
      y[(y_at_nb_o + n) / 4] = select(opposite * ((((((vec4<f32>(-2.76076847742355e-16f) * squared + vec4<f32>(2.00018790482477e-13f)) * squared + vec4<f32>(-8.60467152213735e-11f)) * squared + vec4<f32>(5.12229709037114e-8f)) * squared + vec4<f32>(0.0000148572235717979f)) * squared + vec4<f32>(0.000637261928875436f)) * squared + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared + vec4<f32>(-0.000118534705686654f)) * squared + vec4<f32>(-0.002268434632439f)) * squared + vec4<f32>(-0.00489352518554385f)), opposite * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value));
    }
  }
}
