// kernel    conv2_backward_update_weight   dw = sum over n of dw_lanes[o,c,r,s,n]
//           gradient = dw + l2 * w[o,c,r,s]
//           g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           and 5 more
// shape     o = 16, c = 6, r = 5, s = 5, n = 16   (f32)
// schedule  tile o 2, c 2 · unroll n 16 · grid o, c, r, s
// cost      74.4 kFLOP · 182.4 kB read · 28.8 kB written · 0.4 FLOP/B · 4 accumulators
// source    kernels/conv2d.ts + kernels/adam.ts sha256:a1e851ee   regenerate: deno task generate specs/lenet5.json
// kernel    conv2_backward_update_bias   db = sum over n of db_lanes[o,n]
//           g = if abs(db) < 8.881784e-16 then 0 else db
//           mean = if abs(beta1 * m[o] + beta1_rest * g) < 8.881784e-16 then 0 else beta1 * m[o] + beta1_rest * g
//           and 4 more
// shape     o = 16, n = 16   (f32)
// schedule  unroll n 16 · grid o
// cost      464 FLOP · 1216 B read · 192 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/conv2d.ts + kernels/adam.ts sha256:169bffb8   regenerate: deno task generate specs/lenet5.json
// kernel    pool1_tanh1_conv1_backward_weight_lanes   value = dy[nb,o,i,j,n] * 0.25
//           dw_lanes[o,c,r,s,n] = sum over nb,i,j of value * (1 - y[nb,o,2i,2j,n] * y[nb,o,2i,2j,n]) * x[nb,c,2i+r-2,2j+s-2,n] + value * (1 - y[nb,o,2i,2j+1,n] *…
// shape     o = 6, c = 1, r = 5, s = 5, n = 16, nb = 4, i = 14, j = 14   (f32)
// schedule  tile o 2 · unroll j 4 · vectorize n · grid o, c, r, s, n
// cost      39.5 MFLOP · 1.7 MB read · 9600 B written · 23 FLOP/B · 2 accumulators
// source    kernels/avg_pool2d.ts + kernels/tanh.ts + kernels/conv2d.ts sha256:2eebf27b   regenerate: deno task generate specs/lenet5.json
// kernel    pool1_tanh1_conv1_backward_bias_lanes   value = dy[nb,o,i,j,n] * 0.25
//           db_lanes[o,n] = sum over nb,i,j of value * (1 - y[nb,o,2i,2j,n] * y[nb,o,2i,2j,n]) + value * (1 - y[nb,o,2i,2j+1,n] * y[nb,o,2i,2j+1,n]) + value * (1…
// shape     o = 6, n = 16, nb = 4, i = 14, j = 14   (f32)
// schedule  unroll j 7 · vectorize n · grid o, n
// cost      1.3 MFLOP · 1.5 MB read · 384 B written · 0.8 FLOP/B · 1 accumulator
// source    kernels/avg_pool2d.ts + kernels/tanh.ts + kernels/conv2d.ts sha256:918faca6   regenerate: deno task generate specs/lenet5.json
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
@group(1) @binding(9) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(10) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(11) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(12) var<storage, read_write> dw_lanes_2: array<vec4<f32>>;
@group(1) @binding(13) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(14) var<storage, read> y_2: array<vec4<f32>>;
@group(1) @binding(15) var<storage, read_write> db_lanes_2: array<vec4<f32>>;

