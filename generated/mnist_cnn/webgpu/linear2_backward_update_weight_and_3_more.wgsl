// kernel    linear2_backward_update_weight   dw = sum over nb,n of x[ib,16nb+n,i] * dy[nb,o,n]
//           gradient = dw + l2 * w[ib,o,i]
//           g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           and 5 more
// shape     ib = 8, o = 10, i = 16, nb = 4, n = 16   (f32)
// schedule  tile o 2, i 2 · unroll n 16 · vectorize i · grid ib, o, i
// cost      183.0 kFLOP · 50.7 kB read · 15.4 kB written · 2.8 FLOP/B · 4 accumulators
// source    kernels/linear.ts + kernels/adam.ts sha256:cbbc9666   regenerate: deno task generate specs/mnist_cnn.json
// kernel    linear1_relu1_backward_input   value = sum over ob,o of dy[nb,16ob+o,n] * w[ob,i,o]
//           dx[nb,i,n] = if y[nb,i,n] <= 0 then 0 else value
// shape     nb = 4, i = 6272, n = 16, ob = 8, o = 16   (f32)
// schedule  tile i 4, n 2 · unroll o 16 · vectorize n · grid nb, i, n
// cost      102.8 MFLOP · 4.8 MB read · 1.6 MB written · 16 FLOP/B · 8 accumulators
// source    kernels/linear.ts + kernels/relu.ts sha256:74ba5abd   regenerate: deno task generate specs/mnist_cnn.json
// kernel    linear1_output_gradient_rows   y[ib,16nb+n,i] = x[nb,16ib+i,n]
// shape     ib = 8, nb = 4, n = 16, i = 16   (f32)
// schedule  grid ib, nb, n, i
// cost      0 FLOP · 32.8 kB read · 32.8 kB written · 0.0 FLOP/B · 0 accumulators
// source    codegen/arrange.ts sha256:59926478   regenerate: deno task generate specs/mnist_cnn.json
// kernel    linear1_backward_update_bias   db = sum over nb,n of dy[nb,o,n]
//           g = if abs(db) < 8.881784e-16 then 0 else db
//           mean = if abs(beta1 * m[o] + beta1_rest * g) < 8.881784e-16 then 0 else beta1 * m[o] + beta1_rest * g
//           and 4 more
// shape     o = 128, nb = 4, n = 16   (f32)
// schedule  unroll n 16 · grid o
// cost      9.9 kFLOP · 34.3 kB read · 1536 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/linear.ts + kernels/adam.ts sha256:42d27129   regenerate: deno task generate specs/mnist_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read_write> m: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<f32>;
@group(1) @binding(3) var<storage, read_write> w: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read_write> v: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> params: array<f32>;
@group(1) @binding(6) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(7) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(8) var<storage, read> w_2: array<f32>;
@group(1) @binding(9) var<storage, read_write> dx: array<vec4<f32>>;
@group(1) @binding(10) var<storage, read> x_2: array<f32>;
@group(1) @binding(11) var<storage, read_write> y_2: array<f32>;
@group(1) @binding(12) var<storage, read_write> m_2: array<f32>;
@group(1) @binding(13) var<storage, read> dy_3: array<f32>;
@group(1) @binding(14) var<storage, read_write> v_2: array<f32>;
@group(1) @binding(15) var<storage, read_write> w_3: array<f32>;

