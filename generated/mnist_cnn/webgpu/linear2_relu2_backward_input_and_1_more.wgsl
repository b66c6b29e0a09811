// kernel    linear2_relu2_backward_input   value = sum over o of dy[nb,o,n] * w[ib,o,i]
//           dx[nb,16ib+i,n] = if y[nb,16ib+i,n] <= 0 then 0 else value
// shape     nb = 4, ib = 8, i = 16, n = 16, o = 10   (f32)
// schedule  tile i 4, n 2 · unroll o 10 · vectorize n · grid nb, ib, i, n
// cost      163.8 kFLOP · 40.4 kB read · 32.8 kB written · 2.2 FLOP/B · 8 accumulators
// source    kernels/linear.ts + kernels/relu.ts sha256:59ca9c29   regenerate: deno task generate specs/mnist_cnn.json
// kernel    linear2_backward_update_bias   db = sum over nb,n of dy[nb,o,n]
//           g = if abs(db) < 8.881784e-16 then 0 else db
//           mean = if abs(beta1 * m[o] + beta1_rest * g) < 8.881784e-16 then 0 else beta1 * m[o] + beta1_rest * g
//           and 4 more
// shape     o = 10, nb = 4, n = 16   (f32)
// schedule  unroll n 16 · grid o
// cost      770 FLOP · 2680 B read · 120 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/linear.ts + kernels/adam.ts sha256:b2621302   regenerate: deno task generate specs/mnist_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> dx: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read_write> m: array<f32>;
@group(1) @binding(5) var<storage, read> dy_2: array<f32>;
@group(1) @binding(6) var<storage, read_write> v: array<f32>;
@group(1) @binding(7) var<storage, read_write> w_2: array<f32>;
@group(1) @binding(8) var<storage, read> params: array<f32>;

