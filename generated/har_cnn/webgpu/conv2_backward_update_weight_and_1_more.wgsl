// kernel    conv2_backward_update_weight   dw = sum over nb,n of dw_lanes[nb,o,c,r,n]; gradient = dw + l2 * w[o,c,r]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[o,c,r] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o,c,r] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[o,c,r] = mean; v[o,c,r] = square
//           w[o,c,r] = w[o,c,r] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 64, c = 64, r = 3, nb = 2, n = 16   (f32)
// schedule  unroll n 4, nb 2 · vectorize n · grid o, c, r
// cost      577.5 kFLOP · 1.7 MB read · 147.5 kB written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/conv1d.ts + kernels/optimizers/adam.ts sha256:82723ac1   regenerate: deno task generate specs/har_cnn.json
// kernel    norm1_backward_sums   e[nb,c,0,n] = sum over l of dy[nb,c,l,n]
//           f[nb,c,0,n] = sum over l of dy[nb,c,l,n] * (x[nb,c,l,n] - s[c])
// shape     nb = 2, c = 64, n = 16, l = 126   (f32)
// schedule  unroll l 7 · grid nb, c, n
// cost      1.0 MFLOP · 2.1 MB read · 16.4 kB written · 0.5 FLOP/B · 2 accumulators
// source    kernels/layers/batch_norm.ts sha256:eb4cc648   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
struct All_w { w: array<f32, 12288>, m: array<f32, 12288>, v: array<f32, 12288> }
@group(1) @binding(0) var<storage, read_write> all_w: All_w;
@group(1) @binding(1) var<storage, read> dw_lanes: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> params: array<f32>;
@group(1) @binding(3) var<storage, read> dy: array<f32>;
@group(1) @binding(4) var<storage, read> x: array<f32>;
@group(1) @binding(5) var<storage, read> s: array<f32>;
@group(1) @binding(6) var<storage, read_write> e: array<f32>;
@group(1) @binding(7) var<storage, read_write> f: array<f32>;

