// kernel    linear3_backward_update_weight   dw = sum over nb,n of x[16nb+n,i] * dy[nb,o,n]
//           gradient = dw + l2 * w[o,i]
//           g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           and 5 more
// shape     o = 10, i = 84, nb = 4, n = 16   (f32)
// schedule  tile o 2 · unroll n 16 · vectorize i · grid o, i
// cost      120.1 kFLOP · 34.1 kB read · 10.1 kB written · 2.7 FLOP/B · 2 accumulators
// source    kernels/linear.ts + kernels/adam.ts sha256:261407be   regenerate: deno task generate specs/lenet5.json
// kernel    linear2_tanh3_backward_input   value = sum over o of dy[nb,o,n] * w[ib,o,i]
//           dx[nb,8ib+i,n] = value * (1 - y[nb,8ib+i,n] * y[nb,8ib+i,n])
// shape     nb = 4, ib = 15, i = 8, n = 16, o = 84   (f32)
// schedule  tile i 4, n 2 · unroll o 7 · vectorize n · grid nb, ib, i, n
// cost      1.3 MFLOP · 92.5 kB read · 30.7 kB written · 11 FLOP/B · 8 accumulators
// source    kernels/linear.ts + kernels/tanh.ts sha256:b3b73727   regenerate: deno task generate specs/lenet5.json
// kernel    linear2_backward_update_bias   db = sum over nb,n of dy[nb,o,n]
//           g = if abs(db) < 8.881784e-16 then 0 else db
//           mean = if abs(beta1 * m[o] + beta1_rest * g) < 8.881784e-16 then 0 else beta1 * m[o] + beta1_rest * g
//           and 4 more
// shape     o = 84, nb = 4, n = 16   (f32)
// schedule  unroll n 16 · grid o
// cost      6.5 kFLOP · 22.5 kB read · 1008 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/linear.ts + kernels/adam.ts sha256:c75b40f8   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read_write> m: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<f32>;
@group(1) @binding(3) var<storage, read_write> w: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read_write> v: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> params: array<f32>;
@group(1) @binding(6) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(7) var<storage, read> w_2: array<f32>;
@group(1) @binding(8) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(9) var<storage, read_write> dx: array<vec4<f32>>;
@group(1) @binding(10) var<storage, read_write> m_2: array<f32>;
@group(1) @binding(11) var<storage, read> dy_3: array<f32>;
@group(1) @binding(12) var<storage, read_write> v_2: array<f32>;
@group(1) @binding(13) var<storage, read_write> w_3: array<f32>;