@compute @workgroup_size(64) // 5 workgroups
fn linear2_relu2_backward_input_and_1_more(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  {
    if (point < 256) {
      let nb = point / 64;
      let ib = point / 8 % 8;
      let i = (point / 2 % 4) * 4;
      let n = (point % 2) * 8;
      let dy_at_nb: i32 = nb * 160;
      let w_at_ib: i32 = ib * 160;
      let y_at_nb: i32 = nb * 2048;
      let y_at_nb_ib: i32 = y_at_nb + ib * 256;
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
      let dy00: vec4<f32> = dy[(dy_at_nb + n) / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_ib + i]);
      value00 += dy00 * w00_all;
      let dy01: vec4<f32> = dy[(dy_at_nb + n + 4) / 4];
      value01 += dy01 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 1]);
      value10 += dy00 * w01_all;
      value11 += dy01 * w01_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 2]);
      value20 += dy00 * w02_all;
      value21 += dy01 * w02_all;
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 3]);
      value30 += dy00 * w03_all;
      value31 += dy01 * w03_all;
      let dy10: vec4<f32> = dy[(dy_at_nb + n + 16) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 16]);
      value00 += dy10 * w10_all;
      let dy11: vec4<f32> = dy[(dy_at_nb + n + 20) / 4];
      value01 += dy11 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 17]);
      value10 += dy10 * w11_all;
      value11 += dy11 * w11_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 18]);
      value20 += dy10 * w12_all;
      value21 += dy11 * w12_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 19]);
      value30 += dy10 * w13_all;
      value31 += dy11 * w13_all;
      let dy20: vec4<f32> = dy[(dy_at_nb + n + 32) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 32]);
      value00 += dy20 * w20_all;
      let dy21: vec4<f32> = dy[(dy_at_nb + n + 36) / 4];
      value01 += dy21 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 33]);
      value10 += dy20 * w21_all;
      value11 += dy21 * w21_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 34]);
      value20 += dy20 * w22_all;
      value21 += dy21 * w22_all;
      let w23_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 35]);
      value30 += dy20 * w23_all;
      value31 += dy21 * w23_all;
      let dy30: vec4<f32> = dy[(dy_at_nb + n + 48) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 48]);
      value00 += dy30 * w30_all;
      let dy31: vec4<f32> = dy[(dy_at_nb + n + 52) / 4];
      value01 += dy31 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 49]);
      value10 += dy30 * w31_all;
      value11 += dy31 * w31_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 50]);
      value20 += dy30 * w32_all;
      value21 += dy31 * w32_all;
      let w33_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 51]);
      value30 += dy30 * w33_all;
      value31 += dy31 * w33_all;
      let dy40: vec4<f32> = dy[(dy_at_nb + n + 64) / 4];
      let w40_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 64]);
      value00 += dy40 * w40_all;
      let dy41: vec4<f32> = dy[(dy_at_nb + n + 68) / 4];
      value01 += dy41 * w40_all;
      let w41_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 65]);
      value10 += dy40 * w41_all;
      value11 += dy41 * w41_all;
      let w42_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 66]);
      value20 += dy40 * w42_all;
      value21 += dy41 * w42_all;
      let w43_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 67]);
      value30 += dy40 * w43_all;
      value31 += dy41 * w43_all;
      let dy50: vec4<f32> = dy[(dy_at_nb + n + 80) / 4];
      let w50_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 80]);
      value00 += dy50 * w50_all;
      let dy51: vec4<f32> = dy[(dy_at_nb + n + 84) / 4];
      value01 += dy51 * w50_all;
      let w51_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 81]);
      value10 += dy50 * w51_all;
      value11 += dy51 * w51_all;
      let w52_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 82]);
      value20 += dy50 * w52_all;
      value21 += dy51 * w52_all;
      let w53_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 83]);
      value30 += dy50 * w53_all;
      value31 += dy51 * w53_all;
      let dy60: vec4<f32> = dy[(dy_at_nb + n + 96) / 4];
      let w60_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 96]);
      value00 += dy60 * w60_all;
      let dy61: vec4<f32> = dy[(dy_at_nb + n + 100) / 4];
      value01 += dy61 * w60_all;
      let w61_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 97]);
      value10 += dy60 * w61_all;
      value11 += dy61 * w61_all;
      let w62_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 98]);
      value20 += dy60 * w62_all;
      value21 += dy61 * w62_all;
      let w63_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 99]);
      value30 += dy60 * w63_all;
      value31 += dy61 * w63_all;
      let dy70: vec4<f32> = dy[(dy_at_nb + n + 112) / 4];
      let w70_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 112]);
      value00 += dy70 * w70_all;
      let dy71: vec4<f32> = dy[(dy_at_nb + n + 116) / 4];
      value01 += dy71 * w70_all;
      let w71_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 113]);
      value10 += dy70 * w71_all;
      value11 += dy71 * w71_all;
      let w72_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 114]);
      value20 += dy70 * w72_all;
      value21 += dy71 * w72_all;
      let w73_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 115]);
      value30 += dy70 * w73_all;
      value31 += dy71 * w73_all;
      let dy80: vec4<f32> = dy[(dy_at_nb + n + 128) / 4];
      let w80_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 128]);
      value00 += dy80 * w80_all;
      let dy81: vec4<f32> = dy[(dy_at_nb + n + 132) / 4];
      value01 += dy81 * w80_all;
      let w81_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 129]);
      value10 += dy80 * w81_all;
      value11 += dy81 * w81_all;
      let w82_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 130]);
      value20 += dy80 * w82_all;
      value21 += dy81 * w82_all;
      let w83_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 131]);
      value30 += dy80 * w83_all;
      value31 += dy81 * w83_all;
      let dy90: vec4<f32> = dy[(dy_at_nb + n + 144) / 4];
      let w90_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 144]);
      value00 += dy90 * w90_all;
      let dy91: vec4<f32> = dy[(dy_at_nb + n + 148) / 4];
      value01 += dy91 * w90_all;
      let w91_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 145]);
      value10 += dy90 * w91_all;
      value11 += dy91 * w91_all;
      let w92_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 146]);
      value20 += dy90 * w92_all;
      value21 += dy91 * w92_all;
      let w93_all: vec4<f32> = vec4<f32>(w[w_at_ib + i + 147]);
      value30 += dy90 * w93_all;
      value31 += dy91 * w93_all;

      // finish
      let y00: vec4<f32> = y[(y_at_nb_ib_i + n) / 4];
      let y01: vec4<f32> = y[(y_at_nb_ib_i + n + 4) / 4];
      dx[(y_at_nb_ib_i + n) / 4] = select(value00, vec4<f32>(0f), y00 <= vec4<f32>(0f));
      dx[(y_at_nb_ib_i + n + 4) / 4] = select(value01, vec4<f32>(0f), y01 <= vec4<f32>(0f));
      let y10: vec4<f32> = y[(y_at_nb_ib_i + n + 16) / 4];
      let y11: vec4<f32> = y[(y_at_nb_ib_i + n + 20) / 4];
      dx[(y_at_nb_ib_i + n + 16) / 4] = select(value10, vec4<f32>(0f), y10 <= vec4<f32>(0f));
      dx[(y_at_nb_ib_i + n + 20) / 4] = select(value11, vec4<f32>(0f), y11 <= vec4<f32>(0f));
      let y20: vec4<f32> = y[(y_at_nb_ib_i + n + 32) / 4];
      let y21: vec4<f32> = y[(y_at_nb_ib_i + n + 36) / 4];
      dx[(y_at_nb_ib_i + n + 32) / 4] = select(value20, vec4<f32>(0f), y20 <= vec4<f32>(0f));
      dx[(y_at_nb_ib_i + n + 36) / 4] = select(value21, vec4<f32>(0f), y21 <= vec4<f32>(0f));
      let y30: vec4<f32> = y[(y_at_nb_ib_i + n + 48) / 4];
      let y31: vec4<f32> = y[(y_at_nb_ib_i + n + 52) / 4];
      dx[(y_at_nb_ib_i + n + 48) / 4] = select(value30, vec4<f32>(0f), y30 <= vec4<f32>(0f));
      dx[(y_at_nb_ib_i + n + 52) / 4] = select(value31, vec4<f32>(0f), y31 <= vec4<f32>(0f));
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (point >= 256 && point < 266) {
      let o = (point - 256);
      let dy_at_o: i32 = o * 16;

      // seed
      var db: f32 = 0f;

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let dy_at_o_nb: i32 = dy_at_o + nb * 160;
        let dy0: f32 = dy_2[dy_at_o_nb];
        db += dy0;
        let dy1: f32 = dy_2[dy_at_o_nb + 1];
        db += dy1;
        let dy2: f32 = dy_2[dy_at_o_nb + 2];
        db += dy2;
        let dy3: f32 = dy_2[dy_at_o_nb + 3];
        db += dy3;
        let dy4: f32 = dy_2[dy_at_o_nb + 4];
        db += dy4;
        let dy5: f32 = dy_2[dy_at_o_nb + 5];
        db += dy5;
        let dy6: f32 = dy_2[dy_at_o_nb + 6];
        db += dy6;
        let dy7: f32 = dy_2[dy_at_o_nb + 7];
        db += dy7;
        let dy8: f32 = dy_2[dy_at_o_nb + 8];
        db += dy8;
        let dy9: f32 = dy_2[dy_at_o_nb + 9];
        db += dy9;
        let dy_10: f32 = dy_2[dy_at_o_nb + 10];
        db += dy_10;
        let dy_11: f32 = dy_2[dy_at_o_nb + 11];
        db += dy_11;
        let dy_12: f32 = dy_2[dy_at_o_nb + 12];
        db += dy_12;
        let dy_13: f32 = dy_2[dy_at_o_nb + 13];
        db += dy_13;
        let dy_14: f32 = dy_2[dy_at_o_nb + 14];
        db += dy_14;
        let dy_15: f32 = dy_2[dy_at_o_nb + 15];
        db += dy_15;
      }

      // finish
      let m_o: f32 = m[o];
      let v_o: f32 = v[o];
      let w_o: f32 = w_2[o];
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
      m[o] = mean;
      v[o] = square;
      w_2[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
    }
  }
}