@compute @workgroup_size(64) // 224 workgroups
fn conv2_backward_update_weight_and_1_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 139 % 224;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (point < 12288) {
      let o = point / 192;
      let c = point / 3 % 64;
      let r = point % 3;
      let dw_lanes_at_o: i32 = o * 3072;
      let dw_lanes_at_o_c: i32 = dw_lanes_at_o + c * 48;
      let dw_lanes_at_o_c_r: i32 = dw_lanes_at_o_c + r * 16;
      let at_o: i32 = o * 192;
      let at_o_c: i32 = at_o + c * 3;

      // seed
      var dw: vec4<f32> = vec4<f32>(0f);

      // reduce
      let dw_lanes00: vec4<f32> = dw_lanes[dw_lanes_at_o_c_r / 4];
      dw += dw_lanes00;
      let dw_lanes01: vec4<f32> = dw_lanes[(dw_lanes_at_o_c_r + 4) / 4];
      dw += dw_lanes01;
      let dw_lanes02: vec4<f32> = dw_lanes[(dw_lanes_at_o_c_r + 8) / 4];
      dw += dw_lanes02;
      let dw_lanes03: vec4<f32> = dw_lanes[(dw_lanes_at_o_c_r + 12) / 4];
      dw += dw_lanes03;
      let dw_lanes10: vec4<f32> = dw_lanes[(dw_lanes_at_o_c_r + 196608) / 4];
      dw += dw_lanes10;
      let dw_lanes11: vec4<f32> = dw_lanes[(dw_lanes_at_o_c_r + 196612) / 4];
      dw += dw_lanes11;
      let dw_lanes12: vec4<f32> = dw_lanes[(dw_lanes_at_o_c_r + 196616) / 4];
      dw += dw_lanes12;
      let dw_lanes13: vec4<f32> = dw_lanes[(dw_lanes_at_o_c_r + 196620) / 4];
      dw += dw_lanes13;

      // finish
      let dw_total: f32 = ((dw.x + dw.y) + (dw.z + dw.w));
      let m_ocr: f32 = all_w.m[at_o_c + r];
      let w_ocr: f32 = all_w.w[at_o_c + r];
      let v_ocr: f32 = all_w.v[at_o_c + r];
      let beta1: f32 = params[params_at_step + 1];
      let beta1_rest: f32 = params[params_at_step + 2];
      let l2: f32 = params[params_at_step + 3];
      let gradient: f32 = dw_total + l2 * w_ocr;
      let g: f32 = select(gradient, 0f, abs(gradient) < 8.881784197001252e-16f);
      let t: f32 = beta1 * m_ocr + beta1_rest * g;
      let mean: f32 = select(t, 0f, abs(t) < 8.881784197001252e-16f);
      let beta2: f32 = params[params_at_step + 4];
      let beta2_rest: f32 = params[params_at_step + 5];
      let t_2: f32 = beta2 * v_ocr + beta2_rest * g * g;
      let square: f32 = select(t_2, 0f, abs(t_2) < 1.1754943508222875e-38f);
      let step_size: f32 = params[params_at_step + 6];
      let v_scale: f32 = params[params_at_step + 7];
      let epsilon: f32 = params[params_at_step + 8];
      all_w.m[at_o_c + r] = mean;
      all_w.v[at_o_c + r] = square;
      all_w.w[at_o_c + r] = w_ocr - step_size * mean / (sqrt(square) * v_scale + epsilon);
    }
  }
  {
    if (point >= 12288 && point < 14336) {
      let nb = (point - 12288) / 1024;
      let c = (point - 12288) / 16 % 64;
      let n = (point - 12288) % 16;
      let at_nb: i32 = nb * 129024;
      let at_nb_c: i32 = at_nb + c * 2016;
      let at_nb_c_n: i32 = at_nb_c + n;
      let at_nb_2: i32 = nb * 1024;
      let at_nb_c_2: i32 = at_nb_2 + c * 16;
      let s_c: f32 = s[c];

      // seed
      var e_sum: f32 = 0f;
      var f_sum: f32 = 0f;

      // reduce
      for (var l = 0; l < 126; l += 7) {
        let at_nb_c_n_l: i32 = at_nb_c_n + l * 16;
        let dy0: f32 = dy[at_nb_c_n_l];
        e_sum += dy0;
        let x0: f32 = x[at_nb_c_n_l];
        f_sum += dy0 * (x0 - s_c);
        let dy1: f32 = dy[at_nb_c_n_l + 16];
        e_sum += dy1;
        let x1: f32 = x[at_nb_c_n_l + 16];
        f_sum += dy1 * (x1 - s_c);
        let dy2: f32 = dy[at_nb_c_n_l + 32];
        e_sum += dy2;
        let x2: f32 = x[at_nb_c_n_l + 32];
        f_sum += dy2 * (x2 - s_c);
        let dy3: f32 = dy[at_nb_c_n_l + 48];
        e_sum += dy3;
        let x3: f32 = x[at_nb_c_n_l + 48];
        f_sum += dy3 * (x3 - s_c);
        let dy4: f32 = dy[at_nb_c_n_l + 64];
        e_sum += dy4;
        let x4: f32 = x[at_nb_c_n_l + 64];
        f_sum += dy4 * (x4 - s_c);
        let dy5: f32 = dy[at_nb_c_n_l + 80];
        e_sum += dy5;
        let x5: f32 = x[at_nb_c_n_l + 80];
        f_sum += dy5 * (x5 - s_c);
        let dy6: f32 = dy[at_nb_c_n_l + 96];
        e_sum += dy6;
        let x6: f32 = x[at_nb_c_n_l + 96];
        f_sum += dy6 * (x6 - s_c);
      }

      // finish
      e[at_nb_c_2 + n] = e_sum;
      f[at_nb_c_2 + n] = f_sum;
    }
  }
}