@compute @workgroup_size(64) // 328 workgroups
fn linear2_backward_update_weight_and_3_more(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (point < 80) {
      let ib = point / 10;
      let o = (point / 2 % 5) * 2;
      let i = (point % 2) * 8;
      let x_at_ib: i32 = ib * 1024;
      let x_at_ib_i: i32 = x_at_ib + i;
      let dy_at_o: i32 = o * 16;
      let m_at_ib: i32 = ib * 160;
      let m_at_ib_o: i32 = m_at_ib + o * 16;

      // seed
      var dw00: vec4<f32> = vec4<f32>(0f);
      var dw01: vec4<f32> = vec4<f32>(0f);
      var dw10: vec4<f32> = vec4<f32>(0f);
      var dw11: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let x_at_ib_i_nb: i32 = x_at_ib_i + nb * 256;
        let dy_at_o_nb: i32 = dy_at_o + nb * 160;
        let x00: vec4<f32> = x[x_at_ib_i_nb / 4];
        let dy00_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb]);
        dw00 += x00 * dy00_all;
        let x01: vec4<f32> = x[(x_at_ib_i_nb + 4) / 4];
        dw01 += x01 * dy00_all;
        let dy10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 16]);
        dw10 += x00 * dy10_all;
        dw11 += x01 * dy10_all;
        let x10: vec4<f32> = x[(x_at_ib_i_nb + 16) / 4];
        let dy01_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 1]);
        dw00 += x10 * dy01_all;
        let x11: vec4<f32> = x[(x_at_ib_i_nb + 20) / 4];
        dw01 += x11 * dy01_all;
        let dy11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 17]);
        dw10 += x10 * dy11_all;
        dw11 += x11 * dy11_all;
        let x20: vec4<f32> = x[(x_at_ib_i_nb + 32) / 4];
        let dy02_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 2]);
        dw00 += x20 * dy02_all;
        let x21: vec4<f32> = x[(x_at_ib_i_nb + 36) / 4];
        dw01 += x21 * dy02_all;
        let dy12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 18]);
        dw10 += x20 * dy12_all;
        dw11 += x21 * dy12_all;
        let x30: vec4<f32> = x[(x_at_ib_i_nb + 48) / 4];
        let dy03_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 3]);
        dw00 += x30 * dy03_all;
        let x31: vec4<f32> = x[(x_at_ib_i_nb + 52) / 4];
        dw01 += x31 * dy03_all;
        let dy13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 19]);
        dw10 += x30 * dy13_all;
        dw11 += x31 * dy13_all;
        let x40: vec4<f32> = x[(x_at_ib_i_nb + 64) / 4];
        let dy04_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 4]);
        dw00 += x40 * dy04_all;
        let x41: vec4<f32> = x[(x_at_ib_i_nb + 68) / 4];
        dw01 += x41 * dy04_all;
        let dy14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 20]);
        dw10 += x40 * dy14_all;
        dw11 += x41 * dy14_all;
        let x50: vec4<f32> = x[(x_at_ib_i_nb + 80) / 4];
        let dy05_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 5]);
        dw00 += x50 * dy05_all;
        let x51: vec4<f32> = x[(x_at_ib_i_nb + 84) / 4];
        dw01 += x51 * dy05_all;
        let dy15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 21]);
        dw10 += x50 * dy15_all;
        dw11 += x51 * dy15_all;
        let x60: vec4<f32> = x[(x_at_ib_i_nb + 96) / 4];
        let dy06_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 6]);
        dw00 += x60 * dy06_all;
        let x61: vec4<f32> = x[(x_at_ib_i_nb + 100) / 4];
        dw01 += x61 * dy06_all;
        let dy16_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 22]);
        dw10 += x60 * dy16_all;
        dw11 += x61 * dy16_all;
        let x70: vec4<f32> = x[(x_at_ib_i_nb + 112) / 4];
        let dy07_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 7]);
        dw00 += x70 * dy07_all;
        let x71: vec4<f32> = x[(x_at_ib_i_nb + 116) / 4];
        dw01 += x71 * dy07_all;
        let dy17_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 23]);
        dw10 += x70 * dy17_all;
        dw11 += x71 * dy17_all;
        let x80: vec4<f32> = x[(x_at_ib_i_nb + 128) / 4];
        let dy08_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 8]);
        dw00 += x80 * dy08_all;
        let x81: vec4<f32> = x[(x_at_ib_i_nb + 132) / 4];
        dw01 += x81 * dy08_all;
        let dy18_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 24]);
        dw10 += x80 * dy18_all;
        dw11 += x81 * dy18_all;
        let x90: vec4<f32> = x[(x_at_ib_i_nb + 144) / 4];
        let dy09_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 9]);
        dw00 += x90 * dy09_all;
        let x91: vec4<f32> = x[(x_at_ib_i_nb + 148) / 4];
        dw01 += x91 * dy09_all;
        let dy19_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 25]);
        dw10 += x90 * dy19_all;
        dw11 += x91 * dy19_all;
        let x_10_0: vec4<f32> = x[(x_at_ib_i_nb + 160) / 4];
        let dy_0_10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 10]);
        dw00 += x_10_0 * dy_0_10_all;
        let x_10_1: vec4<f32> = x[(x_at_ib_i_nb + 164) / 4];
        dw01 += x_10_1 * dy_0_10_all;
        let dy_1_10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 26]);
        dw10 += x_10_0 * dy_1_10_all;
        dw11 += x_10_1 * dy_1_10_all;
        let x_11_0: vec4<f32> = x[(x_at_ib_i_nb + 176) / 4];
        let dy_0_11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 11]);
        dw00 += x_11_0 * dy_0_11_all;
        let x_11_1: vec4<f32> = x[(x_at_ib_i_nb + 180) / 4];
        dw01 += x_11_1 * dy_0_11_all;
        let dy_1_11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 27]);
        dw10 += x_11_0 * dy_1_11_all;
        dw11 += x_11_1 * dy_1_11_all;
        let x_12_0: vec4<f32> = x[(x_at_ib_i_nb + 192) / 4];
        let dy_0_12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 12]);
        dw00 += x_12_0 * dy_0_12_all;
        let x_12_1: vec4<f32> = x[(x_at_ib_i_nb + 196) / 4];
        dw01 += x_12_1 * dy_0_12_all;
        let dy_1_12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 28]);
        dw10 += x_12_0 * dy_1_12_all;
        dw11 += x_12_1 * dy_1_12_all;
        let x_13_0: vec4<f32> = x[(x_at_ib_i_nb + 208) / 4];
        let dy_0_13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 13]);
        dw00 += x_13_0 * dy_0_13_all;
        let x_13_1: vec4<f32> = x[(x_at_ib_i_nb + 212) / 4];
        dw01 += x_13_1 * dy_0_13_all;
        let dy_1_13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 29]);
        dw10 += x_13_0 * dy_1_13_all;
        dw11 += x_13_1 * dy_1_13_all;
        let x_14_0: vec4<f32> = x[(x_at_ib_i_nb + 224) / 4];
        let dy_0_14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 14]);
        dw00 += x_14_0 * dy_0_14_all;
        let x_14_1: vec4<f32> = x[(x_at_ib_i_nb + 228) / 4];
        dw01 += x_14_1 * dy_0_14_all;
        let dy_1_14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 30]);
        dw10 += x_14_0 * dy_1_14_all;
        dw11 += x_14_1 * dy_1_14_all;
        let x_15_0: vec4<f32> = x[(x_at_ib_i_nb + 240) / 4];
        let dy_0_15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 15]);
        dw00 += x_15_0 * dy_0_15_all;
        let x_15_1: vec4<f32> = x[(x_at_ib_i_nb + 244) / 4];
        dw01 += x_15_1 * dy_0_15_all;
        let dy_1_15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 31]);
        dw10 += x_15_0 * dy_1_15_all;
        dw11 += x_15_1 * dy_1_15_all;
      }

      // finish
      let m00: vec4<f32> = m[(m_at_ib_o + i) / 4];
      let w00: vec4<f32> = w[(m_at_ib_o + i) / 4];
      let m01: vec4<f32> = m[(m_at_ib_o + i + 4) / 4];
      let w01: vec4<f32> = w[(m_at_ib_o + i + 4) / 4];
      let v00: vec4<f32> = v[(m_at_ib_o + i) / 4];
      let v01: vec4<f32> = v[(m_at_ib_o + i + 4) / 4];
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
      m[(m_at_ib_o + i) / 4] = mean00;
      m[(m_at_ib_o + i + 4) / 4] = mean01;
      v[(m_at_ib_o + i) / 4] = square00;
      v[(m_at_ib_o + i + 4) / 4] = square01;
      w[(m_at_ib_o + i) / 4] = w00 - step_size_all * mean00 / (sqrt(square00) * v_scale_all + epsilon_all);
      w[(m_at_ib_o + i + 4) / 4] = w01 - step_size_all * mean01 / (sqrt(square01) * v_scale_all + epsilon_all);
      let m10: vec4<f32> = m[(m_at_ib_o + i + 16) / 4];
      let w10: vec4<f32> = w[(m_at_ib_o + i + 16) / 4];
      let m11: vec4<f32> = m[(m_at_ib_o + i + 20) / 4];
      let w11: vec4<f32> = w[(m_at_ib_o + i + 20) / 4];
      let v10: vec4<f32> = v[(m_at_ib_o + i + 16) / 4];
      let v11: vec4<f32> = v[(m_at_ib_o + i + 20) / 4];
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
      m[(m_at_ib_o + i + 16) / 4] = mean10;
      m[(m_at_ib_o + i + 20) / 4] = mean11;
      v[(m_at_ib_o + i + 16) / 4] = square10;
      v[(m_at_ib_o + i + 20) / 4] = square11;
      w[(m_at_ib_o + i + 16) / 4] = w10 - step_size_all * mean10 / (sqrt(square10) * v_scale_all + epsilon_all);
      w[(m_at_ib_o + i + 20) / 4] = w11 - step_size_all * mean11 / (sqrt(square11) * v_scale_all + epsilon_all);
    }
  }
  {
    if (point >= 128 && point < 12672) {
      let nb = (point - 128) / 3136;
      let i = ((point - 128) / 2 % 1568) * 4;
      let n = ((point - 128) % 2) * 8;
      let dy_at_nb: i32 = nb * 2048;
      let dy_at_nb_n: i32 = dy_at_nb + n;
      let w_at_i: i32 = i * 16;
      let y_at_nb: i32 = nb * 100352;
      let y_at_nb_i: i32 = y_at_nb + i * 16;

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
      for (var ob = 0; ob < 8; ob += 1) {
        let dy_at_nb_n_ob: i32 = dy_at_nb_n + ob * 256;
        let w_at_i_ob: i32 = w_at_i + ob * 100352;
        let dy00: vec4<f32> = dy_2[dy_at_nb_n_ob / 4];
        let w00_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob]);
        value00 += dy00 * w00_all;
        let dy01: vec4<f32> = dy_2[(dy_at_nb_n_ob + 4) / 4];
        value01 += dy01 * w00_all;
        let w10_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 16]);
        value10 += dy00 * w10_all;
        value11 += dy01 * w10_all;
        let w20_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 32]);
        value20 += dy00 * w20_all;
        value21 += dy01 * w20_all;
        let w30_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 48]);
        value30 += dy00 * w30_all;
        value31 += dy01 * w30_all;
        let dy10: vec4<f32> = dy_2[(dy_at_nb_n_ob + 16) / 4];
        let w01_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 1]);
        value00 += dy10 * w01_all;
        let dy11: vec4<f32> = dy_2[(dy_at_nb_n_ob + 20) / 4];
        value01 += dy11 * w01_all;
        let w11_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 17]);
        value10 += dy10 * w11_all;
        value11 += dy11 * w11_all;
        let w21_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 33]);
        value20 += dy10 * w21_all;
        value21 += dy11 * w21_all;
        let w31_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 49]);
        value30 += dy10 * w31_all;
        value31 += dy11 * w31_all;
        let dy20: vec4<f32> = dy_2[(dy_at_nb_n_ob + 32) / 4];
        let w02_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 2]);
        value00 += dy20 * w02_all;
        let dy21: vec4<f32> = dy_2[(dy_at_nb_n_ob + 36) / 4];
        value01 += dy21 * w02_all;
        let w12_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 18]);
        value10 += dy20 * w12_all;
        value11 += dy21 * w12_all;
        let w22_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 34]);
        value20 += dy20 * w22_all;
        value21 += dy21 * w22_all;
        let w32_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 50]);
        value30 += dy20 * w32_all;
        value31 += dy21 * w32_all;
        let dy30: vec4<f32> = dy_2[(dy_at_nb_n_ob + 48) / 4];
        let w03_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 3]);
        value00 += dy30 * w03_all;
        let dy31: vec4<f32> = dy_2[(dy_at_nb_n_ob + 52) / 4];
        value01 += dy31 * w03_all;
        let w13_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 19]);
        value10 += dy30 * w13_all;
        value11 += dy31 * w13_all;
        let w23_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 35]);
        value20 += dy30 * w23_all;
        value21 += dy31 * w23_all;
        let w33_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 51]);
        value30 += dy30 * w33_all;
        value31 += dy31 * w33_all;
        let dy40: vec4<f32> = dy_2[(dy_at_nb_n_ob + 64) / 4];
        let w04_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 4]);
        value00 += dy40 * w04_all;
        let dy41: vec4<f32> = dy_2[(dy_at_nb_n_ob + 68) / 4];
        value01 += dy41 * w04_all;
        let w14_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 20]);
        value10 += dy40 * w14_all;
        value11 += dy41 * w14_all;
        let w24_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 36]);
        value20 += dy40 * w24_all;
        value21 += dy41 * w24_all;
        let w34_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 52]);
        value30 += dy40 * w34_all;
        value31 += dy41 * w34_all;
        let dy50: vec4<f32> = dy_2[(dy_at_nb_n_ob + 80) / 4];
        let w05_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 5]);
        value00 += dy50 * w05_all;
        let dy51: vec4<f32> = dy_2[(dy_at_nb_n_ob + 84) / 4];
        value01 += dy51 * w05_all;
        let w15_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 21]);
        value10 += dy50 * w15_all;
        value11 += dy51 * w15_all;
        let w25_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 37]);
        value20 += dy50 * w25_all;
        value21 += dy51 * w25_all;
        let w35_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 53]);
        value30 += dy50 * w35_all;
        value31 += dy51 * w35_all;
        let dy60: vec4<f32> = dy_2[(dy_at_nb_n_ob + 96) / 4];
        let w06_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 6]);
        value00 += dy60 * w06_all;
        let dy61: vec4<f32> = dy_2[(dy_at_nb_n_ob + 100) / 4];
        value01 += dy61 * w06_all;
        let w16_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 22]);
        value10 += dy60 * w16_all;
        value11 += dy61 * w16_all;
        let w26_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 38]);
        value20 += dy60 * w26_all;
        value21 += dy61 * w26_all;
        let w36_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 54]);
        value30 += dy60 * w36_all;
        value31 += dy61 * w36_all;
        let dy70: vec4<f32> = dy_2[(dy_at_nb_n_ob + 112) / 4];
        let w07_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 7]);
        value00 += dy70 * w07_all;
        let dy71: vec4<f32> = dy_2[(dy_at_nb_n_ob + 116) / 4];
        value01 += dy71 * w07_all;
        let w17_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 23]);
        value10 += dy70 * w17_all;
        value11 += dy71 * w17_all;
        let w27_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 39]);
        value20 += dy70 * w27_all;
        value21 += dy71 * w27_all;
        let w37_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 55]);
        value30 += dy70 * w37_all;
        value31 += dy71 * w37_all;
        let dy80: vec4<f32> = dy_2[(dy_at_nb_n_ob + 128) / 4];
        let w08_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 8]);
        value00 += dy80 * w08_all;
        let dy81: vec4<f32> = dy_2[(dy_at_nb_n_ob + 132) / 4];
        value01 += dy81 * w08_all;
        let w18_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 24]);
        value10 += dy80 * w18_all;
        value11 += dy81 * w18_all;
        let w28_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 40]);
        value20 += dy80 * w28_all;
        value21 += dy81 * w28_all;
        let w38_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 56]);
        value30 += dy80 * w38_all;
        value31 += dy81 * w38_all;
        let dy90: vec4<f32> = dy_2[(dy_at_nb_n_ob + 144) / 4];
        let w09_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 9]);
        value00 += dy90 * w09_all;
        let dy91: vec4<f32> = dy_2[(dy_at_nb_n_ob + 148) / 4];
        value01 += dy91 * w09_all;
        let w19_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 25]);
        value10 += dy90 * w19_all;
        value11 += dy91 * w19_all;
        let w29_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 41]);
        value20 += dy90 * w29_all;
        value21 += dy91 * w29_all;
        let w39_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 57]);
        value30 += dy90 * w39_all;
        value31 += dy91 * w39_all;
        let dy_10_0: vec4<f32> = dy_2[(dy_at_nb_n_ob + 160) / 4];
        let w_0_10_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 10]);
        value00 += dy_10_0 * w_0_10_all;
        let dy_10_1: vec4<f32> = dy_2[(dy_at_nb_n_ob + 164) / 4];
        value01 += dy_10_1 * w_0_10_all;
        let w_1_10_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 26]);
        value10 += dy_10_0 * w_1_10_all;
        value11 += dy_10_1 * w_1_10_all;
        let w_2_10_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 42]);
        value20 += dy_10_0 * w_2_10_all;
        value21 += dy_10_1 * w_2_10_all;
        let w_3_10_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 58]);
        value30 += dy_10_0 * w_3_10_all;
        value31 += dy_10_1 * w_3_10_all;
        let dy_11_0: vec4<f32> = dy_2[(dy_at_nb_n_ob + 176) / 4];
        let w_0_11_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 11]);
        value00 += dy_11_0 * w_0_11_all;
        let dy_11_1: vec4<f32> = dy_2[(dy_at_nb_n_ob + 180) / 4];
        value01 += dy_11_1 * w_0_11_all;
        let w_1_11_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 27]);
        value10 += dy_11_0 * w_1_11_all;
        value11 += dy_11_1 * w_1_11_all;
        let w_2_11_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 43]);
        value20 += dy_11_0 * w_2_11_all;
        value21 += dy_11_1 * w_2_11_all;
        let w_3_11_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 59]);
        value30 += dy_11_0 * w_3_11_all;
        value31 += dy_11_1 * w_3_11_all;
        let dy_12_0: vec4<f32> = dy_2[(dy_at_nb_n_ob + 192) / 4];
        let w_0_12_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 12]);
        value00 += dy_12_0 * w_0_12_all;
        let dy_12_1: vec4<f32> = dy_2[(dy_at_nb_n_ob + 196) / 4];
        value01 += dy_12_1 * w_0_12_all;
        let w_1_12_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 28]);
        value10 += dy_12_0 * w_1_12_all;
        value11 += dy_12_1 * w_1_12_all;
        let w_2_12_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 44]);
        value20 += dy_12_0 * w_2_12_all;
        value21 += dy_12_1 * w_2_12_all;
        let w_3_12_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 60]);
        value30 += dy_12_0 * w_3_12_all;
        value31 += dy_12_1 * w_3_12_all;
        let dy_13_0: vec4<f32> = dy_2[(dy_at_nb_n_ob + 208) / 4];
        let w_0_13_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 13]);
        value00 += dy_13_0 * w_0_13_all;
        let dy_13_1: vec4<f32> = dy_2[(dy_at_nb_n_ob + 212) / 4];
        value01 += dy_13_1 * w_0_13_all;
        let w_1_13_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 29]);
        value10 += dy_13_0 * w_1_13_all;
        value11 += dy_13_1 * w_1_13_all;
        let w_2_13_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 45]);
        value20 += dy_13_0 * w_2_13_all;
        value21 += dy_13_1 * w_2_13_all;
        let w_3_13_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 61]);
        value30 += dy_13_0 * w_3_13_all;
        value31 += dy_13_1 * w_3_13_all;
        let dy_14_0: vec4<f32> = dy_2[(dy_at_nb_n_ob + 224) / 4];
        let w_0_14_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 14]);
        value00 += dy_14_0 * w_0_14_all;
        let dy_14_1: vec4<f32> = dy_2[(dy_at_nb_n_ob + 228) / 4];
        value01 += dy_14_1 * w_0_14_all;
        let w_1_14_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 30]);
        value10 += dy_14_0 * w_1_14_all;
        value11 += dy_14_1 * w_1_14_all;
        let w_2_14_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 46]);
        value20 += dy_14_0 * w_2_14_all;
        value21 += dy_14_1 * w_2_14_all;
        let w_3_14_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 62]);
        value30 += dy_14_0 * w_3_14_all;
        value31 += dy_14_1 * w_3_14_all;
        let dy_15_0: vec4<f32> = dy_2[(dy_at_nb_n_ob + 240) / 4];
        let w_0_15_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 15]);
        value00 += dy_15_0 * w_0_15_all;
        let dy_15_1: vec4<f32> = dy_2[(dy_at_nb_n_ob + 244) / 4];
        value01 += dy_15_1 * w_0_15_all;
        let w_1_15_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 31]);
        value10 += dy_15_0 * w_1_15_all;
        value11 += dy_15_1 * w_1_15_all;
        let w_2_15_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 47]);
        value20 += dy_15_0 * w_2_15_all;
        value21 += dy_15_1 * w_2_15_all;
        let w_3_15_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + 63]);
        value30 += dy_15_0 * w_3_15_all;
        value31 += dy_15_1 * w_3_15_all;
      }

      // finish
      let y00: vec4<f32> = y[(y_at_nb_i + n) / 4];
      let y01: vec4<f32> = y[(y_at_nb_i + n + 4) / 4];
      dx[(y_at_nb_i + n) / 4] = select(value00, vec4<f32>(0f), y00 <= vec4<f32>(0f));
      dx[(y_at_nb_i + n + 4) / 4] = select(value01, vec4<f32>(0f), y01 <= vec4<f32>(0f));
      let y10: vec4<f32> = y[(y_at_nb_i + n + 16) / 4];
      let y11: vec4<f32> = y[(y_at_nb_i + n + 20) / 4];
      dx[(y_at_nb_i + n + 16) / 4] = select(value10, vec4<f32>(0f), y10 <= vec4<f32>(0f));
      dx[(y_at_nb_i + n + 20) / 4] = select(value11, vec4<f32>(0f), y11 <= vec4<f32>(0f));
      let y20: vec4<f32> = y[(y_at_nb_i + n + 32) / 4];
      let y21: vec4<f32> = y[(y_at_nb_i + n + 36) / 4];
      dx[(y_at_nb_i + n + 32) / 4] = select(value20, vec4<f32>(0f), y20 <= vec4<f32>(0f));
      dx[(y_at_nb_i + n + 36) / 4] = select(value21, vec4<f32>(0f), y21 <= vec4<f32>(0f));
      let y30: vec4<f32> = y[(y_at_nb_i + n + 48) / 4];
      let y31: vec4<f32> = y[(y_at_nb_i + n + 52) / 4];
      dx[(y_at_nb_i + n + 48) / 4] = select(value30, vec4<f32>(0f), y30 <= vec4<f32>(0f));
      dx[(y_at_nb_i + n + 52) / 4] = select(value31, vec4<f32>(0f), y31 <= vec4<f32>(0f));
    }
  }
  {
    if (point >= 12672 && point < 20864) {
      let ib = (point - 12672) / 1024;
      let nb = (point - 12672) / 256 % 4;
      let n = (point - 12672) / 16 % 16;
      let i = (point - 12672) % 16;
      let x_at_nb: i32 = nb * 2048;
      let x_at_nb_ib: i32 = x_at_nb + ib * 256;
      let x_at_nb_ib_i: i32 = x_at_nb_ib + i * 16;
      let y_at_ib: i32 = ib * 1024;
      let y_at_ib_nb: i32 = y_at_ib + nb * 256;
      let y_at_ib_nb_n: i32 = y_at_ib_nb + n * 16;
      let x_nbibin: f32 = x_2[x_at_nb_ib_i + n];
      y_2[y_at_ib_nb_n + i] = x_nbibin;
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (point >= 20864 && point < 20992) {
      let o = (point - 20864);
      let dy_at_o: i32 = o * 16;

      // seed
      var db: f32 = 0f;

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let dy_at_o_nb: i32 = dy_at_o + nb * 2048;
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
