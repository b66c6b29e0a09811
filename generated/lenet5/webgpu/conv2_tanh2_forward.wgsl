// kernel    conv2_tanh2_forward   value = b[o] + (sum over c,r,s of x[nb,c,p+r,q+s,n] * w[o,c,r,s])
//           y[nb,o,p,q,n] = tanh(value)
// shape     nb = 4, o = 16, p = 10, q = 10, n = 16, c = 6, r = 5, s = 5   (f32)
// schedule  tile o 2, q 2 · unroll s 5 · vectorize n · grid nb, o, p, q, n
// cost      30.9 MFLOP · 310.7 kB read · 409.6 kB written · 43 FLOP/B · 4 accumulators
// source    kernels/layers/conv2d.ts + kernels/layers/tanh.ts sha256:ebe88579   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 100 workgroups
fn conv2_tanh2_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 6400) {
    let nb = point / 1600;
    let o = (point / 200 % 8) * 2;
    let p = point / 20 % 10;
    let q = (point / 4 % 5) * 2;
    let n = (point % 4) * 4;
    let x_at_nb: i32 = nb * 18816;
    let x_at_nb_p: i32 = x_at_nb + p * 224;
    let x_at_nb_p_q: i32 = x_at_nb_p + q * 16;
    let x_at_nb_p_q_n: i32 = x_at_nb_p_q + n;
    let w_at_o: i32 = o * 150;
    let y_at_nb: i32 = nb * 25600;
    let y_at_nb_o: i32 = y_at_nb + o * 1600;
    let y_at_nb_o_p: i32 = y_at_nb_o + p * 160;
    let y_at_nb_o_p_q: i32 = y_at_nb_o_p + q * 16;

    // seed
    var y00: vec4<f32> = vec4<f32>(0f);
    var y01: vec4<f32> = vec4<f32>(0f);
    var y10: vec4<f32> = vec4<f32>(0f);
    var y11: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var c = 0; c < 6; c += 1) {
      let x_at_nb_p_q_n_c: i32 = x_at_nb_p_q_n + c * 3136;
      let w_at_o_c: i32 = w_at_o + c * 25;
      for (var r = 0; r < 5; r += 1) {
        let x_at_nb_p_q_n_c_r: i32 = x_at_nb_p_q_n_c + r * 224;
        let w_at_o_c_r: i32 = w_at_o_c + r * 5;
        let x0: vec4<f32> = x[x_at_nb_p_q_n_c_r / 4];
        let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r]);
        y00 += x0 * w00_all;
        let x1: vec4<f32> = x[(x_at_nb_p_q_n_c_r + 16) / 4];
        y01 += x1 * w00_all;
        let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 150]);
        y10 += x0 * w10_all;
        y11 += x1 * w10_all;
        let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 1]);
        y00 += x1 * w01_all;
        let x2: vec4<f32> = x[(x_at_nb_p_q_n_c_r + 32) / 4];
        y01 += x2 * w01_all;
        let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 151]);
        y10 += x1 * w11_all;
        y11 += x2 * w11_all;
        let w02_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 2]);
        y00 += x2 * w02_all;
        let x3: vec4<f32> = x[(x_at_nb_p_q_n_c_r + 48) / 4];
        y01 += x3 * w02_all;
        let w12_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 152]);
        y10 += x2 * w12_all;
        y11 += x3 * w12_all;
        let w03_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 3]);
        y00 += x3 * w03_all;
        let x4: vec4<f32> = x[(x_at_nb_p_q_n_c_r + 64) / 4];
        y01 += x4 * w03_all;
        let w13_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 153]);
        y10 += x3 * w13_all;
        y11 += x4 * w13_all;
        let w04_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 4]);
        y00 += x4 * w04_all;
        let x5: vec4<f32> = x[(x_at_nb_p_q_n_c_r + 80) / 4];
        y01 += x5 * w04_all;
        let w14_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 154]);
        y10 += x4 * w14_all;
        y11 += x5 * w14_all;
      }
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
    let b1_all: vec4<f32> = vec4<f32>(b[o + 1]);
    let value10: vec4<f32> = b1_all + y10;
    let opposite10: vec4<f32> = max(-max(value10, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared10: vec4<f32> = opposite10 * opposite10;
    y[(y_at_nb_o_p_q + n + 1600) / 4] = select(opposite10 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared10 + vec4<f32>(2.00018790482477e-13f)) * squared10 + vec4<f32>(-8.60467152213735e-11f)) * squared10 + vec4<f32>(5.12229709037114e-8f)) * squared10 + vec4<f32>(0.0000148572235717979f)) * squared10 + vec4<f32>(0.000637261928875436f)) * squared10 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared10 + vec4<f32>(-0.000118534705686654f)) * squared10 + vec4<f32>(-0.002268434632439f)) * squared10 + vec4<f32>(-0.00489352518554385f)), opposite10 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value10));
    let value11: vec4<f32> = b1_all + y11;
    let opposite11: vec4<f32> = max(-max(value11, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared11: vec4<f32> = opposite11 * opposite11;
    y[(y_at_nb_o_p_q + n + 1616) / 4] = select(opposite11 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared11 + vec4<f32>(2.00018790482477e-13f)) * squared11 + vec4<f32>(-8.60467152213735e-11f)) * squared11 + vec4<f32>(5.12229709037114e-8f)) * squared11 + vec4<f32>(0.0000148572235717979f)) * squared11 + vec4<f32>(0.000637261928875436f)) * squared11 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared11 + vec4<f32>(-0.000118534705686654f)) * squared11 + vec4<f32>(-0.002268434632439f)) * squared11 + vec4<f32>(-0.00489352518554385f)), opposite11 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value11));
  }
}
