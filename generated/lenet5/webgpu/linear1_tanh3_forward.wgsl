// kernel    linear1_tanh3_forward   value = b[o] + (sum over ib,i of x[nb,16ib+i,n] * w[ib,o,i])
//           y[nb,o,n] = tanh(value)
// shape     nb = 4, o = 120, n = 16, ib = 25, i = 16   (f32)
// schedule  tile o 4 · unroll ib 5 · vectorize n · grid nb, o, n · split i 16
// cost      6.2 MFLOP · 294.9 kB read · 30.7 kB written · 19 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts + kernels/layers/tanh.ts sha256:236ee0dd   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
var<workgroup> sums_4: array<vec4<f32>, 256>;

@compute @workgroup_size(64) // 120 workgroups
fn linear1_tanh3_forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(invocation);
  if (group < 120) {
    let member = mine / 4;
    let tile = group * 4 + mine % 4;
    let leads = member == 0;
    let nb = tile / 120;
    let o = (tile / 4 % 30) * 4;
    let n = (tile % 4) * 4;
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
    var y2: vec4<f32> = vec4<f32>(0f);
    var y3: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var ib = 0; ib < 25; ib += 5) {
      let x_at_nb_i_member_n_ib: i32 = x_at_nb_i_member_n + ib * 256;
      let w_at_o_i_member_ib: i32 = w_at_o_i_member + ib * 1920;
      let x0: vec4<f32> = x[x_at_nb_i_member_n_ib / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib]);
      y0 += x0 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 16]);
      y1 += x0 * w01_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 32]);
      y2 += x0 * w02_all;
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 48]);
      y3 += x0 * w03_all;
      let x_16: vec4<f32> = x[(x_at_nb_i_member_n_ib + 256) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 1920]);
      y0 += x_16 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 1936]);
      y1 += x_16 * w11_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 1952]);
      y2 += x_16 * w12_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 1968]);
      y3 += x_16 * w13_all;
      let x_32: vec4<f32> = x[(x_at_nb_i_member_n_ib + 512) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 3840]);
      y0 += x_32 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 3856]);
      y1 += x_32 * w21_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 3872]);
      y2 += x_32 * w22_all;
      let w23_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 3888]);
      y3 += x_32 * w23_all;
      let x_48: vec4<f32> = x[(x_at_nb_i_member_n_ib + 768) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 5760]);
      y0 += x_48 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 5776]);
      y1 += x_48 * w31_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 5792]);
      y2 += x_48 * w32_all;
      let w33_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 5808]);
      y3 += x_48 * w33_all;
      let x_64: vec4<f32> = x[(x_at_nb_i_member_n_ib + 1024) / 4];
      let w40_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 7680]);
      y0 += x_64 * w40_all;
      let w41_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 7696]);
      y1 += x_64 * w41_all;
      let w42_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 7712]);
      y2 += x_64 * w42_all;
      let w43_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 7728]);
      y3 += x_64 * w43_all;
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
      let b0_all: vec4<f32> = vec4<f32>(b[o]);
      let value0: vec4<f32> = b0_all + y0;
      let opposite0: vec4<f32> = max(-max(value0, vec4<f32>(-8f)), vec4<f32>(-8f));
      let squared0: vec4<f32> = opposite0 * opposite0;
      y[(y_at_nb_o + n) / 4] = select(opposite0 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared0 + vec4<f32>(2.00018790482477e-13f)) * squared0 + vec4<f32>(-8.60467152213735e-11f)) * squared0 + vec4<f32>(5.12229709037114e-8f)) * squared0 + vec4<f32>(0.0000148572235717979f)) * squared0 + vec4<f32>(0.000637261928875436f)) * squared0 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared0 + vec4<f32>(-0.000118534705686654f)) * squared0 + vec4<f32>(-0.002268434632439f)) * squared0 + vec4<f32>(-0.00489352518554385f)), opposite0 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value0));
      let b1_all: vec4<f32> = vec4<f32>(b[o + 1]);
      let value1: vec4<f32> = b1_all + y1;
      let opposite1: vec4<f32> = max(-max(value1, vec4<f32>(-8f)), vec4<f32>(-8f));
      let squared1: vec4<f32> = opposite1 * opposite1;
      y[(y_at_nb_o + n + 16) / 4] = select(opposite1 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared1 + vec4<f32>(2.00018790482477e-13f)) * squared1 + vec4<f32>(-8.60467152213735e-11f)) * squared1 + vec4<f32>(5.12229709037114e-8f)) * squared1 + vec4<f32>(0.0000148572235717979f)) * squared1 + vec4<f32>(0.000637261928875436f)) * squared1 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared1 + vec4<f32>(-0.000118534705686654f)) * squared1 + vec4<f32>(-0.002268434632439f)) * squared1 + vec4<f32>(-0.00489352518554385f)), opposite1 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value1));
      let b2_all: vec4<f32> = vec4<f32>(b[o + 2]);
      let value2: vec4<f32> = b2_all + y2;
      let opposite2: vec4<f32> = max(-max(value2, vec4<f32>(-8f)), vec4<f32>(-8f));
      let squared2: vec4<f32> = opposite2 * opposite2;
      y[(y_at_nb_o + n + 32) / 4] = select(opposite2 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared2 + vec4<f32>(2.00018790482477e-13f)) * squared2 + vec4<f32>(-8.60467152213735e-11f)) * squared2 + vec4<f32>(5.12229709037114e-8f)) * squared2 + vec4<f32>(0.0000148572235717979f)) * squared2 + vec4<f32>(0.000637261928875436f)) * squared2 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared2 + vec4<f32>(-0.000118534705686654f)) * squared2 + vec4<f32>(-0.002268434632439f)) * squared2 + vec4<f32>(-0.00489352518554385f)), opposite2 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value2));
      let b3_all: vec4<f32> = vec4<f32>(b[o + 3]);
      let value3: vec4<f32> = b3_all + y3;
      let opposite3: vec4<f32> = max(-max(value3, vec4<f32>(-8f)), vec4<f32>(-8f));
      let squared3: vec4<f32> = opposite3 * opposite3;
      y[(y_at_nb_o + n + 48) / 4] = select(opposite3 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared3 + vec4<f32>(2.00018790482477e-13f)) * squared3 + vec4<f32>(-8.60467152213735e-11f)) * squared3 + vec4<f32>(5.12229709037114e-8f)) * squared3 + vec4<f32>(0.0000148572235717979f)) * squared3 + vec4<f32>(0.000637261928875436f)) * squared3 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared3 + vec4<f32>(-0.000118534705686654f)) * squared3 + vec4<f32>(-0.002268434632439f)) * squared3 + vec4<f32>(-0.00489352518554385f)), opposite3 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value3));
    }
  }
}
