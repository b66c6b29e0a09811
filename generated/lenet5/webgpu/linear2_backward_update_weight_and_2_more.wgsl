// kernel    linear2_backward_update_weight   dw = sum over nb,n of x[ib,16nb+n,i] * dy[nb,o,n]
//           gradient = dw + l2 * w[ib,o,i]
//           g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           and 5 more
// shape     ib = 15, o = 84, i = 8, nb = 4, n = 16   (f32)
// schedule  tile o 4, i 2 · unroll n 16 · vectorize i · grid ib, o, i
// cost      1.4 MFLOP · 173.2 kB read · 121.0 kB written · 4.9 FLOP/B · 8 accumulators
// source    kernels/linear.ts + kernels/adam.ts sha256:f20536d5   regenerate: deno task generate specs/lenet5.json
// kernel    linear1_backward_input   dx[nb,16ib+i,n] = sum over o of dy[nb,o,n] * w[ib,o,i]
// shape     nb = 4, ib = 25, i = 16, n = 16, o = 120   (f32)
// schedule  tile i 4, n 2 · unroll o 8 · vectorize n · grid nb, ib, i, n
// cost      6.1 MFLOP · 222.7 kB read · 102.4 kB written · 19 FLOP/B · 8 accumulators
// source    kernels/linear.ts sha256:d6e950c3   regenerate: deno task generate specs/lenet5.json
// kernel    linear1_backward_update_bias   db = sum over nb,n of dy[nb,o,n]
//           g = if abs(db) < 8.881784e-16 then 0 else db
//           mean = if abs(beta1 * m[o] + beta1_rest * g) < 8.881784e-16 then 0 else beta1 * m[o] + beta1_rest * g
//           and 4 more
// shape     o = 120, nb = 4, n = 16   (f32)
// schedule  unroll n 16 · grid o
// cost      9.2 kFLOP · 32.2 kB read · 1440 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/linear.ts + kernels/adam.ts sha256:40ec5d07   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read_write> m: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<f32>;
@group(1) @binding(3) var<storage, read_write> w: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read_write> v: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> params: array<f32>;
@group(1) @binding(6) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(7) var<storage, read> w_2: array<f32>;
@group(1) @binding(8) var<storage, read_write> dx: array<vec4<f32>>;
@group(1) @binding(9) var<storage, read_write> m_2: array<f32>;
@group(1) @binding(10) var<storage, read> dy_3: array<f32>;
@group(1) @binding(11) var<storage, read_write> v_2: array<f32>;
@group(1) @binding(12) var<storage, read_write> w_3: array<f32>;

