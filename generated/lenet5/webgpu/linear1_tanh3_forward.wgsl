// kernel    linear1_tanh3_forward   value = b[o] + (sum over ib,i of x[nb,16ib+i,n] * w[ib,o,i])
//           y[nb,o,n] = tanh(value)
// shape     nb = 4, o = 120, n = 16, ib = 25, i = 16   (f32)
// schedule  tile o 2, n 2 · unroll ib 5 · vectorize n · grid nb, o, n · split i 16
// cost      6.2 MFLOP · 294.9 kB read · 30.7 kB written · 19 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts + kernels/layers/tanh.ts sha256:bbcc4ca2   regenerate: deno task generate specs/lenet5.json
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
    let o = (tile / 2 % 60) * 2;
    let n = (tile % 2) * 8;
    let i_member = member;
    let x_at_nb: i32 = nb * 6400;
    let x_at_nb_i_member: i32 = x_at_nb + i_member * 16;
    let x_at_nb_i_member_n: i32 = x_at_nb_i_member + n;
    let w_at_o: i32 = o * 16;
    let w_at_o_i_member: i32 = w_at_o + i_member;
    let y_at_nb: i32 = nb * 1920;
    let y_at_nb_o: i32 = y_at_nb + o * 16;

    // seed
    var y00: vec4<f32> = vec4<f32>(0f);
    var y01: vec4<f32> = vec4<f32>(0f);
    var y10: vec4<f32> = vec4<f32>(0f);
    var y11: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var ib = 0; ib < 25; ib += 5) {
      let x_at_nb_i_member_n_ib: i32 = x_at_nb_i_member_n + ib * 256;
      let w_at_o_i_member_ib: i32 = w_at_o_i_member + ib * 1920;
      let x00: vec4<f32> = x[x_at_nb_i_member_n_ib / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib]);
      y00 += x00 * w00_all;
      let x01: vec4<f32> = x[(x_at_nb_i_member_n_ib + 4) / 4];
      y01 += x01 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 16]);
      y10 += x00 * w01_all;
      y11 += x01 * w01_all;
      let x_16_0: vec4<f32> = x[(x_at_nb_i_member_n_ib + 256) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 1920]);
      y00 += x_16_0 * w10_all;
      let x_16_1: vec4<f32> = x[(x_at_nb_i_member_n_ib + 260) / 4];
      y01 += x_16_1 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 1936]);
      y10 += x_16_0 * w11_all;
      y11 += x_16_1 * w11_all;
      let x_32_0: vec4<f32> = x[(x_at_nb_i_member_n_ib + 512) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 3840]);
      y00 += x_32_0 * w20_all;
      let x_32_1: vec4<f32> = x[(x_at_nb_i_member_n_ib + 516) / 4];
      y01 += x_32_1 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 3856]);
      y10 += x_32_0 * w21_all;
      y11 += x_32_1 * w21_all;
      let x_48_0: vec4<f32> = x[(x_at_nb_i_member_n_ib + 768) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 5760]);
      y00 += x_48_0 * w30_all;
      let x_48_1: vec4<f32> = x[(x_at_nb_i_member_n_ib + 772) / 4];
      y01 += x_48_1 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 5776]);
      y10 += x_48_0 * w31_all;
      y11 += x_48_1 * w31_all;
      let x_64_0: vec4<f32> = x[(x_at_nb_i_member_n_ib + 1024) / 4];
      let w40_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 7680]);
      y00 += x_64_0 * w40_all;
      let x_64_1: vec4<f32> = x[(x_at_nb_i_member_n_ib + 1028) / 4];
      y01 += x_64_1 * w40_all;
      let w41_all: vec4<f32> = vec4<f32>(w[w_at_o_i_member_ib + 7696]);
      y10 += x_64_0 * w41_all;
      y11 += x_64_1 * w41_all;
    }

    // combine
    sums_4[mine] = y00;
    sums_4[mine + 64] = y01;
    sums_4[mine + 128] = y10;
    sums_4[mine + 192] = y11;
    workgroupBarrier();
    if (member < 4) {
      let first = member * 64 + mine % 4;
      var team_total = sums_4[first];
      for (var at = 4; at < 64; at += 4) { team_total += sums_4[first + at]; }
      sums_4[first] = team_total;
    }
    workgroupBarrier();
    y00 = sums_4[mine];
    y01 = sums_4[mine + 64];
    y10 = sums_4[mine + 128];
    y11 = sums_4[mine + 192];
    if (leads) {
      // finish
      let b0_all: vec4<f32> = vec4<f32>(b[o]);
      let value00: vec4<f32> = b0_all + y00;
      let opposite00: vec4<f32> = max(-max(value00, vec4<f32>(-8f)), vec4<f32>(-8f));
      let squared00: vec4<f32> = opposite00 * opposite00;
      let value01: vec4<f32> = b0_all + y01;
      let opposite01: vec4<f32> = max(-max(value01, vec4<f32>(-8f)), vec4<f32>(-8f));
      let squared01: vec4<f32> = opposite01 * opposite01;
      y[(y_at_nb_o + n) / 4] = select(opposite00 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared00 + vec4<f32>(2.00018790482477e-13f)) * squared00 + vec4<f32>(-8.60467152213735e-11f)) * squared00 + vec4<f32>(5.12229709037114e-8f)) * squared00 + vec4<f32>(0.0000148572235717979f)) * squared00 + vec4<f32>(0.000637261928875436f)) * squared00 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared00 + vec4<f32>(-0.000118534705686654f)) * squared00 + vec4<f32>(-0.002268434632439f)) * squared00 + vec4<f32>(-0.00489352518554385f)), opposite00 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value00));
      y[(y_at_nb_o + n + 4) / 4] = select(opposite01 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared01 + vec4<f32>(2.00018790482477e-13f)) * squared01 + vec4<f32>(-8.60467152213735e-11f)) * squared01 + vec4<f32>(5.12229709037114e-8f)) * squared01 + vec4<f32>(0.0000148572235717979f)) * squared01 + vec4<f32>(0.000637261928875436f)) * squared01 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared01 + vec4<f32>(-0.000118534705686654f)) * squared01 + vec4<f32>(-0.002268434632439f)) * squared01 + vec4<f32>(-0.00489352518554385f)), opposite01 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value01));
      let b1_all: vec4<f32> = vec4<f32>(b[o + 1]);
      let value10: vec4<f32> = b1_all + y10;
      let opposite10: vec4<f32> = max(-max(value10, vec4<f32>(-8f)), vec4<f32>(-8f));
      let squared10: vec4<f32> = opposite10 * opposite10;
      let value11: vec4<f32> = b1_all + y11;
      let opposite11: vec4<f32> = max(-max(value11, vec4<f32>(-8f)), vec4<f32>(-8f));
      let squared11: vec4<f32> = opposite11 * opposite11;
      y[(y_at_nb_o + n + 16) / 4] = select(opposite10 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared10 + vec4<f32>(2.00018790482477e-13f)) * squared10 + vec4<f32>(-8.60467152213735e-11f)) * squared10 + vec4<f32>(5.12229709037114e-8f)) * squared10 + vec4<f32>(0.0000148572235717979f)) * squared10 + vec4<f32>(0.000637261928875436f)) * squared10 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared10 + vec4<f32>(-0.000118534705686654f)) * squared10 + vec4<f32>(-0.002268434632439f)) * squared10 + vec4<f32>(-0.00489352518554385f)), opposite10 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value10));
      y[(y_at_nb_o + n + 20) / 4] = select(opposite11 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared11 + vec4<f32>(2.00018790482477e-13f)) * squared11 + vec4<f32>(-8.60467152213735e-11f)) * squared11 + vec4<f32>(5.12229709037114e-8f)) * squared11 + vec4<f32>(0.0000148572235717979f)) * squared11 + vec4<f32>(0.000637261928875436f)) * squared11 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared11 + vec4<f32>(-0.000118534705686654f)) * squared11 + vec4<f32>(-0.002268434632439f)) * squared11 + vec4<f32>(-0.00489352518554385f)), opposite11 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value11));
    }
  }
}
