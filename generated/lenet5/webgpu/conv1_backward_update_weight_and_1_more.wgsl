// kernel    conv1_backward_update_weight   dw = sum over n of dw_lanes[o,c,r,s,n]
//           gradient = dw + l2 * w[o,c,r,s]
//           g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           and 5 more
// shape     o = 6, c = 1, r = 5, s = 5, n = 16   (f32)
// schedule  unroll n 16 · grid o, c, r, s
// cost      4.7 kFLOP · 11.4 kB read · 1800 B written · 0.4 FLOP/B · 1 accumulator
// source    kernels/conv2d.ts + kernels/adam.ts sha256:5aae0bbf   regenerate: deno task generate specs/lenet5.json
// kernel    conv1_backward_update_bias   db = sum over n of db_lanes[o,n]
//           g = if abs(db) < 8.881784e-16 then 0 else db
//           mean = if abs(beta1 * m[o] + beta1_rest * g) < 8.881784e-16 then 0 else beta1 * m[o] + beta1_rest * g
//           and 4 more
// shape     o = 6, n = 16   (f32)
// schedule  unroll n 16 · grid o
// cost      174 FLOP · 456 B read · 72 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/conv2d.ts + kernels/adam.ts sha256:c5abed03   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read_write> m: array<f32>;
@group(1) @binding(1) var<storage, read> dw_lanes: array<f32>;
@group(1) @binding(2) var<storage, read_write> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> v: array<f32>;
@group(1) @binding(4) var<storage, read> params: array<f32>;
@group(1) @binding(5) var<storage, read_write> m_2: array<f32>;
@group(1) @binding(6) var<storage, read> db_lanes: array<f32>;
@group(1) @binding(7) var<storage, read_write> v_2: array<f32>;
@group(1) @binding(8) var<storage, read_write> w_2: array<f32>;