@compute @workgroup_size(64) // 20 workgroups
fn linear2_backward_update_weight_and_2_more(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (point < 315) {
      let ib = point / 21;
      let o = (point % 21) * 4;
      let x_at_ib: i32 = ib * 512;
      let dy_at_o: i32 = o * 16;
      let m_at_ib: i32 = ib * 672;
      let m_at_ib_o: i32 = m_at_ib + o * 8;

      // seed
      var dw00: vec4<f32> = vec4<f32>(0f);
      var dw01: vec4<f32> = vec4<f32>(0f);
      var dw10: vec4<f32> = vec4<f32>(0f);
      var dw11: vec4<f32> = vec4<f32>(0f);
      var dw20: vec4<f32> = vec4<f32>(0f);
      var dw21: vec4<f32> = vec4<f32>(0f);
      var dw30: vec4<f32> = vec4<f32>(0f);
      var dw31: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let x_at_ib_nb: i32 = x_at_ib + nb * 128;
        let dy_at_o_nb: i32 = dy_at_o + nb * 1344;
        let x00: vec4<f32> = x[x_at_ib_nb / 4];
        let dy00_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb]);
        dw00 += x00 * dy00_all;
        let x01: vec4<f32> = x[(x_at_ib_nb + 4) / 4];
        dw01 += x01 * dy00_all;
        let dy10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 16]);
        dw10 += x00 * dy10_all;
        dw11 += x01 * dy10_all;
        let dy20_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 32]);
        dw20 += x00 * dy20_all;
        dw21 += x01 * dy20_all;
        let dy30_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 48]);
        dw30 += x00 * dy30_all;
        dw31 += x01 * dy30_all;
        let x10: vec4<f32> = x[(x_at_ib_nb + 8) / 4];
        let dy01_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 1]);
        dw00 += x10 * dy01_all;
        let x11: vec4<f32> = x[(x_at_ib_nb + 12) / 4];
        dw01 += x11 * dy01_all;
        let dy11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 17]);
        dw10 += x10 * dy11_all;
        dw11 += x11 * dy11_all;
        let dy21_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 33]);
        dw20 += x10 * dy21_all;
        dw21 += x11 * dy21_all;
        let dy31_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 49]);
        dw30 += x10 * dy31_all;
        dw31 += x11 * dy31_all;
        let x20: vec4<f32> = x[(x_at_ib_nb + 16) / 4];
        let dy02_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 2]);
        dw00 += x20 * dy02_all;
        let x21: vec4<f32> = x[(x_at_ib_nb + 20) / 4];
        dw01 += x21 * dy02_all;
        let dy12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 18]);
        dw10 += x20 * dy12_all;
        dw11 += x21 * dy12_all;
        let dy22_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 34]);
        dw20 += x20 * dy22_all;
        dw21 += x21 * dy22_all;
        let dy32_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 50]);
        dw30 += x20 * dy32_all;
        dw31 += x21 * dy32_all;
        let x30: vec4<f32> = x[(x_at_ib_nb + 24) / 4];
        let dy03_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 3]);
        dw00 += x30 * dy03_all;
        let x31: vec4<f32> = x[(x_at_ib_nb + 28) / 4];
        dw01 += x31 * dy03_all;
        let dy13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 19]);
        dw10 += x30 * dy13_all;
        dw11 += x31 * dy13_all;
        let dy23_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 35]);
        dw20 += x30 * dy23_all;
        dw21 += x31 * dy23_all;
        let dy33_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 51]);
        dw30 += x30 * dy33_all;
        dw31 += x31 * dy33_all;
        let x40: vec4<f32> = x[(x_at_ib_nb + 32) / 4];
        let dy04_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 4]);
        dw00 += x40 * dy04_all;
        let x41: vec4<f32> = x[(x_at_ib_nb + 36) / 4];
        dw01 += x41 * dy04_all;
        let dy14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 20]);
        dw10 += x40 * dy14_all;
        dw11 += x41 * dy14_all;
        let dy24_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 36]);
        dw20 += x40 * dy24_all;
        dw21 += x41 * dy24_all;
        let dy34_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 52]);
        dw30 += x40 * dy34_all;
        dw31 += x41 * dy34_all;
        let x50: vec4<f32> = x[(x_at_ib_nb + 40) / 4];
        let dy05_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 5]);
        dw00 += x50 * dy05_all;
        let x51: vec4<f32> = x[(x_at_ib_nb + 44) / 4];
        dw01 += x51 * dy05_all;
        let dy15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 21]);
        dw10 += x50 * dy15_all;
        dw11 += x51 * dy15_all;
        let dy25_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 37]);
        dw20 += x50 * dy25_all;
        dw21 += x51 * dy25_all;
        let dy35_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 53]);
        dw30 += x50 * dy35_all;
        dw31 += x51 * dy35_all;
        let x60: vec4<f32> = x[(x_at_ib_nb + 48) / 4];
        let dy06_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 6]);
        dw00 += x60 * dy06_all;
        let x61: vec4<f32> = x[(x_at_ib_nb + 52) / 4];
        dw01 += x61 * dy06_all;
        let dy16_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 22]);
        dw10 += x60 * dy16_all;
        dw11 += x61 * dy16_all;
        let dy26_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 38]);
        dw20 += x60 * dy26_all;
        dw21 += x61 * dy26_all;
        let dy36_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 54]);
        dw30 += x60 * dy36_all;
        dw31 += x61 * dy36_all;
        let x70: vec4<f32> = x[(x_at_ib_nb + 56) / 4];
        let dy07_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 7]);
        dw00 += x70 * dy07_all;
        let x71: vec4<f32> = x[(x_at_ib_nb + 60) / 4];
        dw01 += x71 * dy07_all;
        let dy17_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 23]);
        dw10 += x70 * dy17_all;
        dw11 += x71 * dy17_all;
        let dy27_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 39]);
        dw20 += x70 * dy27_all;
        dw21 += x71 * dy27_all;
        let dy37_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 55]);
        dw30 += x70 * dy37_all;
        dw31 += x71 * dy37_all;
        let x80: vec4<f32> = x[(x_at_ib_nb + 64) / 4];
        let dy08_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 8]);
        dw00 += x80 * dy08_all;
        let x81: vec4<f32> = x[(x_at_ib_nb + 68) / 4];
        dw01 += x81 * dy08_all;
        let dy18_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 24]);
        dw10 += x80 * dy18_all;
        dw11 += x81 * dy18_all;
        let dy28_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 40]);
        dw20 += x80 * dy28_all;
        dw21 += x81 * dy28_all;
        let dy38_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 56]);
        dw30 += x80 * dy38_all;
        dw31 += x81 * dy38_all;
        let x90: vec4<f32> = x[(x_at_ib_nb + 72) / 4];
        let dy09_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 9]);
        dw00 += x90 * dy09_all;
        let x91: vec4<f32> = x[(x_at_ib_nb + 76) / 4];
        dw01 += x91 * dy09_all;
        let dy19_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 25]);
        dw10 += x90 * dy19_all;
        dw11 += x91 * dy19_all;
        let dy29_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 41]);
        dw20 += x90 * dy29_all;
        dw21 += x91 * dy29_all;
        let dy39_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 57]);
        dw30 += x90 * dy39_all;
        dw31 += x91 * dy39_all;
        let x_10_0: vec4<f32> = x[(x_at_ib_nb + 80) / 4];
        let dy_0_10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 10]);
        dw00 += x_10_0 * dy_0_10_all;
        let x_10_1: vec4<f32> = x[(x_at_ib_nb + 84) / 4];
        dw01 += x_10_1 * dy_0_10_all;
        let dy_1_10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 26]);
        dw10 += x_10_0 * dy_1_10_all;
        dw11 += x_10_1 * dy_1_10_all;
        let dy_2_10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 42]);
        dw20 += x_10_0 * dy_2_10_all;
        dw21 += x_10_1 * dy_2_10_all;
        let dy_3_10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 58]);
        dw30 += x_10_0 * dy_3_10_all;
        dw31 += x_10_1 * dy_3_10_all;
        let x_11_0: vec4<f32> = x[(x_at_ib_nb + 88) / 4];
        let dy_0_11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 11]);
        dw00 += x_11_0 * dy_0_11_all;
        let x_11_1: vec4<f32> = x[(x_at_ib_nb + 92) / 4];
        dw01 += x_11_1 * dy_0_11_all;
        let dy_1_11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 27]);
        dw10 += x_11_0 * dy_1_11_all;
        dw11 += x_11_1 * dy_1_11_all;
        let dy_2_11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 43]);
        dw20 += x_11_0 * dy_2_11_all;
        dw21 += x_11_1 * dy_2_11_all;
        let dy_3_11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 59]);
        dw30 += x_11_0 * dy_3_11_all;
        dw31 += x_11_1 * dy_3_11_all;
        let x_12_0: vec4<f32> = x[(x_at_ib_nb + 96) / 4];
        let dy_0_12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 12]);
        dw00 += x_12_0 * dy_0_12_all;
        let x_12_1: vec4<f32> = x[(x_at_ib_nb + 100) / 4];
        dw01 += x_12_1 * dy_0_12_all;
        let dy_1_12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 28]);
        dw10 += x_12_0 * dy_1_12_all;
        dw11 += x_12_1 * dy_1_12_all;
        let dy_2_12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 44]);
        dw20 += x_12_0 * dy_2_12_all;
        dw21 += x_12_1 * dy_2_12_all;
        let dy_3_12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 60]);
        dw30 += x_12_0 * dy_3_12_all;
        dw31 += x_12_1 * dy_3_12_all;
        let x_13_0: vec4<f32> = x[(x_at_ib_nb + 104) / 4];
        let dy_0_13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 13]);
        dw00 += x_13_0 * dy_0_13_all;
        let x_13_1: vec4<f32> = x[(x_at_ib_nb + 108) / 4];
        dw01 += x_13_1 * dy_0_13_all;
        let dy_1_13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 29]);
        dw10 += x_13_0 * dy_1_13_all;
        dw11 += x_13_1 * dy_1_13_all;
        let dy_2_13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 45]);
        dw20 += x_13_0 * dy_2_13_all;
        dw21 += x_13_1 * dy_2_13_all;
        let dy_3_13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 61]);
        dw30 += x_13_0 * dy_3_13_all;
        dw31 += x_13_1 * dy_3_13_all;
        let x_14_0: vec4<f32> = x[(x_at_ib_nb + 112) / 4];
        let dy_0_14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 14]);
        dw00 += x_14_0 * dy_0_14_all;
        let x_14_1: vec4<f32> = x[(x_at_ib_nb + 116) / 4];
        dw01 += x_14_1 * dy_0_14_all;
        let dy_1_14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 30]);
        dw10 += x_14_0 * dy_1_14_all;
        dw11 += x_14_1 * dy_1_14_all;
        let dy_2_14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 46]);
        dw20 += x_14_0 * dy_2_14_all;
        dw21 += x_14_1 * dy_2_14_all;
        let dy_3_14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 62]);
        dw30 += x_14_0 * dy_3_14_all;
        dw31 += x_14_1 * dy_3_14_all;
        let x_15_0: vec4<f32> = x[(x_at_ib_nb + 120) / 4];
        let dy_0_15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 15]);
        dw00 += x_15_0 * dy_0_15_all;
        let x_15_1: vec4<f32> = x[(x_at_ib_nb + 124) / 4];
        dw01 += x_15_1 * dy_0_15_all;
        let dy_1_15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 31]);
        dw10 += x_15_0 * dy_1_15_all;
        dw11 += x_15_1 * dy_1_15_all;
        let dy_2_15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 47]);
        dw20 += x_15_0 * dy_2_15_all;
        dw21 += x_15_1 * dy_2_15_all;
        let dy_3_15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 63]);
        dw30 += x_15_0 * dy_3_15_all;
        dw31 += x_15_1 * dy_3_15_all;
      }

      // finish
      let m00: vec4<f32> = m[m_at_ib_o / 4];
      let w00: vec4<f32> = w[m_at_ib_o / 4];
      let m01: vec4<f32> = m[(m_at_ib_o + 4) / 4];
      let w01: vec4<f32> = w[(m_at_ib_o + 4) / 4];
      let v00: vec4<f32> = v[m_at_ib_o / 4];
      let v01: vec4<f32> = v[(m_at_ib_o + 4) / 4];
      let beta1_all: vec4<f32> = vec4<f32>(params[params_at_step + 1]);
      let l2_all: vec4<f32> = vec4<f32>(params[params_at_step + 3]);
      let gradient00: vec4<f32> = dw00 + l2_all * w00;
      let g00: vec4<f32> = select(gradient00, vec4<f32>(0f), abs(gradient00) < vec4<f32>(8.881784197001252e-16f));
      let beta1_rest_all: vec4<f32> = vec4<f32>(params[params_at_step + 2]);
      let t00: vec4<f32> = beta1_all * m00 + beta1_rest_all * g00;
      let mean00: vec4<f32> = select(t00, vec4<f32>(0f), abs(t00) < vec4<f32>(8.881784197001252e-16f));
      let gradient01: vec4<f32> = dw01 + l2_all * w01;
      let g01: vec4<f32> = select(gradient01, vec4<f32>(0f), abs(gradient01) < vec4<f32>(8.881784197001252e-16f));
      let t01: vec4<f32> = beta1_all * m01 + beta1_rest_all * g01;
      let mean01: vec4<f32> = select(t01, vec4<f32>(0f), abs(t01) < vec4<f32>(8.881784197001252e-16f));
      let beta2_all: vec4<f32> = vec4<f32>(params[params_at_step + 4]);
      let beta2_rest_all: vec4<f32> = vec4<f32>(params[params_at_step + 5]);
      let t00_2: vec4<f32> = beta2_all * v00 + beta2_rest_all * g00 * g00;
      let square00: vec4<f32> = select(t00_2, vec4<f32>(0f), abs(t00_2) < vec4<f32>(7.888609052210118e-31f));
      let t01_2: vec4<f32> = beta2_all * v01 + beta2_rest_all * g01 * g01;
      let square01: vec4<f32> = select(t01_2, vec4<f32>(0f), abs(t01_2) < vec4<f32>(7.888609052210118e-31f));
      let step_size_all: vec4<f32> = vec4<f32>(params[params_at_step + 6]);
      let v_scale_all: vec4<f32> = vec4<f32>(params[params_at_step + 7]);
      let epsilon_all: vec4<f32> = vec4<f32>(params[params_at_step + 8]);
      m[m_at_ib_o / 4] = mean00;
      m[(m_at_ib_o + 4) / 4] = mean01;
      v[m_at_ib_o / 4] = square00;
      v[(m_at_ib_o + 4) / 4] = square01;
      w[m_at_ib_o / 4] = w00 - step_size_all * mean00 / (sqrt(square00) * v_scale_all + epsilon_all);
      w[(m_at_ib_o + 4) / 4] = w01 - step_size_all * mean01 / (sqrt(square01) * v_scale_all + epsilon_all);
      let m10: vec4<f32> = m[(m_at_ib_o + 8) / 4];
      let w10: vec4<f32> = w[(m_at_ib_o + 8) / 4];
      let m11: vec4<f32> = m[(m_at_ib_o + 12) / 4];
      let w11: vec4<f32> = w[(m_at_ib_o + 12) / 4];
      let v10: vec4<f32> = v[(m_at_ib_o + 8) / 4];
      let v11: vec4<f32> = v[(m_at_ib_o + 12) / 4];
      let gradient10: vec4<f32> = dw10 + l2_all * w10;
      let g10: vec4<f32> = select(gradient10, vec4<f32>(0f), abs(gradient10) < vec4<f32>(8.881784197001252e-16f));
      let t10: vec4<f32> = beta1_all * m10 + beta1_rest_all * g10;
      let mean10: vec4<f32> = select(t10, vec4<f32>(0f), abs(t10) < vec4<f32>(8.881784197001252e-16f));
      let gradient11: vec4<f32> = dw11 + l2_all * w11;
      let g11: vec4<f32> = select(gradient11, vec4<f32>(0f), abs(gradient11) < vec4<f32>(8.881784197001252e-16f));
      let t11: vec4<f32> = beta1_all * m11 + beta1_rest_all * g11;
      let mean11: vec4<f32> = select(t11, vec4<f32>(0f), abs(t11) < vec4<f32>(8.881784197001252e-16f));
      let t10_2: vec4<f32> = beta2_all * v10 + beta2_rest_all * g10 * g10;
      let square10: vec4<f32> = select(t10_2, vec4<f32>(0f), abs(t10_2) < vec4<f32>(7.888609052210118e-31f));
      let t11_2: vec4<f32> = beta2_all * v11 + beta2_rest_all * g11 * g11;
      let square11: vec4<f32> = select(t11_2, vec4<f32>(0f), abs(t11_2) < vec4<f32>(7.888609052210118e-31f));
      m[(m_at_ib_o + 8) / 4] = mean10;
      m[(m_at_ib_o + 12) / 4] = mean11;
      v[(m_at_ib_o + 8) / 4] = square10;
      v[(m_at_ib_o + 12) / 4] = square11;
      w[(m_at_ib_o + 8) / 4] = w10 - step_size_all * mean10 / (sqrt(square10) * v_scale_all + epsilon_all);
      w[(m_at_ib_o + 12) / 4] = w11 - step_size_all * mean11 / (sqrt(square11) * v_scale_all + epsilon_all);
      let m20: vec4<f32> = m[(m_at_ib_o + 16) / 4];
      let w20: vec4<f32> = w[(m_at_ib_o + 16) / 4];
      let m21: vec4<f32> = m[(m_at_ib_o + 20) / 4];
      let w21: vec4<f32> = w[(m_at_ib_o + 20) / 4];
      let v20: vec4<f32> = v[(m_at_ib_o + 16) / 4];
      let v21: vec4<f32> = v[(m_at_ib_o + 20) / 4];
      let gradient20: vec4<f32> = dw20 + l2_all * w20;
      let g20: vec4<f32> = select(gradient20, vec4<f32>(0f), abs(gradient20) < vec4<f32>(8.881784197001252e-16f));
      let t20: vec4<f32> = beta1_all * m20 + beta1_rest_all * g20;
      let mean20: vec4<f32> = select(t20, vec4<f32>(0f), abs(t20) < vec4<f32>(8.881784197001252e-16f));
      let gradient21: vec4<f32> = dw21 + l2_all * w21;
      let g21: vec4<f32> = select(gradient21, vec4<f32>(0f), abs(gradient21) < vec4<f32>(8.881784197001252e-16f));
      let t21: vec4<f32> = beta1_all * m21 + beta1_rest_all * g21;
      let mean21: vec4<f32> = select(t21, vec4<f32>(0f), abs(t21) < vec4<f32>(8.881784197001252e-16f));
      let t20_2: vec4<f32> = beta2_all * v20 + beta2_rest_all * g20 * g20;
      let square20: vec4<f32> = select(t20_2, vec4<f32>(0f), abs(t20_2) < vec4<f32>(7.888609052210118e-31f));
      let t21_2: vec4<f32> = beta2_all * v21 + beta2_rest_all * g21 * g21;
      let square21: vec4<f32> = select(t21_2, vec4<f32>(0f), abs(t21_2) < vec4<f32>(7.888609052210118e-31f));
      m[(m_at_ib_o + 16) / 4] = mean20;
      m[(m_at_ib_o + 20) / 4] = mean21;
      v[(m_at_ib_o + 16) / 4] = square20;
      v[(m_at_ib_o + 20) / 4] = square21;
      w[(m_at_ib_o + 16) / 4] = w20 - step_size_all * mean20 / (sqrt(square20) * v_scale_all + epsilon_all);
      w[(m_at_ib_o + 20) / 4] = w21 - step_size_all * mean21 / (sqrt(square21) * v_scale_all + epsilon_all);
      let m30: vec4<f32> = m[(m_at_ib_o + 24) / 4];
      let w30: vec4<f32> = w[(m_at_ib_o + 24) / 4];
      let m31: vec4<f32> = m[(m_at_ib_o + 28) / 4];
      let w31: vec4<f32> = w[(m_at_ib_o + 28) / 4];
      let v30: vec4<f32> = v[(m_at_ib_o + 24) / 4];
      let v31: vec4<f32> = v[(m_at_ib_o + 28) / 4];
      let gradient30: vec4<f32> = dw30 + l2_all * w30;
      let g30: vec4<f32> = select(gradient30, vec4<f32>(0f), abs(gradient30) < vec4<f32>(8.881784197001252e-16f));
      let t30: vec4<f32> = beta1_all * m30 + beta1_rest_all * g30;
      let mean30: vec4<f32> = select(t30, vec4<f32>(0f), abs(t30) < vec4<f32>(8.881784197001252e-16f));
      let gradient31: vec4<f32> = dw31 + l2_all * w31;
      let g31: vec4<f32> = select(gradient31, vec4<f32>(0f), abs(gradient31) < vec4<f32>(8.881784197001252e-16f));
      let t31: vec4<f32> = beta1_all * m31 + beta1_rest_all * g31;
      let mean31: vec4<f32> = select(t31, vec4<f32>(0f), abs(t31) < vec4<f32>(8.881784197001252e-16f));
      let t30_2: vec4<f32> = beta2_all * v30 + beta2_rest_all * g30 * g30;
      let square30: vec4<f32> = select(t30_2, vec4<f32>(0f), abs(t30_2) < vec4<f32>(7.888609052210118e-31f));
      let t31_2: vec4<f32> = beta2_all * v31 + beta2_rest_all * g31 * g31;
      let square31: vec4<f32> = select(t31_2, vec4<f32>(0f), abs(t31_2) < vec4<f32>(7.888609052210118e-31f));
      m[(m_at_ib_o + 24) / 4] = mean30;
      m[(m_at_ib_o + 28) / 4] = mean31;
      v[(m_at_ib_o + 24) / 4] = square30;
      v[(m_at_ib_o + 28) / 4] = square31;
      w[(m_at_ib_o + 24) / 4] = w30 - step_size_all * mean30 / (sqrt(square30) * v_scale_all + epsilon_all);
      w[(m_at_ib_o + 28) / 4] = w31 - step_size_all * mean31 / (sqrt(square31) * v_scale_all + epsilon_all);
    }
  }
  {
    if (point >= 320 && point < 1120) {
      let nb = (point - 320) / 200;
      let ib = (point - 320) / 8 % 25;
      let i = ((point - 320) / 2 % 4) * 4;
      let n = ((point - 320) % 2) * 8;
      let dy_at_nb: i32 = nb * 1920;
      let dy_at_nb_n: i32 = dy_at_nb + n;
      let w_at_ib: i32 = ib * 1920;
      let w_at_ib_i: i32 = w_at_ib + i;
      let dx_at_nb: i32 = nb * 6400;
      let dx_at_nb_ib: i32 = dx_at_nb + ib * 256;
      let dx_at_nb_ib_i: i32 = dx_at_nb_ib + i * 16;

      // seed
      var dx00: vec4<f32> = vec4<f32>(0f);
      var dx01: vec4<f32> = vec4<f32>(0f);
      var dx10: vec4<f32> = vec4<f32>(0f);
      var dx11: vec4<f32> = vec4<f32>(0f);
      var dx20: vec4<f32> = vec4<f32>(0f);
      var dx21: vec4<f32> = vec4<f32>(0f);
      var dx30: vec4<f32> = vec4<f32>(0f);
      var dx31: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var o = 0; o < 120; o += 8) {
        let dy_at_nb_n_o: i32 = dy_at_nb_n + o * 16;
        let w_at_ib_i_o: i32 = w_at_ib_i + o * 16;
        let dy00: vec4<f32> = dy_2[dy_at_nb_n_o / 4];
        let w00_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o]);
        dx00 += dy00 * w00_all;
        let dy01: vec4<f32> = dy_2[(dy_at_nb_n_o + 4) / 4];
        dx01 += dy01 * w00_all;
        let w01_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 1]);
        dx10 += dy00 * w01_all;
        dx11 += dy01 * w01_all;
        let w02_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 2]);
        dx20 += dy00 * w02_all;
        dx21 += dy01 * w02_all;
        let w03_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 3]);
        dx30 += dy00 * w03_all;
        dx31 += dy01 * w03_all;
        let dy10: vec4<f32> = dy_2[(dy_at_nb_n_o + 16) / 4];
        let w10_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 16]);
        dx00 += dy10 * w10_all;
        let dy11: vec4<f32> = dy_2[(dy_at_nb_n_o + 20) / 4];
        dx01 += dy11 * w10_all;
        let w11_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 17]);
        dx10 += dy10 * w11_all;
        dx11 += dy11 * w11_all;
        let w12_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 18]);
        dx20 += dy10 * w12_all;
        dx21 += dy11 * w12_all;
        let w13_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 19]);
        dx30 += dy10 * w13_all;
        dx31 += dy11 * w13_all;
        let dy20: vec4<f32> = dy_2[(dy_at_nb_n_o + 32) / 4];
        let w20_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 32]);
        dx00 += dy20 * w20_all;
        let dy21: vec4<f32> = dy_2[(dy_at_nb_n_o + 36) / 4];
        dx01 += dy21 * w20_all;
        let w21_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 33]);
        dx10 += dy20 * w21_all;
        dx11 += dy21 * w21_all;
        let w22_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 34]);
        dx20 += dy20 * w22_all;
        dx21 += dy21 * w22_all;
        let w23_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 35]);
        dx30 += dy20 * w23_all;
        dx31 += dy21 * w23_all;
        let dy30: vec4<f32> = dy_2[(dy_at_nb_n_o + 48) / 4];
        let w30_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 48]);
        dx00 += dy30 * w30_all;
        let dy31: vec4<f32> = dy_2[(dy_at_nb_n_o + 52) / 4];
        dx01 += dy31 * w30_all;
        let w31_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 49]);
        dx10 += dy30 * w31_all;
        dx11 += dy31 * w31_all;
        let w32_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 50]);
        dx20 += dy30 * w32_all;
        dx21 += dy31 * w32_all;
        let w33_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 51]);
        dx30 += dy30 * w33_all;
        dx31 += dy31 * w33_all;
        let dy40: vec4<f32> = dy_2[(dy_at_nb_n_o + 64) / 4];
        let w40_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 64]);
        dx00 += dy40 * w40_all;
        let dy41: vec4<f32> = dy_2[(dy_at_nb_n_o + 68) / 4];
        dx01 += dy41 * w40_all;
        let w41_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 65]);
        dx10 += dy40 * w41_all;
        dx11 += dy41 * w41_all;
        let w42_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 66]);
        dx20 += dy40 * w42_all;
        dx21 += dy41 * w42_all;
        let w43_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 67]);
        dx30 += dy40 * w43_all;
        dx31 += dy41 * w43_all;
        let dy50: vec4<f32> = dy_2[(dy_at_nb_n_o + 80) / 4];
        let w50_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 80]);
        dx00 += dy50 * w50_all;
        let dy51: vec4<f32> = dy_2[(dy_at_nb_n_o + 84) / 4];
        dx01 += dy51 * w50_all;
        let w51_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 81]);
        dx10 += dy50 * w51_all;
        dx11 += dy51 * w51_all;
        let w52_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 82]);
        dx20 += dy50 * w52_all;
        dx21 += dy51 * w52_all;
        let w53_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 83]);
        dx30 += dy50 * w53_all;
        dx31 += dy51 * w53_all;
        let dy60: vec4<f32> = dy_2[(dy_at_nb_n_o + 96) / 4];
        let w60_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 96]);
        dx00 += dy60 * w60_all;
        let dy61: vec4<f32> = dy_2[(dy_at_nb_n_o + 100) / 4];
        dx01 += dy61 * w60_all;
        let w61_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 97]);
        dx10 += dy60 * w61_all;
        dx11 += dy61 * w61_all;
        let w62_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 98]);
        dx20 += dy60 * w62_all;
        dx21 += dy61 * w62_all;
        let w63_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 99]);
        dx30 += dy60 * w63_all;
        dx31 += dy61 * w63_all;
        let dy70: vec4<f32> = dy_2[(dy_at_nb_n_o + 112) / 4];
        let w70_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 112]);
        dx00 += dy70 * w70_all;
        let dy71: vec4<f32> = dy_2[(dy_at_nb_n_o + 116) / 4];
        dx01 += dy71 * w70_all;
        let w71_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 113]);
        dx10 += dy70 * w71_all;
        dx11 += dy71 * w71_all;
        let w72_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 114]);
        dx20 += dy70 * w72_all;
        dx21 += dy71 * w72_all;
        let w73_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 115]);
        dx30 += dy70 * w73_all;
        dx31 += dy71 * w73_all;
      }

      // finish
      dx[(dx_at_nb_ib_i + n) / 4] = dx00;
      dx[(dx_at_nb_ib_i + n + 4) / 4] = dx01;
      dx[(dx_at_nb_ib_i + n + 16) / 4] = dx10;
      dx[(dx_at_nb_ib_i + n + 20) / 4] = dx11;
      dx[(dx_at_nb_ib_i + n + 32) / 4] = dx20;
      dx[(dx_at_nb_ib_i + n + 36) / 4] = dx21;
      dx[(dx_at_nb_ib_i + n + 48) / 4] = dx30;
      dx[(dx_at_nb_ib_i + n + 52) / 4] = dx31;
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (point >= 1152 && point < 1272) {
      let o = (point - 1152);
      let dy_at_o: i32 = o * 16;

      // seed
      var db: f32 = 0f;

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let dy_at_o_nb: i32 = dy_at_o + nb * 1920;
        let dy0: f32 = dy_3[dy_at_o_nb];
        db += dy0;
        let dy1: f32 = dy_3[dy_at_o_nb + 1];
        db += dy1;
        let dy2: f32 = dy_3[dy_at_o_nb + 2];
        db += dy2;
        let dy3: f32 = dy_3[dy_at_o_nb + 3];
        db += dy3;
        let dy4: f32 = dy_3[dy_at_o_nb + 4];
        db += dy4;
        let dy5: f32 = dy_3[dy_at_o_nb + 5];
        db += dy5;
        let dy6: f32 = dy_3[dy_at_o_nb + 6];
        db += dy6;
        let dy7: f32 = dy_3[dy_at_o_nb + 7];
        db += dy7;
        let dy8: f32 = dy_3[dy_at_o_nb + 8];
        db += dy8;
        let dy9: f32 = dy_3[dy_at_o_nb + 9];
        db += dy9;
        let dy_10: f32 = dy_3[dy_at_o_nb + 10];
        db += dy_10;
        let dy_11: f32 = dy_3[dy_at_o_nb + 11];
        db += dy_11;
        let dy_12: f32 = dy_3[dy_at_o_nb + 12];
        db += dy_12;
        let dy_13: f32 = dy_3[dy_at_o_nb + 13];
        db += dy_13;
        let dy_14: f32 = dy_3[dy_at_o_nb + 14];
        db += dy_14;
        let dy_15: f32 = dy_3[dy_at_o_nb + 15];
        db += dy_15;
      }

      // finish
      let m_o: f32 = m_2[o];
      let v_o: f32 = v_2[o];
      let w_o: f32 = w_3[o];
      let beta1: f32 = params[params_at_step + 1];
      let beta1_rest: f32 = params[params_at_step + 2];
      let g: f32 = select(db, 0f, abs(db) < 8.881784197001252e-16f);
      let t: f32 = beta1 * m_o + beta1_rest * g;
      let mean: f32 = select(t, 0f, abs(t) < 8.881784197001252e-16f);
      let beta2: f32 = params[params_at_step + 4];
      let beta2_rest: f32 = params[params_at_step + 5];
      let t_2: f32 = beta2 * v_o + beta2_rest * g * g;
      let square: f32 = select(t_2, 0f, abs(t_2) < 7.888609052210118e-31f);
      let step_size: f32 = params[params_at_step + 6];
      let v_scale: f32 = params[params_at_step + 7];
      let epsilon: f32 = params[params_at_step + 8];
      m_2[o] = mean;
      v_2[o] = square;
      w_3[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
    }
  }
}
