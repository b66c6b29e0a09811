// kernel    conv1_forward   y[nb,o,p,n] = sum over c,r of x[nb,c,p+r,n] * w[o,c,r]
// shape     nb = 2, o = 64, p = 126, n = 16, c = 9, r = 3   (f32)
// schedule  tile o 4, p 2 · unroll r 3 · vectorize n · grid nb, o, p, n
// cost      13.9 MFLOP · 154.4 kB read · 1.0 MB written · 12 FLOP/B · 8 accumulators
// source    kernels/layers/conv1d.ts sha256:00763861   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> w: array<f32>;
@group(1) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 126 workgroups
fn conv1_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 8064) {
    let nb = point / 4032;
    let o = (point / 252 % 16) * 4;
    let p = (point / 4 % 63) * 2;
    let n = (point % 4) * 4;
    let x_at_nb: i32 = nb * 18432;
    let x_at_nb_p: i32 = x_at_nb + p * 16;
    let x_at_nb_p_n: i32 = x_at_nb_p + n;
    let w_at_o: i32 = o * 27;
    let y_at_nb: i32 = nb * 129024;
    let y_at_nb_o: i32 = y_at_nb + o * 2016;
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
    for (var c = 0; c < 9; c += 1) {
      let x_at_nb_p_n_c: i32 = x_at_nb_p_n + c * 2048;
      let w_at_o_c: i32 = w_at_o + c * 3;
      let x0: vec4<f32> = x[x_at_nb_p_n_c / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_c]);
      y00 += x0 * w00_all;
      let x1: vec4<f32> = x[(x_at_nb_p_n_c + 16) / 4];
      y01 += x1 * w00_all;
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 27]);
      y10 += x0 * w10_all;
      y11 += x1 * w10_all;
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 54]);
      y20 += x0 * w20_all;
      y21 += x1 * w20_all;
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 81]);
      y30 += x0 * w30_all;
      y31 += x1 * w30_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 1]);
      y00 += x1 * w01_all;
      let x2: vec4<f32> = x[(x_at_nb_p_n_c + 32) / 4];
      y01 += x2 * w01_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 28]);
      y10 += x1 * w11_all;
      y11 += x2 * w11_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 55]);
      y20 += x1 * w21_all;
      y21 += x2 * w21_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 82]);
      y30 += x1 * w31_all;
      y31 += x2 * w31_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 2]);
      y00 += x2 * w02_all;
      let x3: vec4<f32> = x[(x_at_nb_p_n_c + 48) / 4];
      y01 += x3 * w02_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 29]);
      y10 += x2 * w12_all;
      y11 += x3 * w12_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 56]);
      y20 += x2 * w22_all;
      y21 += x3 * w22_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 83]);
      y30 += x2 * w32_all;
      y31 += x3 * w32_all;
    }

    // finish
    y[(y_at_nb_o_p + n) / 4] = y00;
    y[(y_at_nb_o_p + n + 16) / 4] = y01;
    y[(y_at_nb_o_p + n + 2016) / 4] = y10;
    y[(y_at_nb_o_p + n + 2032) / 4] = y11;
    y[(y_at_nb_o_p + n + 4032) / 4] = y20;
    y[(y_at_nb_o_p + n + 4048) / 4] = y21;
    y[(y_at_nb_o_p + n + 6048) / 4] = y30;
    y[(y_at_nb_o_p + n + 6064) / 4] = y31;
  }
}