@compute @workgroup_size(64) // 4 workgroups
fn conv1_backward_update_weight_and_1_more(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (point < 150) {
      let o = point / 25;
      let r = point / 5 % 5;
      let s = point % 5;
      let dw_lanes_at_o: i32 = o * 400;
      let dw_lanes_at_o_r: i32 = dw_lanes_at_o + r * 80;
      let dw_lanes_at_o_r_s: i32 = dw_lanes_at_o_r + s * 16;
      let m_at_o: i32 = o * 25;
      let m_at_o_r: i32 = m_at_o + r * 5;

      // seed
      var dw: f32 = 0f;

      // reduce
      let dw_lanes0: f32 = dw_lanes[dw_lanes_at_o_r_s];
      dw += dw_lanes0;
      let dw_lanes1: f32 = dw_lanes[dw_lanes_at_o_r_s + 1];
      dw += dw_lanes1;
      let dw_lanes2: f32 = dw_lanes[dw_lanes_at_o_r_s + 2];
      dw += dw_lanes2;
      let dw_lanes3: f32 = dw_lanes[dw_lanes_at_o_r_s + 3];
      dw += dw_lanes3;
      let dw_lanes4: f32 = dw_lanes[dw_lanes_at_o_r_s + 4];
      dw += dw_lanes4;
      let dw_lanes5: f32 = dw_lanes[dw_lanes_at_o_r_s + 5];
      dw += dw_lanes5;
      let dw_lanes6: f32 = dw_lanes[dw_lanes_at_o_r_s + 6];
      dw += dw_lanes6;
      let dw_lanes7: f32 = dw_lanes[dw_lanes_at_o_r_s + 7];
      dw += dw_lanes7;
      let dw_lanes8: f32 = dw_lanes[dw_lanes_at_o_r_s + 8];
      dw += dw_lanes8;
      let dw_lanes9: f32 = dw_lanes[dw_lanes_at_o_r_s + 9];
      dw += dw_lanes9;
      let dw_lanes_10: f32 = dw_lanes[dw_lanes_at_o_r_s + 10];
      dw += dw_lanes_10;
      let dw_lanes_11: f32 = dw_lanes[dw_lanes_at_o_r_s + 11];
      dw += dw_lanes_11;
      let dw_lanes_12: f32 = dw_lanes[dw_lanes_at_o_r_s + 12];
      dw += dw_lanes_12;
      let dw_lanes_13: f32 = dw_lanes[dw_lanes_at_o_r_s + 13];
      dw += dw_lanes_13;
      let dw_lanes_14: f32 = dw_lanes[dw_lanes_at_o_r_s + 14];
      dw += dw_lanes_14;
      let dw_lanes_15: f32 = dw_lanes[dw_lanes_at_o_r_s + 15];
      dw += dw_lanes_15;

      // finish
      let m_ocrs: f32 = m[m_at_o_r + s];
      let w_ocrs: f32 = w[m_at_o_r + s];
      let v_ocrs: f32 = v[m_at_o_r + s];
      let beta1: f32 = params[params_at_step + 1];
      let beta1_rest: f32 = params[params_at_step + 2];
      let l2: f32 = params[params_at_step + 3];
      let gradient: f32 = dw + l2 * w_ocrs;
      let g: f32 = select(gradient, 0f, abs(gradient) < 8.881784197001252e-16f);
      let t: f32 = beta1 * m_ocrs + beta1_rest * g;
      let mean: f32 = select(t, 0f, abs(t) < 8.881784197001252e-16f);
      let beta2: f32 = params[params_at_step + 4];
      let beta2_rest: f32 = params[params_at_step + 5];
      let t_2: f32 = beta2 * v_ocrs + beta2_rest * g * g;
      let square: f32 = select(t_2, 0f, abs(t_2) < 7.888609052210118e-31f);
      let step_size: f32 = params[params_at_step + 6];
      let v_scale: f32 = params[params_at_step + 7];
      let epsilon: f32 = params[params_at_step + 8];
      m[m_at_o_r + s] = mean;
      v[m_at_o_r + s] = square;
      w[m_at_o_r + s] = w_ocrs - step_size * mean / (sqrt(square) * v_scale + epsilon);
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (point >= 192 && point < 198) {
      let o = (point - 192);
      let db_lanes_at_o: i32 = o * 16;

      // seed
      var db: f32 = 0f;

      // reduce
      let db_lanes0: f32 = db_lanes[db_lanes_at_o];
      db += db_lanes0;
      let db_lanes1: f32 = db_lanes[db_lanes_at_o + 1];
      db += db_lanes1;
      let db_lanes2: f32 = db_lanes[db_lanes_at_o + 2];
      db += db_lanes2;
      let db_lanes3: f32 = db_lanes[db_lanes_at_o + 3];
      db += db_lanes3;
      let db_lanes4: f32 = db_lanes[db_lanes_at_o + 4];
      db += db_lanes4;
      let db_lanes5: f32 = db_lanes[db_lanes_at_o + 5];
      db += db_lanes5;
      let db_lanes6: f32 = db_lanes[db_lanes_at_o + 6];
      db += db_lanes6;
      let db_lanes7: f32 = db_lanes[db_lanes_at_o + 7];
      db += db_lanes7;
      let db_lanes8: f32 = db_lanes[db_lanes_at_o + 8];
      db += db_lanes8;
      let db_lanes9: f32 = db_lanes[db_lanes_at_o + 9];
      db += db_lanes9;
      let db_lanes_10: f32 = db_lanes[db_lanes_at_o + 10];
      db += db_lanes_10;
      let db_lanes_11: f32 = db_lanes[db_lanes_at_o + 11];
      db += db_lanes_11;
      let db_lanes_12: f32 = db_lanes[db_lanes_at_o + 12];
      db += db_lanes_12;
      let db_lanes_13: f32 = db_lanes[db_lanes_at_o + 13];
      db += db_lanes_13;
      let db_lanes_14: f32 = db_lanes[db_lanes_at_o + 14];
      db += db_lanes_14;
      let db_lanes_15: f32 = db_lanes[db_lanes_at_o + 15];
      db += db_lanes_15;

      // finish
      let m_o: f32 = m_2[o];
      let v_o: f32 = v_2[o];
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
      m_2[o] = mean;
      v_2[o] = square;
      w_2[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
    }
  }
}