@compute @workgroup_size(64) // 17 workgroups
fn conv2_backward_update_weight_and_3_more(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (point < 600) {
      let o = (point / 75) * 2;
      let c = (point / 25 % 3) * 2;
      let r = point / 5 % 5;
      let s = point % 5;
      let dw_lanes_at_o: i32 = o * 2400;
      let dw_lanes_at_o_c: i32 = dw_lanes_at_o + c * 400;
      let dw_lanes_at_o_c_r: i32 = dw_lanes_at_o_c + r * 80;
      let dw_lanes_at_o_c_r_s: i32 = dw_lanes_at_o_c_r + s * 16;
      let m_at_o: i32 = o * 150;
      let m_at_o_c: i32 = m_at_o + c * 25;
      let m_at_o_c_r: i32 = m_at_o_c + r * 5;

      // seed
      var dw00: f32 = 0f;
      var dw01: f32 = 0f;
      var dw10: f32 = 0f;
      var dw11: f32 = 0f;

      // reduce
      let dw_lanes000: f32 = dw_lanes[dw_lanes_at_o_c_r_s];
      dw00 += dw_lanes000;
      let dw_lanes010: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 400];
      dw01 += dw_lanes010;
      let dw_lanes100: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2400];
      dw10 += dw_lanes100;
      let dw_lanes110: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2800];
      dw11 += dw_lanes110;
      let dw_lanes001: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 1];
      dw00 += dw_lanes001;
      let dw_lanes011: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 401];
      dw01 += dw_lanes011;
      let dw_lanes101: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2401];
      dw10 += dw_lanes101;
      let dw_lanes111: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2801];
      dw11 += dw_lanes111;
      let dw_lanes002: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2];
      dw00 += dw_lanes002;
      let dw_lanes012: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 402];
      dw01 += dw_lanes012;
      let dw_lanes102: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2402];
      dw10 += dw_lanes102;
      let dw_lanes112: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2802];
      dw11 += dw_lanes112;
      let dw_lanes003: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 3];
      dw00 += dw_lanes003;
      let dw_lanes013: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 403];
      dw01 += dw_lanes013;
      let dw_lanes103: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2403];
      dw10 += dw_lanes103;
      let dw_lanes113: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2803];
      dw11 += dw_lanes113;
      let dw_lanes004: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 4];
      dw00 += dw_lanes004;
      let dw_lanes014: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 404];
      dw01 += dw_lanes014;
      let dw_lanes104: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2404];
      dw10 += dw_lanes104;
      let dw_lanes114: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2804];
      dw11 += dw_lanes114;
      let dw_lanes005: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 5];
      dw00 += dw_lanes005;
      let dw_lanes015: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 405];
      dw01 += dw_lanes015;
      let dw_lanes105: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2405];
      dw10 += dw_lanes105;
      let dw_lanes115: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2805];
      dw11 += dw_lanes115;
      let dw_lanes006: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 6];
      dw00 += dw_lanes006;
      let dw_lanes016: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 406];
      dw01 += dw_lanes016;
      let dw_lanes106: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2406];
      dw10 += dw_lanes106;
      let dw_lanes116: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2806];
      dw11 += dw_lanes116;
      let dw_lanes007: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 7];
      dw00 += dw_lanes007;
      let dw_lanes017: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 407];
      dw01 += dw_lanes017;
      let dw_lanes107: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2407];
      dw10 += dw_lanes107;
      let dw_lanes117: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2807];
      dw11 += dw_lanes117;
      let dw_lanes008: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 8];
      dw00 += dw_lanes008;
      let dw_lanes018: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 408];
      dw01 += dw_lanes018;
      let dw_lanes108: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2408];
      dw10 += dw_lanes108;
      let dw_lanes118: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2808];
      dw11 += dw_lanes118;
      let dw_lanes009: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 9];
      dw00 += dw_lanes009;
      let dw_lanes019: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 409];
      dw01 += dw_lanes019;
      let dw_lanes109: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2409];
      dw10 += dw_lanes109;
      let dw_lanes119: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2809];
      dw11 += dw_lanes119;
      let dw_lanes_0_0_10: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 10];
      dw00 += dw_lanes_0_0_10;
      let dw_lanes_0_1_10: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 410];
      dw01 += dw_lanes_0_1_10;
      let dw_lanes_1_0_10: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2410];
      dw10 += dw_lanes_1_0_10;
      let dw_lanes_1_1_10: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2810];
      dw11 += dw_lanes_1_1_10;
      let dw_lanes_0_0_11: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 11];
      dw00 += dw_lanes_0_0_11;
      let dw_lanes_0_1_11: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 411];
      dw01 += dw_lanes_0_1_11;
      let dw_lanes_1_0_11: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2411];
      dw10 += dw_lanes_1_0_11;
      let dw_lanes_1_1_11: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2811];
      dw11 += dw_lanes_1_1_11;
      let dw_lanes_0_0_12: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 12];
      dw00 += dw_lanes_0_0_12;
      let dw_lanes_0_1_12: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 412];
      dw01 += dw_lanes_0_1_12;
      let dw_lanes_1_0_12: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2412];
      dw10 += dw_lanes_1_0_12;
      let dw_lanes_1_1_12: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2812];
      dw11 += dw_lanes_1_1_12;
      let dw_lanes_0_0_13: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 13];
      dw00 += dw_lanes_0_0_13;
      let dw_lanes_0_1_13: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 413];
      dw01 += dw_lanes_0_1_13;
      let dw_lanes_1_0_13: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2413];
      dw10 += dw_lanes_1_0_13;
      let dw_lanes_1_1_13: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2813];
      dw11 += dw_lanes_1_1_13;
      let dw_lanes_0_0_14: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 14];
      dw00 += dw_lanes_0_0_14;
      let dw_lanes_0_1_14: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 414];
      dw01 += dw_lanes_0_1_14;
      let dw_lanes_1_0_14: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2414];
      dw10 += dw_lanes_1_0_14;
      let dw_lanes_1_1_14: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2814];
      dw11 += dw_lanes_1_1_14;
      let dw_lanes_0_0_15: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 15];
      dw00 += dw_lanes_0_0_15;
      let dw_lanes_0_1_15: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 415];
      dw01 += dw_lanes_0_1_15;
      let dw_lanes_1_0_15: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2415];
      dw10 += dw_lanes_1_0_15;
      let dw_lanes_1_1_15: f32 = dw_lanes[dw_lanes_at_o_c_r_s + 2815];
      dw11 += dw_lanes_1_1_15;

      // finish
      let m00: f32 = m[m_at_o_c_r + s];
      let w00: f32 = w[m_at_o_c_r + s];
      let v00: f32 = v[m_at_o_c_r + s];
      let beta1: f32 = params[params_at_step + 1];
      let beta1_rest: f32 = params[params_at_step + 2];
      let l2: f32 = params[params_at_step + 3];
      let gradient00: f32 = dw00 + l2 * w00;
      let g00: f32 = select(gradient00, 0f, abs(gradient00) < 8.881784197001252e-16f);
      let t00: f32 = beta1 * m00 + beta1_rest * g00;
      let mean00: f32 = select(t00, 0f, abs(t00) < 8.881784197001252e-16f);
      let beta2: f32 = params[params_at_step + 4];
      let beta2_rest: f32 = params[params_at_step + 5];
      let t00_2: f32 = beta2 * v00 + beta2_rest * g00 * g00;
      let square00: f32 = select(t00_2, 0f, abs(t00_2) < 7.888609052210118e-31f);
      let step_size: f32 = params[params_at_step + 6];
      let v_scale: f32 = params[params_at_step + 7];
      let epsilon: f32 = params[params_at_step + 8];
      m[m_at_o_c_r + s] = mean00;
      v[m_at_o_c_r + s] = square00;
      w[m_at_o_c_r + s] = w00 - step_size * mean00 / (sqrt(square00) * v_scale + epsilon);
      let m01: f32 = m[m_at_o_c_r + s + 25];
      let w01: f32 = w[m_at_o_c_r + s + 25];
      let v01: f32 = v[m_at_o_c_r + s + 25];
      let gradient01: f32 = dw01 + l2 * w01;
      let g01: f32 = select(gradient01, 0f, abs(gradient01) < 8.881784197001252e-16f);
      let t01: f32 = beta1 * m01 + beta1_rest * g01;
      let mean01: f32 = select(t01, 0f, abs(t01) < 8.881784197001252e-16f);
      let t01_2: f32 = beta2 * v01 + beta2_rest * g01 * g01;
      let square01: f32 = select(t01_2, 0f, abs(t01_2) < 7.888609052210118e-31f);
      m[m_at_o_c_r + s + 25] = mean01;
      v[m_at_o_c_r + s + 25] = square01;
      w[m_at_o_c_r + s + 25] = w01 - step_size * mean01 / (sqrt(square01) * v_scale + epsilon);
      let m10: f32 = m[m_at_o_c_r + s + 150];
      let w10: f32 = w[m_at_o_c_r + s + 150];
      let v10: f32 = v[m_at_o_c_r + s + 150];
      let gradient10: f32 = dw10 + l2 * w10;
      let g10: f32 = select(gradient10, 0f, abs(gradient10) < 8.881784197001252e-16f);
      let t10: f32 = beta1 * m10 + beta1_rest * g10;
      let mean10: f32 = select(t10, 0f, abs(t10) < 8.881784197001252e-16f);
      let t10_2: f32 = beta2 * v10 + beta2_rest * g10 * g10;
      let square10: f32 = select(t10_2, 0f, abs(t10_2) < 7.888609052210118e-31f);
      m[m_at_o_c_r + s + 150] = mean10;
      v[m_at_o_c_r + s + 150] = square10;
      w[m_at_o_c_r + s + 150] = w10 - step_size * mean10 / (sqrt(square10) * v_scale + epsilon);
      let m11: f32 = m[m_at_o_c_r + s + 175];
      let w11: f32 = w[m_at_o_c_r + s + 175];
      let v11: f32 = v[m_at_o_c_r + s + 175];
      let gradient11: f32 = dw11 + l2 * w11;
      let g11: f32 = select(gradient11, 0f, abs(gradient11) < 8.881784197001252e-16f);
      let t11: f32 = beta1 * m11 + beta1_rest * g11;
      let mean11: f32 = select(t11, 0f, abs(t11) < 8.881784197001252e-16f);
      let t11_2: f32 = beta2 * v11 + beta2_rest * g11 * g11;
      let square11: f32 = select(t11_2, 0f, abs(t11_2) < 7.888609052210118e-31f);
      m[m_at_o_c_r + s + 175] = mean11;
      v[m_at_o_c_r + s + 175] = square11;
      w[m_at_o_c_r + s + 175] = w11 - step_size * mean11 / (sqrt(square11) * v_scale + epsilon);
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (point >= 640 && point < 656) {
      let o = (point - 640);
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
  {
    if (point >= 704 && point < 1004) {
      let o = ((point - 704) / 100) * 2;
      let r = (point - 704) / 20 % 5;
      let s = (point - 704) / 4 % 5;
      let n = ((point - 704) % 4) * 4;
      let dy_at_o: i32 = o * 3136;
      let dy_at_o_n: i32 = dy_at_o + n;
      let y_at_o: i32 = o * 12544;
      let y_at_o_n: i32 = y_at_o + n;
      let x_at_r: i32 = r * 512;
      let x_at_r_s: i32 = x_at_r + s * 16;
      let x_at_r_s_n: i32 = x_at_r_s + n;
      let dw_lanes_at_o: i32 = o * 400;
      let dw_lanes_at_o_r: i32 = dw_lanes_at_o + r * 80;
      let dw_lanes_at_o_r_s: i32 = dw_lanes_at_o_r + s * 16;

      // seed
      var dw_lanes0: vec4<f32> = vec4<f32>(0f);
      var dw_lanes1: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let dy_at_o_n_nb: i32 = dy_at_o_n + nb * 18816;
        let y_at_o_n_nb: i32 = y_at_o_n + nb * 75264;
        let x_at_r_s_n_nb: i32 = x_at_r_s_n + nb * 16384;
        for (var i = 0; i < 14; i += 1) {
          let dy_at_o_n_nb_i: i32 = dy_at_o_n_nb + i * 224;
          let y_at_o_n_nb_i: i32 = y_at_o_n_nb + i * 896;
          let x_at_r_s_n_nb_i: i32 = x_at_r_s_n_nb + i * 1024;
          for (var j = 0; j < 12; j += 4) {
            let dy_at_o_n_nb_i_j: i32 = dy_at_o_n_nb_i + j * 16;
            let y_at_o_n_nb_i_j: i32 = y_at_o_n_nb_i + j * 32;
            let x_at_r_s_n_nb_i_j: i32 = x_at_r_s_n_nb_i + j * 32;
            let dy00: vec4<f32> = dy[dy_at_o_n_nb_i_j / 4];
            let value00: vec4<f32> = dy00 * vec4<f32>(0.25f);
            let y00: vec4<f32> = y[y_at_o_n_nb_i_j / 4];
            let dy00_2: vec4<f32> = value00 * (vec4<f32>(1f) - y00 * y00);
            let x0: vec4<f32> = x[x_at_r_s_n_nb_i_j / 4];
            dw_lanes0 += dy00_2 * x0;
            let dy10: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 3136) / 4];
            let value10: vec4<f32> = dy10 * vec4<f32>(0.25f);
            let y10: vec4<f32> = y[(y_at_o_n_nb_i_j + 12544) / 4];
            let dy10_2: vec4<f32> = value10 * (vec4<f32>(1f) - y10 * y10);
            dw_lanes1 += dy10_2 * x0;
            let y00_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 16) / 4];
            let dy00_3: vec4<f32> = value00 * (vec4<f32>(1f) - y00_2 * y00_2);
            let x0_2: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 16) / 4];
            dw_lanes0 += dy00_3 * x0_2;
            let y10_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 12560) / 4];
            let dy10_3: vec4<f32> = value10 * (vec4<f32>(1f) - y10_2 * y10_2);
            dw_lanes1 += dy10_3 * x0_2;
            let y00_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 448) / 4];
            let dy00_4: vec4<f32> = value00 * (vec4<f32>(1f) - y00_3 * y00_3);
            let x0_3: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 512) / 4];
            dw_lanes0 += dy00_4 * x0_3;
            let y10_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 12992) / 4];
            let dy10_4: vec4<f32> = value10 * (vec4<f32>(1f) - y10_3 * y10_3);
            dw_lanes1 += dy10_4 * x0_3;
            let y00_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 464) / 4];
            let dy00_5: vec4<f32> = value00 * (vec4<f32>(1f) - y00_4 * y00_4);
            let x0_4: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 528) / 4];
            dw_lanes0 += dy00_5 * x0_4;
            let y10_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 13008) / 4];
            let dy10_5: vec4<f32> = value10 * (vec4<f32>(1f) - y10_4 * y10_4);
            dw_lanes1 += dy10_5 * x0_4;
            let dy01: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 16) / 4];
            let value01: vec4<f32> = dy01 * vec4<f32>(0.25f);
            let y02: vec4<f32> = y[(y_at_o_n_nb_i_j + 32) / 4];
            let dy01_2: vec4<f32> = value01 * (vec4<f32>(1f) - y02 * y02);
            let x2: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 32) / 4];
            dw_lanes0 += dy01_2 * x2;
            let dy11: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 3152) / 4];
            let value11: vec4<f32> = dy11 * vec4<f32>(0.25f);
            let y12: vec4<f32> = y[(y_at_o_n_nb_i_j + 12576) / 4];
            let dy11_2: vec4<f32> = value11 * (vec4<f32>(1f) - y12 * y12);
            dw_lanes1 += dy11_2 * x2;
            let y02_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 48) / 4];
            let dy01_3: vec4<f32> = value01 * (vec4<f32>(1f) - y02_2 * y02_2);
            let x2_2: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 48) / 4];
            dw_lanes0 += dy01_3 * x2_2;
            let y12_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 12592) / 4];
            let dy11_3: vec4<f32> = value11 * (vec4<f32>(1f) - y12_2 * y12_2);
            dw_lanes1 += dy11_3 * x2_2;
            let y02_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 480) / 4];
            let dy01_4: vec4<f32> = value01 * (vec4<f32>(1f) - y02_3 * y02_3);
            let x2_3: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 544) / 4];
            dw_lanes0 += dy01_4 * x2_3;
            let y12_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 13024) / 4];
            let dy11_4: vec4<f32> = value11 * (vec4<f32>(1f) - y12_3 * y12_3);
            dw_lanes1 += dy11_4 * x2_3;
            let y02_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 496) / 4];
            let dy01_5: vec4<f32> = value01 * (vec4<f32>(1f) - y02_4 * y02_4);
            let x2_4: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 560) / 4];
            dw_lanes0 += dy01_5 * x2_4;
            let y12_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 13040) / 4];
            let dy11_5: vec4<f32> = value11 * (vec4<f32>(1f) - y12_4 * y12_4);
            dw_lanes1 += dy11_5 * x2_4;
            let dy02: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 32) / 4];
            let value02: vec4<f32> = dy02 * vec4<f32>(0.25f);
            let y04: vec4<f32> = y[(y_at_o_n_nb_i_j + 64) / 4];
            let dy02_2: vec4<f32> = value02 * (vec4<f32>(1f) - y04 * y04);
            let x4: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 64) / 4];
            dw_lanes0 += dy02_2 * x4;
            let dy12: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 3168) / 4];
            let value12: vec4<f32> = dy12 * vec4<f32>(0.25f);
            let y14: vec4<f32> = y[(y_at_o_n_nb_i_j + 12608) / 4];
            let dy12_2: vec4<f32> = value12 * (vec4<f32>(1f) - y14 * y14);
            dw_lanes1 += dy12_2 * x4;
            let y04_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 80) / 4];
            let dy02_3: vec4<f32> = value02 * (vec4<f32>(1f) - y04_2 * y04_2);
            let x4_2: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 80) / 4];
            dw_lanes0 += dy02_3 * x4_2;
            let y14_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 12624) / 4];
            let dy12_3: vec4<f32> = value12 * (vec4<f32>(1f) - y14_2 * y14_2);
            dw_lanes1 += dy12_3 * x4_2;
            let y04_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 512) / 4];
            let dy02_4: vec4<f32> = value02 * (vec4<f32>(1f) - y04_3 * y04_3);
            let x4_3: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 576) / 4];
            dw_lanes0 += dy02_4 * x4_3;
            let y14_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 13056) / 4];
            let dy12_4: vec4<f32> = value12 * (vec4<f32>(1f) - y14_3 * y14_3);
            dw_lanes1 += dy12_4 * x4_3;
            let y04_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 528) / 4];
            let dy02_5: vec4<f32> = value02 * (vec4<f32>(1f) - y04_4 * y04_4);
            let x4_4: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 592) / 4];
            dw_lanes0 += dy02_5 * x4_4;
            let y14_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 13072) / 4];
            let dy12_5: vec4<f32> = value12 * (vec4<f32>(1f) - y14_4 * y14_4);
            dw_lanes1 += dy12_5 * x4_4;
            let dy03: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 48) / 4];
            let value03: vec4<f32> = dy03 * vec4<f32>(0.25f);
            let y06: vec4<f32> = y[(y_at_o_n_nb_i_j + 96) / 4];
            let dy03_2: vec4<f32> = value03 * (vec4<f32>(1f) - y06 * y06);
            let x6: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 96) / 4];
            dw_lanes0 += dy03_2 * x6;
            let dy13: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 3184) / 4];
            let value13: vec4<f32> = dy13 * vec4<f32>(0.25f);
            let y16: vec4<f32> = y[(y_at_o_n_nb_i_j + 12640) / 4];
            let dy13_2: vec4<f32> = value13 * (vec4<f32>(1f) - y16 * y16);
            dw_lanes1 += dy13_2 * x6;
            let y06_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 112) / 4];
            let dy03_3: vec4<f32> = value03 * (vec4<f32>(1f) - y06_2 * y06_2);
            let x6_2: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 112) / 4];
            dw_lanes0 += dy03_3 * x6_2;
            let y16_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 12656) / 4];
            let dy13_3: vec4<f32> = value13 * (vec4<f32>(1f) - y16_2 * y16_2);
            dw_lanes1 += dy13_3 * x6_2;
            let y06_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 544) / 4];
            let dy03_4: vec4<f32> = value03 * (vec4<f32>(1f) - y06_3 * y06_3);
            let x6_3: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 608) / 4];
            dw_lanes0 += dy03_4 * x6_3;
            let y16_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 13088) / 4];
            let dy13_4: vec4<f32> = value13 * (vec4<f32>(1f) - y16_3 * y16_3);
            dw_lanes1 += dy13_4 * x6_3;
            let y06_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 560) / 4];
            let dy03_5: vec4<f32> = value03 * (vec4<f32>(1f) - y06_4 * y06_4);
            let x6_4: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 624) / 4];
            dw_lanes0 += dy03_5 * x6_4;
            let y16_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 13104) / 4];
            let dy13_5: vec4<f32> = value13 * (vec4<f32>(1f) - y16_4 * y16_4);
            dw_lanes1 += dy13_5 * x6_4;
          }
          {
            let dy00: vec4<f32> = dy[(dy_at_o_n_nb_i + 192) / 4];
            let value00: vec4<f32> = dy00 * vec4<f32>(0.25f);
            let y00: vec4<f32> = y[(y_at_o_n_nb_i + 384) / 4];
            let dy00_2: vec4<f32> = value00 * (vec4<f32>(1f) - y00 * y00);
            let x0: vec4<f32> = x[(x_at_r_s_n_nb_i + 384) / 4];
            dw_lanes0 += dy00_2 * x0;
            let dy10: vec4<f32> = dy[(dy_at_o_n_nb_i + 3328) / 4];
            let value10: vec4<f32> = dy10 * vec4<f32>(0.25f);
            let y10: vec4<f32> = y[(y_at_o_n_nb_i + 12928) / 4];
            let dy10_2: vec4<f32> = value10 * (vec4<f32>(1f) - y10 * y10);
            dw_lanes1 += dy10_2 * x0;
            let y00_2: vec4<f32> = y[(y_at_o_n_nb_i + 400) / 4];
            let dy00_3: vec4<f32> = value00 * (vec4<f32>(1f) - y00_2 * y00_2);
            let x0_2: vec4<f32> = x[(x_at_r_s_n_nb_i + 400) / 4];
            dw_lanes0 += dy00_3 * x0_2;
            let y10_2: vec4<f32> = y[(y_at_o_n_nb_i + 12944) / 4];
            let dy10_3: vec4<f32> = value10 * (vec4<f32>(1f) - y10_2 * y10_2);
            dw_lanes1 += dy10_3 * x0_2;
            let y00_3: vec4<f32> = y[(y_at_o_n_nb_i + 832) / 4];
            let dy00_4: vec4<f32> = value00 * (vec4<f32>(1f) - y00_3 * y00_3);
            let x0_3: vec4<f32> = x[(x_at_r_s_n_nb_i + 896) / 4];
            dw_lanes0 += dy00_4 * x0_3;
            let y10_3: vec4<f32> = y[(y_at_o_n_nb_i + 13376) / 4];
            let dy10_4: vec4<f32> = value10 * (vec4<f32>(1f) - y10_3 * y10_3);
            dw_lanes1 += dy10_4 * x0_3;
            let y00_4: vec4<f32> = y[(y_at_o_n_nb_i + 848) / 4];
            let dy00_5: vec4<f32> = value00 * (vec4<f32>(1f) - y00_4 * y00_4);
            let x0_4: vec4<f32> = x[(x_at_r_s_n_nb_i + 912) / 4];
            dw_lanes0 += dy00_5 * x0_4;
            let y10_4: vec4<f32> = y[(y_at_o_n_nb_i + 13392) / 4];
            let dy10_5: vec4<f32> = value10 * (vec4<f32>(1f) - y10_4 * y10_4);
            dw_lanes1 += dy10_5 * x0_4;
            let dy01: vec4<f32> = dy[(dy_at_o_n_nb_i + 208) / 4];
            let value01: vec4<f32> = dy01 * vec4<f32>(0.25f);
            let y02: vec4<f32> = y[(y_at_o_n_nb_i + 416) / 4];
            let dy01_2: vec4<f32> = value01 * (vec4<f32>(1f) - y02 * y02);
            let x2: vec4<f32> = x[(x_at_r_s_n_nb_i + 416) / 4];
            dw_lanes0 += dy01_2 * x2;
            let dy11: vec4<f32> = dy[(dy_at_o_n_nb_i + 3344) / 4];
            let value11: vec4<f32> = dy11 * vec4<f32>(0.25f);
            let y12: vec4<f32> = y[(y_at_o_n_nb_i + 12960) / 4];
            let dy11_2: vec4<f32> = value11 * (vec4<f32>(1f) - y12 * y12);
            dw_lanes1 += dy11_2 * x2;
            let y02_2: vec4<f32> = y[(y_at_o_n_nb_i + 432) / 4];
            let dy01_3: vec4<f32> = value01 * (vec4<f32>(1f) - y02_2 * y02_2);
            let x2_2: vec4<f32> = x[(x_at_r_s_n_nb_i + 432) / 4];
            dw_lanes0 += dy01_3 * x2_2;
            let y12_2: vec4<f32> = y[(y_at_o_n_nb_i + 12976) / 4];
            let dy11_3: vec4<f32> = value11 * (vec4<f32>(1f) - y12_2 * y12_2);
            dw_lanes1 += dy11_3 * x2_2;
            let y02_3: vec4<f32> = y[(y_at_o_n_nb_i + 864) / 4];
            let dy01_4: vec4<f32> = value01 * (vec4<f32>(1f) - y02_3 * y02_3);
            let x2_3: vec4<f32> = x[(x_at_r_s_n_nb_i + 928) / 4];
            dw_lanes0 += dy01_4 * x2_3;
            let y12_3: vec4<f32> = y[(y_at_o_n_nb_i + 13408) / 4];
            let dy11_4: vec4<f32> = value11 * (vec4<f32>(1f) - y12_3 * y12_3);
            dw_lanes1 += dy11_4 * x2_3;
            let y02_4: vec4<f32> = y[(y_at_o_n_nb_i + 880) / 4];
            let dy01_5: vec4<f32> = value01 * (vec4<f32>(1f) - y02_4 * y02_4);
            let x2_4: vec4<f32> = x[(x_at_r_s_n_nb_i + 944) / 4];
            dw_lanes0 += dy01_5 * x2_4;
            let y12_4: vec4<f32> = y[(y_at_o_n_nb_i + 13424) / 4];
            let dy11_5: vec4<f32> = value11 * (vec4<f32>(1f) - y12_4 * y12_4);
            dw_lanes1 += dy11_5 * x2_4;
          }
        }
      }

      // finish
      dw_lanes_2[(dw_lanes_at_o_r_s + n) / 4] = dw_lanes0;
      dw_lanes_2[(dw_lanes_at_o_r_s + n + 400) / 4] = dw_lanes1;
    }
  }
  {
    if (point >= 1024 && point < 1048) {
      let o = (point - 1024) / 4;
      let n = ((point - 1024) % 4) * 4;
      let dy_at_o: i32 = o * 3136;
      let dy_at_o_n: i32 = dy_at_o + n;
      let y_at_o: i32 = o * 12544;
      let y_at_o_n: i32 = y_at_o + n;
      let db_lanes_at_o: i32 = o * 16;

      // seed
      var db_lanes_sum: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let dy_at_o_n_nb: i32 = dy_at_o_n + nb * 18816;
        let y_at_o_n_nb: i32 = y_at_o_n + nb * 75264;
        for (var i = 0; i < 14; i += 1) {
          let dy_at_o_n_nb_i: i32 = dy_at_o_n_nb + i * 224;
          let y_at_o_n_nb_i: i32 = y_at_o_n_nb + i * 896;
          for (var j = 0; j < 14; j += 7) {
            let dy_at_o_n_nb_i_j: i32 = dy_at_o_n_nb_i + j * 16;
            let y_at_o_n_nb_i_j: i32 = y_at_o_n_nb_i + j * 32;
            let dy0: vec4<f32> = dy_2[dy_at_o_n_nb_i_j / 4];
            let value0: vec4<f32> = dy0 * vec4<f32>(0.25f);
            let y0: vec4<f32> = y_2[y_at_o_n_nb_i_j / 4];
            let dy0_2: vec4<f32> = value0 * (vec4<f32>(1f) - y0 * y0);
            db_lanes_sum += dy0_2;
            let y0_2: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 16) / 4];
            let dy0_3: vec4<f32> = value0 * (vec4<f32>(1f) - y0_2 * y0_2);
            db_lanes_sum += dy0_3;
            let y0_3: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 448) / 4];
            let dy0_4: vec4<f32> = value0 * (vec4<f32>(1f) - y0_3 * y0_3);
            db_lanes_sum += dy0_4;
            let y0_4: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 464) / 4];
            let dy0_5: vec4<f32> = value0 * (vec4<f32>(1f) - y0_4 * y0_4);
            db_lanes_sum += dy0_5;
            let dy1: vec4<f32> = dy_2[(dy_at_o_n_nb_i_j + 16) / 4];
            let value1: vec4<f32> = dy1 * vec4<f32>(0.25f);
            let y2: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 32) / 4];
            let dy1_2: vec4<f32> = value1 * (vec4<f32>(1f) - y2 * y2);
            db_lanes_sum += dy1_2;
            let y2_2: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 48) / 4];
            let dy1_3: vec4<f32> = value1 * (vec4<f32>(1f) - y2_2 * y2_2);
            db_lanes_sum += dy1_3;
            let y2_3: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 480) / 4];
            let dy1_4: vec4<f32> = value1 * (vec4<f32>(1f) - y2_3 * y2_3);
            db_lanes_sum += dy1_4;
            let y2_4: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 496) / 4];
            let dy1_5: vec4<f32> = value1 * (vec4<f32>(1f) - y2_4 * y2_4);
            db_lanes_sum += dy1_5;
            let dy2: vec4<f32> = dy_2[(dy_at_o_n_nb_i_j + 32) / 4];
            let value2: vec4<f32> = dy2 * vec4<f32>(0.25f);
            let y4: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 64) / 4];
            let dy2_2: vec4<f32> = value2 * (vec4<f32>(1f) - y4 * y4);
            db_lanes_sum += dy2_2;
            let y4_2: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 80) / 4];
            let dy2_3: vec4<f32> = value2 * (vec4<f32>(1f) - y4_2 * y4_2);
            db_lanes_sum += dy2_3;
            let y4_3: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 512) / 4];
            let dy2_4: vec4<f32> = value2 * (vec4<f32>(1f) - y4_3 * y4_3);
            db_lanes_sum += dy2_4;
            let y4_4: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 528) / 4];
            let dy2_5: vec4<f32> = value2 * (vec4<f32>(1f) - y4_4 * y4_4);
            db_lanes_sum += dy2_5;
            let dy3: vec4<f32> = dy_2[(dy_at_o_n_nb_i_j + 48) / 4];
            let value3: vec4<f32> = dy3 * vec4<f32>(0.25f);
            let y6: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 96) / 4];
            let dy3_2: vec4<f32> = value3 * (vec4<f32>(1f) - y6 * y6);
            db_lanes_sum += dy3_2;
            let y6_2: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 112) / 4];
            let dy3_3: vec4<f32> = value3 * (vec4<f32>(1f) - y6_2 * y6_2);
            db_lanes_sum += dy3_3;
            let y6_3: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 544) / 4];
            let dy3_4: vec4<f32> = value3 * (vec4<f32>(1f) - y6_3 * y6_3);
            db_lanes_sum += dy3_4;
            let y6_4: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 560) / 4];
            let dy3_5: vec4<f32> = value3 * (vec4<f32>(1f) - y6_4 * y6_4);
            db_lanes_sum += dy3_5;
            let dy4: vec4<f32> = dy_2[(dy_at_o_n_nb_i_j + 64) / 4];
            let value4: vec4<f32> = dy4 * vec4<f32>(0.25f);
            let y8: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 128) / 4];
            let dy4_2: vec4<f32> = value4 * (vec4<f32>(1f) - y8 * y8);
            db_lanes_sum += dy4_2;
            let y8_2: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 144) / 4];
            let dy4_3: vec4<f32> = value4 * (vec4<f32>(1f) - y8_2 * y8_2);
            db_lanes_sum += dy4_3;
            let y8_3: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 576) / 4];
            let dy4_4: vec4<f32> = value4 * (vec4<f32>(1f) - y8_3 * y8_3);
            db_lanes_sum += dy4_4;
            let y8_4: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 592) / 4];
            let dy4_5: vec4<f32> = value4 * (vec4<f32>(1f) - y8_4 * y8_4);
            db_lanes_sum += dy4_5;
            let dy5: vec4<f32> = dy_2[(dy_at_o_n_nb_i_j + 80) / 4];
            let value5: vec4<f32> = dy5 * vec4<f32>(0.25f);
            let y_10: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 160) / 4];
            let dy5_2: vec4<f32> = value5 * (vec4<f32>(1f) - y_10 * y_10);
            db_lanes_sum += dy5_2;
            let y_10_2: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 176) / 4];
            let dy5_3: vec4<f32> = value5 * (vec4<f32>(1f) - y_10_2 * y_10_2);
            db_lanes_sum += dy5_3;
            let y_10_3: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 608) / 4];
            let dy5_4: vec4<f32> = value5 * (vec4<f32>(1f) - y_10_3 * y_10_3);
            db_lanes_sum += dy5_4;
            let y_10_4: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 624) / 4];
            let dy5_5: vec4<f32> = value5 * (vec4<f32>(1f) - y_10_4 * y_10_4);
            db_lanes_sum += dy5_5;
            let dy6: vec4<f32> = dy_2[(dy_at_o_n_nb_i_j + 96) / 4];
            let value6: vec4<f32> = dy6 * vec4<f32>(0.25f);
            let y_12: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 192) / 4];
            let dy6_2: vec4<f32> = value6 * (vec4<f32>(1f) - y_12 * y_12);
            db_lanes_sum += dy6_2;
            let y_12_2: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 208) / 4];
            let dy6_3: vec4<f32> = value6 * (vec4<f32>(1f) - y_12_2 * y_12_2);
            db_lanes_sum += dy6_3;
            let y_12_3: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 640) / 4];
            let dy6_4: vec4<f32> = value6 * (vec4<f32>(1f) - y_12_3 * y_12_3);
            db_lanes_sum += dy6_4;
            let y_12_4: vec4<f32> = y_2[(y_at_o_n_nb_i_j + 656) / 4];
            let dy6_5: vec4<f32> = value6 * (vec4<f32>(1f) - y_12_4 * y_12_4);
            db_lanes_sum += dy6_5;
          }
        }
      }

      // finish
      db_lanes_2[(db_lanes_at_o + n) / 4] = db_lanes_sum;
    }
  }
}
