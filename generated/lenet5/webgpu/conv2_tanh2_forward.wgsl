// kernel    conv2_tanh2_forward   value = b[o] + (sum over c,r,s of x[nb,c,p+r,q+s,n] * w[o,c,r,s])
//           y[nb,o,p,q,n] = tanh(value)
// shape     nb = 4, o = 16, p = 10, q = 10, n = 16, c = 6, r = 5, s = 5   (f32)
// schedule  tile q 2 · unroll s 5 · vectorize n · grid nb, o, p, q, n
// cost      30.9 MFLOP · 310.7 kB read · 409.6 kB written · 43 FLOP/B · 2 accumulators
// source    kernels/layers/conv2d.ts + kernels/layers/tanh.ts sha256:6390ff0b   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 200 workgroups
fn conv2_tanh2_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 12800) {
    let nb = point / 3200;
    let o = point / 200 % 16;
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
    var y0: vec4<f32> = vec4<f32>(0f);
    var y1: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var c = 0; c < 6; c += 1) {
      let x_at_nb_p_q_n_c: i32 = x_at_nb_p_q_n + c * 3136;
      let w_at_o_c: i32 = w_at_o + c * 25;
      for (var r = 0; r < 5; r += 1) {
        let x_at_nb_p_q_n_c_r: i32 = x_at_nb_p_q_n_c + r * 224;
        let w_at_o_c_r: i32 = w_at_o_c + r * 5;
        let x0: vec4<f32> = x[x_at_nb_p_q_n_c_r / 4];
        let w0_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r]);
        y0 += x0 * w0_all;
        let x1: vec4<f32> = x[(x_at_nb_p_q_n_c_r + 16) / 4];
        y1 += x1 * w0_all;
        let w1_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 1]);
        y0 += x1 * w1_all;
        let x2: vec4<f32> = x[(x_at_nb_p_q_n_c_r + 32) / 4];
        y1 += x2 * w1_all;
        let w2_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 2]);
        y0 += x2 * w2_all;
        let x3: vec4<f32> = x[(x_at_nb_p_q_n_c_r + 48) / 4];
        y1 += x3 * w2_all;
        let w3_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 3]);
        y0 += x3 * w3_all;
        let x4: vec4<f32> = x[(x_at_nb_p_q_n_c_r + 64) / 4];
        y1 += x4 * w3_all;
        let w4_all: vec4<f32> = vec4<f32>(w[w_at_o_c_r + 4]);
        y0 += x4 * w4_all;
        let x5: vec4<f32> = x[(x_at_nb_p_q_n_c_r + 80) / 4];
        y1 += x5 * w4_all;
      }
    }

    // finish
    let b_o_all: vec4<f32> = vec4<f32>(b[o]);
    let value0: vec4<f32> = b_o_all + y0;
    let opposite0: vec4<f32> = max(-max(value0, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared0: vec4<f32> = opposite0 * opposite0;
    y[(y_at_nb_o_p_q + n) / 4] = select(opposite0 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared0 + vec4<f32>(2.00018790482477e-13f)) * squared0 + vec4<f32>(-8.60467152213735e-11f)) * squared0 + vec4<f32>(5.12229709037114e-8f)) * squared0 + vec4<f32>(0.0000148572235717979f)) * squared0 + vec4<f32>(0.000637261928875436f)) * squared0 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared0 + vec4<f32>(-0.000118534705686654f)) * squared0 + vec4<f32>(-0.002268434632439f)) * squared0 + vec4<f32>(-0.00489352518554385f)), opposite0 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value0));
    let value1: vec4<f32> = b_o_all + y1;
    let opposite1: vec4<f32> = max(-max(value1, vec4<f32>(-8f)), vec4<f32>(-8f));
    let squared1: vec4<f32> = opposite1 * opposite1;
    y[(y_at_nb_o_p_q + n + 16) / 4] = select(opposite1 * ((((((vec4<f32>(-2.76076847742355e-16f) * squared1 + vec4<f32>(2.00018790482477e-13f)) * squared1 + vec4<f32>(-8.60467152213735e-11f)) * squared1 + vec4<f32>(5.12229709037114e-8f)) * squared1 + vec4<f32>(0.0000148572235717979f)) * squared1 + vec4<f32>(0.000637261928875436f)) * squared1 + vec4<f32>(0.00489352455891786f)) / (((vec4<f32>(-0.00000119825839466702f) * squared1 + vec4<f32>(-0.000118534705686654f)) * squared1 + vec4<f32>(-0.002268434632439f)) * squared1 + vec4<f32>(-0.00489352518554385f)), opposite1 * vec4<f32>(-0.125f), vec4<f32>(9.010913848876953f) <= abs(value1));
  }
}