@compute @workgroup_size(64) // 8 workgroups
fn linear3_backward_update_weight_and_2_more(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (point < 105) {
      let o = (point / 21) * 2;
      let i = (point % 21) * 4;
      let dy_at_o: i32 = o * 16;
      let m_at_o: i32 = o * 84;

      // seed
      var dw0: vec4<f32> = vec4<f32>(0f);
      var dw1: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let x_at_i_nb: i32 = i + nb * 1344;
        let dy_at_o_nb: i32 = dy_at_o + nb * 160;
        let x0: vec4<f32> = x[x_at_i_nb / 4];
        let dy00_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb]);
        dw0 += x0 * dy00_all;
        let dy10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 16]);
        dw1 += x0 * dy10_all;
        let x1: vec4<f32> = x[(x_at_i_nb + 84) / 4];
        let dy01_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 1]);
        dw0 += x1 * dy01_all;
        let dy11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 17]);
        dw1 += x1 * dy11_all;
        let x2: vec4<f32> = x[(x_at_i_nb + 168) / 4];
        let dy02_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 2]);
        dw0 += x2 * dy02_all;
        let dy12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 18]);
        dw1 += x2 * dy12_all;
        let x3: vec4<f32> = x[(x_at_i_nb + 252) / 4];
        let dy03_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 3]);
        dw0 += x3 * dy03_all;
        let dy13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 19]);
        dw1 += x3 * dy13_all;
        let x4: vec4<f32> = x[(x_at_i_nb + 336) / 4];
        let dy04_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 4]);
        dw0 += x4 * dy04_all;
        let dy14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 20]);
        dw1 += x4 * dy14_all;
        let x5: vec4<f32> = x[(x_at_i_nb + 420) / 4];
        let dy05_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 5]);
        dw0 += x5 * dy05_all;
        let dy15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 21]);
        dw1 += x5 * dy15_all;
        let x6: vec4<f32> = x[(x_at_i_nb + 504) / 4];
        let dy06_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 6]);
        dw0 += x6 * dy06_all;
        let dy16_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 22]);
        dw1 += x6 * dy16_all;
        let x7: vec4<f32> = x[(x_at_i_nb + 588) / 4];
        let dy07_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 7]);
        dw0 += x7 * dy07_all;
        let dy17_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 23]);
        dw1 += x7 * dy17_all;
        let x8: vec4<f32> = x[(x_at_i_nb + 672) / 4];
        let dy08_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 8]);
        dw0 += x8 * dy08_all;
        let dy18_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 24]);
        dw1 += x8 * dy18_all;
        let x9: vec4<f32> = x[(x_at_i_nb + 756) / 4];
        let dy09_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 9]);
        dw0 += x9 * dy09_all;
        let dy19_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 25]);
        dw1 += x9 * dy19_all;
        let x_10: vec4<f32> = x[(x_at_i_nb + 840) / 4];
        let dy_0_10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 10]);
        dw0 += x_10 * dy_0_10_all;
        let dy_1_10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 26]);
        dw1 += x_10 * dy_1_10_all;
        let x_11: vec4<f32> = x[(x_at_i_nb + 924) / 4];
        let dy_0_11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 11]);
        dw0 += x_11 * dy_0_11_all;
        let dy_1_11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 27]);
        dw1 += x_11 * dy_1_11_all;
        let x_12: vec4<f32> = x[(x_at_i_nb + 1008) / 4];
        let dy_0_12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 12]);
        dw0 += x_12 * dy_0_12_all;
        let dy_1_12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 28]);
        dw1 += x_12 * dy_1_12_all;
        let x_13: vec4<f32> = x[(x_at_i_nb + 1092) / 4];
        let dy_0_13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 13]);
        dw0 += x_13 * dy_0_13_all;
        let dy_1_13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 29]);
        dw1 += x_13 * dy_1_13_all;
        let x_14: vec4<f32> = x[(x_at_i_nb + 1176) / 4];
        let dy_0_14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 14]);
        dw0 += x_14 * dy_0_14_all;
        let dy_1_14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 30]);
        dw1 += x_14 * dy_1_14_all;
        let x_15: vec4<f32> = x[(x_at_i_nb + 1260) / 4];
        let dy_0_15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 15]);
        dw0 += x_15 * dy_0_15_all;
        let dy_1_15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 31]);
        dw1 += x_15 * dy_1_15_all;
      }

      // finish
      let m0: vec4<f32> = m[(m_at_o + i) / 4];
      let w0: vec4<f32> = w[(m_at_o + i) / 4];
      let v0: vec4<f32> = v[(m_at_o + i) / 4];
      let beta1_all: vec4<f32> = vec4<f32>(params[params_at_step + 1]);
      let l2_all: vec4<f32> = vec4<f32>(params[params_at_step + 3]);
      let gradient0: vec4<f32> = dw0 + l2_all * w0;
      let g0: vec4<f32> = select(gradient0, vec4<f32>(0f), abs(gradient0) < vec4<f32>(8.881784197001252e-16f));
      let beta1_rest_all: vec4<f32> = vec4<f32>(params[params_at_step + 2]);
      let t0: vec4<f32> = beta1_all * m0 + beta1_rest_all * g0;
      let mean0: vec4<f32> = select(t0, vec4<f32>(0f), abs(t0) < vec4<f32>(8.881784197001252e-16f));
      let beta2_all: vec4<f32> = vec4<f32>(params[params_at_step + 4]);
      let beta2_rest_all: vec4<f32> = vec4<f32>(params[params_at_step + 5]);
      let t0_2: vec4<f32> = beta2_all * v0 + beta2_rest_all * g0 * g0;
      let square0: vec4<f32> = select(t0_2, vec4<f32>(0f), abs(t0_2) < vec4<f32>(7.888609052210118e-31f));
      let step_size_all: vec4<f32> = vec4<f32>(params[params_at_step + 6]);
      let v_scale_all: vec4<f32> = vec4<f32>(params[params_at_step + 7]);
      let epsilon_all: vec4<f32> = vec4<f32>(params[params_at_step + 8]);
      m[(m_at_o + i) / 4] = mean0;
      v[(m_at_o + i) / 4] = square0;
      w[(m_at_o + i) / 4] = w0 - step_size_all * mean0 / (sqrt(square0) * v_scale_all + epsilon_all);
      let m1: vec4<f32> = m[(m_at_o + i + 84) / 4];
      let w1: vec4<f32> = w[(m_at_o + i + 84) / 4];
      let v1: vec4<f32> = v[(m_at_o + i + 84) / 4];
      let gradient1: vec4<f32> = dw1 + l2_all * w1;
      let g1: vec4<f32> = select(gradient1, vec4<f32>(0f), abs(gradient1) < vec4<f32>(8.881784197001252e-16f));
      let t1: vec4<f32> = beta1_all * m1 + beta1_rest_all * g1;
      let mean1: vec4<f32> = select(t1, vec4<f32>(0f), abs(t1) < vec4<f32>(8.881784197001252e-16f));
      let t1_2: vec4<f32> = beta2_all * v1 + beta2_rest_all * g1 * g1;
      let square1: vec4<f32> = select(t1_2, vec4<f32>(0f), abs(t1_2) < vec4<f32>(7.888609052210118e-31f));
      m[(m_at_o + i + 84) / 4] = mean1;
      v[(m_at_o + i + 84) / 4] = square1;
      w[(m_at_o + i + 84) / 4] = w1 - step_size_all * mean1 / (sqrt(square1) * v_scale_all + epsilon_all);
    }
  }
  {
    if (point >= 128 && point < 368) {
      let nb = (point - 128) / 60;
      let ib = (point - 128) / 4 % 15;
      let i = ((point - 128) / 2 % 2) * 4;
      let n = ((point - 128) % 2) * 8;
      let dy_at_nb: i32 = nb * 1344;
      let dy_at_nb_n: i32 = dy_at_nb + n;
      let w_at_ib: i32 = ib * 672;
      let w_at_ib_i: i32 = w_at_ib + i;
      let y_at_nb: i32 = nb * 1920;
      let y_at_nb_ib: i32 = y_at_nb + ib * 128;
      let y_at_nb_ib_i: i32 = y_at_nb_ib + i * 16;

      // seed
      var value00: vec4<f32> = vec4<f32>(0f);
      var value01: vec4<f32> = vec4<f32>(0f);
      var value10: vec4<f32> = vec4<f32>(0f);
      var value11: vec4<f32> = vec4<f32>(0f);
      var value20: vec4<f32> = vec4<f32>(0f);
      var value21: vec4<f32> = vec4<f32>(0f);
      var value30: vec4<f32> = vec4<f32>(0f);
      var value31: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var o = 0; o < 84; o += 7) {
        let dy_at_nb_n_o: i32 = dy_at_nb_n + o * 16;
        let w_at_ib_i_o: i32 = w_at_ib_i + o * 8;
        let dy00: vec4<f32> = dy_2[dy_at_nb_n_o / 4];
        let w00_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o]);
        value00 += dy00 * w00_all;
        let dy01: vec4<f32> = dy_2[(dy_at_nb_n_o + 4) / 4];
        value01 += dy01 * w00_all;
        let w01_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 1]);
        value10 += dy00 * w01_all;
        value11 += dy01 * w01_all;
        let w02_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 2]);
        value20 += dy00 * w02_all;
        value21 += dy01 * w02_all;
        let w03_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 3]);
        value30 += dy00 * w03_all;
        value31 += dy01 * w03_all;
        let dy10: vec4<f32> = dy_2[(dy_at_nb_n_o + 16) / 4];
        let w10_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 8]);
        value00 += dy10 * w10_all;
        let dy11: vec4<f32> = dy_2[(dy_at_nb_n_o + 20) / 4];
        value01 += dy11 * w10_all;
        let w11_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 9]);
        value10 += dy10 * w11_all;
        value11 += dy11 * w11_all;
        let w12_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 10]);
        value20 += dy10 * w12_all;
        value21 += dy11 * w12_all;
        let w13_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 11]);
        value30 += dy10 * w13_all;
        value31 += dy11 * w13_all;
        let dy20: vec4<f32> = dy_2[(dy_at_nb_n_o + 32) / 4];
        let w20_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 16]);
        value00 += dy20 * w20_all;
        let dy21: vec4<f32> = dy_2[(dy_at_nb_n_o + 36) / 4];
        value01 += dy21 * w20_all;
        let w21_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 17]);
        value10 += dy20 * w21_all;
        value11 += dy21 * w21_all;
        let w22_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 18]);
        value20 += dy20 * w22_all;
        value21 += dy21 * w22_all;
        let w23_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 19]);
        value30 += dy20 * w23_all;
        value31 += dy21 * w23_all;
        let dy30: vec4<f32> = dy_2[(dy_at_nb_n_o + 48) / 4];
        let w30_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 24]);
        value00 += dy30 * w30_all;
        let dy31: vec4<f32> = dy_2[(dy_at_nb_n_o + 52) / 4];
        value01 += dy31 * w30_all;
        let w31_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 25]);
        value10 += dy30 * w31_all;
        value11 += dy31 * w31_all;
        let w32_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 26]);
        value20 += dy30 * w32_all;
        value21 += dy31 * w32_all;
        let w33_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 27]);
        value30 += dy30 * w33_all;
        value31 += dy31 * w33_all;
        let dy40: vec4<f32> = dy_2[(dy_at_nb_n_o + 64) / 4];
        let w40_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 32]);
        value00 += dy40 * w40_all;
        let dy41: vec4<f32> = dy_2[(dy_at_nb_n_o + 68) / 4];
        value01 += dy41 * w40_all;
        let w41_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 33]);
        value10 += dy40 * w41_all;
        value11 += dy41 * w41_all;
        let w42_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 34]);
        value20 += dy40 * w42_all;
        value21 += dy41 * w42_all;
        let w43_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 35]);
        value30 += dy40 * w43_all;
        value31 += dy41 * w43_all;
        let dy50: vec4<f32> = dy_2[(dy_at_nb_n_o + 80) / 4];
        let w50_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 40]);
        value00 += dy50 * w50_all;
        let dy51: vec4<f32> = dy_2[(dy_at_nb_n_o + 84) / 4];
        value01 += dy51 * w50_all;
        let w51_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 41]);
        value10 += dy50 * w51_all;
        value11 += dy51 * w51_all;
        let w52_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 42]);
        value20 += dy50 * w52_all;
        value21 += dy51 * w52_all;
        let w53_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 43]);
        value30 += dy50 * w53_all;
        value31 += dy51 * w53_all;
        let dy60: vec4<f32> = dy_2[(dy_at_nb_n_o + 96) / 4];
        let w60_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 48]);
        value00 += dy60 * w60_all;
        let dy61: vec4<f32> = dy_2[(dy_at_nb_n_o + 100) / 4];
        value01 += dy61 * w60_all;
        let w61_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 49]);
        value10 += dy60 * w61_all;
        value11 += dy61 * w61_all;
        let w62_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 50]);
        value20 += dy60 * w62_all;
        value21 += dy61 * w62_all;
        let w63_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_i_o + 51]);
        value30 += dy60 * w63_all;
        value31 += dy61 * w63_all;
      }

      // finish
      let y00: vec4<f32> = y[(y_at_nb_ib_i + n) / 4];
      let y01: vec4<f32> = y[(y_at_nb_ib_i + n + 4) / 4];
      dx[(y_at_nb_ib_i + n) / 4] = value00 * (vec4<f32>(1f) - y00 * y00);
      dx[(y_at_nb_ib_i + n + 4) / 4] = value01 * (vec4<f32>(1f) - y01 * y01);
      let y10: vec4<f32> = y[(y_at_nb_ib_i + n + 16) / 4];
      let y11: vec4<f32> = y[(y_at_nb_ib_i + n + 20) / 4];
      dx[(y_at_nb_ib_i + n + 16) / 4] = value10 * (vec4<f32>(1f) - y10 * y10);
      dx[(y_at_nb_ib_i + n + 20) / 4] = value11 * (vec4<f32>(1f) - y11 * y11);
      let y20: vec4<f32> = y[(y_at_nb_ib_i + n + 32) / 4];
      let y21: vec4<f32> = y[(y_at_nb_ib_i + n + 36) / 4];
      dx[(y_at_nb_ib_i + n + 32) / 4] = value20 * (vec4<f32>(1f) - y20 * y20);
      dx[(y_at_nb_ib_i + n + 36) / 4] = value21 * (vec4<f32>(1f) - y21 * y21);
      let y30: vec4<f32> = y[(y_at_nb_ib_i + n + 48) / 4];
      let y31: vec4<f32> = y[(y_at_nb_ib_i + n + 52) / 4];
      dx[(y_at_nb_ib_i + n + 48) / 4] = value30 * (vec4<f32>(1f) - y30 * y30);
      dx[(y_at_nb_ib_i + n + 52) / 4] = value31 * (vec4<f32>(1f) - y31 * y31);
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (point >= 384 && point < 468) {
      let o = (point - 384);
      let dy_at_o: i32 = o * 16;

      // seed
      var db: f32 = 0f;

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let dy_at_o_nb: i32 = dy_at_o + nb * 1344;
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
