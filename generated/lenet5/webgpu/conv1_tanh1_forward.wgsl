// kernel    conv1_tanh1_forward   value = b[o] + (sum over c,r,s of x[nb,c,p+r-2,q+s-2,n] * w[o,c,r,s])
//           y[nb,o,p,q,n] = tanh(value)
// shape     nb = 4, o = 6, p = 28, q = 28, n = 16, c = 1, r = 5, s = 5   (f32)
// schedule  tile o 2, q 4 · unroll s 5 · vectorize n · grid nb, o, p, q, n
// cost      15.7 MFLOP · 201.3 kB read · 1.2 MB written · 11 FLOP/B · 8 accumulators
// source    kernels/layers/conv2d.ts + kernels/layers/tanh.ts sha256:da478c90   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 147 workgroups
fn conv1_tanh1_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 9408) {
    let nb = point / 2352;
    let o = (point / 784 % 3) * 2;
    let p = point / 28 % 28;
    let q = (point / 4 % 7) * 4;
    let n = (point % 4) * 4;
    let x_at_nb: i32 = nb * 16384;
    let x_at_nb_p: i32 = x_at_nb + p * 512;
    let x_at_nb_p_q: i32 = x_at_nb_p + q * 16;
    let x_at_nb_p_q_n: i32 = x_at_nb_p_q + n;
    let w_at_o: i32 = o * 25;
    let y_at_nb: i32 = nb * 75264;
    let y_at_nb_o: i32 = y_at_nb + o * 12544;
    let y_at_nb_o_p: i32 = y_at_nb_o + p * 448;
    let y_at_nb_o_p_q: i32 = y_at_nb_o_p + q * 16;

    // seed
    var y00: vec4<f32> = vec4<f32>(0f);
    var y01: vec4<f32> = vec4<f32>(0f);
    var y02: vec4<f32> = vec4<f32>(0f);
    var y03: vec4<f32> = vec4<f32>(0f);
    var y10: vec4<f32> = vec4<f32>(0f);
    var y11: vec4<f32> = vec4<f32>(0f);
    var y12: vec4<f32> = vec4<f32>(0f);
    var y13: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var r = 0; r < 5; r += 1) {
      let x_at_nb_p_q_n_r: i32 = x_at_nb_p_q_n + r * 512;
      let w_at_o_r: i32 = w_at_o + r * 5;
      let x0: vec4<f32> = x[x_at_nb_p_q_n_r / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_r]);
      y00 += x0 * w00_all;
      let x1: vec4<f32> = x[(x_at_nb_p_q_n_r + 16) / 4];
      y01 += x1 * w00_all;
      let x2: vec4<f32> = x[(x_at_nb_p_q_n_r + 32) / 4];
      y02 += x2 * w00_all;
      let x3: vec4<f32> = x[(x_at_nb_p_q_n_r + 48) / 4];
      y03 += x3 * w00_all;
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_r + 25]);
      y10 += x0 * w10_all;
      y11 += x1 * w10_all;
      y12 += x2 * w10_all;
      y13 += x3 * w10_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_r + 1]);
      y00 += x1 * w01_all;
      y01 += x2 * w01_all;
      y02 += x3 * w01_all;
      let x4: vec4<f32> = x[(x_at_nb_p_q_n_r + 64) / 4];
      y03 += x4 * w01_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_r + 26]);
      y10 += x1 * w11_all;
      y11 += x2 * w11_all;
      y12 += x3 * w11_all;
      y13 += x4 * w11_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_o_r + 2]);
      y00 += x2 * w02_all;
      y01 += x3 * w02_all;
      y02 += x4 * w02_all;
      let x5: vec4<f32> = x[(x_at_nb_p_q_n_r + 80) / 4];
      y03 += x5 * w02_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_o_r + 27]);
      y10 += x2 * w12_all;
      y11 += x3 * w12_all;
      y12 += x4 * w12_all;
      y13 += x5 * w12_all;
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_o_r + 3]);
      y00 += x3 * w03_all;
      y01 += x4 * w03_all;
      y02 += x5 * w03_all;
      let x6: vec4<f32> = x[(x_at_nb_p_q_n_r + 96) / 4];
      y03 += x6 * w03_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_o_r + 28]);
      y10 += x3 * w13_all;
      y11 += x4 * w13_all;
      y12 += x5 * w13_all;
      y13 += x6 * w13_all;
      let w04_all: vec4<f32> = vec4<f32>(w[w_at_o_r + 4]);
      y00 += x4 * w04_all;
      y01 += x5 * w04_all;
      y02 += x6 * w04_all;
      let x7: vec4<f32> = x[(x_at_nb_p_q_n_r + 112) / 4];
      y03 += x7 * w04_all;
      let w14_all: vec4<f32> = vec4<f32>(w[w_at_o_r + 29]);
      y10 += x4 * w14_all;
      y11 += x5 * w14_all;
      y12 += x6 * w14_all;
      y13 += x7 * w14_all;
    }

    // finish
    let b0_all: vec4<f32> = vec4<f32>(b[o]);
    let value00: vec4<f32> = b0_all + y00;
    let opposite00: vec4<f32> = max(-max(value00, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared00: vec4<f32> = opposite00 * opposite00;
    y[(y_at_nb_o_p_q + n) / 4] = select(opposite00 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared00 + vec4<f32>(2.00018790482477e-13f)) * squared00 + vec4<f32>(-8.60467152213735e-11f)) * squared00 + vec4<f32>(5.12229709037114e-8f)) * squared00 + vec4<f32>(0.0000148572235717979f)) * squared00 + vec4<f32>(0.000637261928875436f)) * squared00 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared00 + vec4<f32>(-0.000118534705686654f)) * squared00 + vec4<f32>(-0.002268434632439f)) * squared00 + vec4<f32>(-0.00489352518554385f)), opposite00 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value00));
    let value01: vec4<f32> = b0_all + y01;
    let opposite01: vec4<f32> = max(-max(value01, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared01: vec4<f32> = opposite01 * opposite01;
    y[(y_at_nb_o_p_q + n + 16) / 4] = select(opposite01 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared01 + vec4<f32>(2.00018790482477e-13f)) * squared01 + vec4<f32>(-8.60467152213735e-11f)) * squared01 + vec4<f32>(5.12229709037114e-8f)) * squared01 + vec4<f32>(0.0000148572235717979f)) * squared01 + vec4<f32>(0.000637261928875436f)) * squared01 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared01 + vec4<f32>(-0.000118534705686654f)) * squared01 + vec4<f32>(-0.002268434632439f)) * squared01 + vec4<f32>(-0.00489352518554385f)), opposite01 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value01));
    let value02: vec4<f32> = b0_all + y02;
    let opposite02: vec4<f32> = max(-max(value02, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared02: vec4<f32> = opposite02 * opposite02;
    y[(y_at_nb_o_p_q + n + 32) / 4] = select(opposite02 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared02 + vec4<f32>(2.00018790482477e-13f)) * squared02 + vec4<f32>(-8.60467152213735e-11f)) * squared02 + vec4<f32>(5.12229709037114e-8f)) * squared02 + vec4<f32>(0.0000148572235717979f)) * squared02 + vec4<f32>(0.000637261928875436f)) * squared02 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared02 + vec4<f32>(-0.000118534705686654f)) * squared02 + vec4<f32>(-0.002268434632439f)) * squared02 + vec4<f32>(-0.00489352518554385f)), opposite02 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value02));
    let value03: vec4<f32> = b0_all + y03;
    let opposite03: vec4<f32> = max(-max(value03, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared03: vec4<f32> = opposite03 * opposite03;
    y[(y_at_nb_o_p_q + n + 48) / 4] = select(opposite03 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared03 + vec4<f32>(2.00018790482477e-13f)) * squared03 + vec4<f32>(-8.60467152213735e-11f)) * squared03 + vec4<f32>(5.12229709037114e-8f)) * squared03 + vec4<f32>(0.0000148572235717979f)) * squared03 + vec4<f32>(0.000637261928875436f)) * squared03 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared03 + vec4<f32>(-0.000118534705686654f)) * squared03 + vec4<f32>(-0.002268434632439f)) * squared03 + vec4<f32>(-0.00489352518554385f)), opposite03 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value03));
    let b1_all: vec4<f32> = vec4<f32>(b[o + 1]);
    let value10: vec4<f32> = b1_all + y10;
    let opposite10: vec4<f32> = max(-max(value10, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared10: vec4<f32> = opposite10 * opposite10;
    y[(y_at_nb_o_p_q + n + 12544) / 4] = select(opposite10 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared10 + vec4<f32>(2.00018790482477e-13f)) * squared10 + vec4<f32>(-8.60467152213735e-11f)) * squared10 + vec4<f32>(5.12229709037114e-8f)) * squared10 + vec4<f32>(0.0000148572235717979f)) * squared10 + vec4<f32>(0.000637261928875436f)) * squared10 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared10 + vec4<f32>(-0.000118534705686654f)) * squared10 + vec4<f32>(-0.002268434632439f)) * squared10 + vec4<f32>(-0.00489352518554385f)), opposite10 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value10));
    let value11: vec4<f32> = b1_all + y11;
    let opposite11: vec4<f32> = max(-max(value11, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared11: vec4<f32> = opposite11 * opposite11;
    y[(y_at_nb_o_p_q + n + 12560) / 4] = select(opposite11 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared11 + vec4<f32>(2.00018790482477e-13f)) * squared11 + vec4<f32>(-8.60467152213735e-11f)) * squared11 + vec4<f32>(5.12229709037114e-8f)) * squared11 + vec4<f32>(0.0000148572235717979f)) * squared11 + vec4<f32>(0.000637261928875436f)) * squared11 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared11 + vec4<f32>(-0.000118534705686654f)) * squared11 + vec4<f32>(-0.002268434632439f)) * squared11 + vec4<f32>(-0.00489352518554385f)), opposite11 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value11));
    let value12: vec4<f32> = b1_all + y12;
    let opposite12: vec4<f32> = max(-max(value12, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared12: vec4<f32> = opposite12 * opposite12;
    y[(y_at_nb_o_p_q + n + 12576) / 4] = select(opposite12 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared12 + vec4<f32>(2.00018790482477e-13f)) * squared12 + vec4<f32>(-8.60467152213735e-11f)) * squared12 + vec4<f32>(5.12229709037114e-8f)) * squared12 + vec4<f32>(0.0000148572235717979f)) * squared12 + vec4<f32>(0.000637261928875436f)) * squared12 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared12 + vec4<f32>(-0.000118534705686654f)) * squared12 + vec4<f32>(-0.002268434632439f)) * squared12 + vec4<f32>(-0.00489352518554385f)), opposite12 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value12));
    let value13: vec4<f32> = b1_all + y13;
    let opposite13: vec4<f32> = max(-max(value13, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared13: vec4<f32> = opposite13 * opposite13;
    y[(y_at_nb_o_p_q + n + 12592) / 4] = select(opposite13 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared13 + vec4<f32>(2.00018790482477e-13f)) * squared13 + vec4<f32>(-8.60467152213735e-11f)) * squared13 + vec4<f32>(5.12229709037114e-8f)) * squared13 + vec4<f32>(0.0000148572235717979f)) * squared13 + vec4<f32>(0.000637261928875436f)) * squared13 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared13 + vec4<f32>(-0.000118534705686654f)) * squared13 + vec4<f32>(-0.002268434632439f)) * squared13 + vec4<f32>(-0.00489352518554385f)), opposite13 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value13));
  }
}
