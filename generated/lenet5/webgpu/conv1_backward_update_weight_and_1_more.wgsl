// kernel    conv1_backward_update_weight   dw = sum over nb,p,q,n of dy[nb,o,p,q,n] * x[nb,c,p+r-2,q+s-2,n]; gradient = dw + l2 * w[o,c,r,s]
//           g = if abs(gradient) < 8.881784e-16 then 0 else gradient; t = beta1 * m[o,c,r,s] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t
//           t_2 = beta2 * v[o,c,r,s] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[o,c,r,s] = mean; v[o,c,r,s] = square
//           w[o,c,r,s] = w[o,c,r,s] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 6, c = 1, r = 5, s = 5, nb = 4, p = 28, q = 28, n = 16   (f32)
// schedule  tile o 2 · unroll q 7 · vectorize n · grid o, c, r, s · split n 4, q 4, p 4
// cost      15.1 MFLOP · 1.4 MB read · 1800 B written · 11 FLOP/B · 2 accumulators
// source    kernels/layers/conv2d.ts + kernels/optimizers/adam.ts sha256:ef61a85f   regenerate: deno task generate specs/lenet5.json
// kernel    conv1_backward_update_bias   db = sum over nb,p,q,n of dy[nb,o,p,q,n]; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           m[o] = mean; v[o] = square; w[o] = w[o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 6, nb = 4, p = 28, q = 28, n = 16   (f32)
// schedule  unroll q 7 · grid o · split n 16, q 4
// cost      301.1 kFLOP · 1.2 MB read · 72 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/conv2d.ts + kernels/optimizers/adam.ts sha256:a09fc00a   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
struct All_w { w: array<f32, 150>, m: array<f32, 150>, v: array<f32, 150> }
@group(1) @binding(0) var<storage, read_write> all_w: All_w;
@group(1) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> params: array<f32>;
struct All_w_2 { w_2: array<f32, 6>, m_2: array<f32, 6>, v_2: array<f32, 6> }
@group(1) @binding(4) var<storage, read_write> all_w_2: All_w_2;
@group(1) @binding(5) var<storage, read> dy_2: array<f32>;
var<workgroup> sums: array<f32, 64>;
var<workgroup> sums_4: array<vec4<f32>, 128>;

@compute @workgroup_size(64) // 81 workgroups
fn conv1_backward_update_weight_and_1_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 50 % 81;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (group < 75) {
      let member = mine / 1;
      let tile = group * 1 + mine % 1;
      let leads = member == 0;
      let o = (tile / 25) * 2;
      let r = tile / 5 % 5;
      let s = tile % 5;
      let n_member = member / 16;
      let q_member = member / 4 % 4;
      let p_member = member % 4;
      let dy_at_o: i32 = o * 12544;
      let dy_at_o_p_member: i32 = dy_at_o + p_member * 448;
      let dy_at_o_p_member_q_member: i32 = dy_at_o_p_member + q_member * 16;
      let dy_at_o_p_member_q_member_n_member: i32 = dy_at_o_p_member_q_member + n_member * 4;
      let x_at_p_member: i32 = p_member * 512;
      let x_at_p_member_r: i32 = x_at_p_member + r * 512;
      let x_at_p_member_r_q_member: i32 = x_at_p_member_r + q_member * 16;
      let x_at_p_member_r_q_member_s: i32 = x_at_p_member_r_q_member + s * 16;
      let x_at_p_member_r_q_member_s_n_member: i32 = x_at_p_member_r_q_member_s + n_member * 4;
      let at_o: i32 = o * 25;
      let at_o_r: i32 = at_o + r * 5;

      // seed
      var dw0: vec4<f32> = vec4<f32>(0f);
      var dw1: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let dy_at_o_p_member_q_member_n_member_nb: i32 = dy_at_o_p_member_q_member_n_member + nb * 75264;
        let x_at_p_member_r_q_member_s_n_member_nb: i32 = x_at_p_member_r_q_member_s_n_member + nb * 16384;
        for (var p = 0; p < 28; p += 4) {
          let dy_at_o_p_member_q_member_n_member_nb_p: i32 = dy_at_o_p_member_q_member_n_member_nb + p * 448;
          let x_at_p_member_r_q_member_s_n_member_nb_p: i32 = x_at_p_member_r_q_member_s_n_member_nb + p * 512;
          let dy00: vec4<f32> = dy[dy_at_o_p_member_q_member_n_member_nb_p / 4];
          let x0: vec4<f32> = x[x_at_p_member_r_q_member_s_n_member_nb_p / 4];
          dw0 += dy00 * x0;
          let dy10: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 12544) / 4];
          dw1 += dy10 * x0;
          let dy01: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 64) / 4];
          let x1: vec4<f32> = x[(x_at_p_member_r_q_member_s_n_member_nb_p + 64) / 4];
          dw0 += dy01 * x1;
          let dy11: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 12608) / 4];
          dw1 += dy11 * x1;
          let dy02: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 128) / 4];
          let x2: vec4<f32> = x[(x_at_p_member_r_q_member_s_n_member_nb_p + 128) / 4];
          dw0 += dy02 * x2;
          let dy12: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 12672) / 4];
          dw1 += dy12 * x2;
          let dy03: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 192) / 4];
          let x3: vec4<f32> = x[(x_at_p_member_r_q_member_s_n_member_nb_p + 192) / 4];
          dw0 += dy03 * x3;
          let dy13: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 12736) / 4];
          dw1 += dy13 * x3;
          let dy04: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 256) / 4];
          let x4: vec4<f32> = x[(x_at_p_member_r_q_member_s_n_member_nb_p + 256) / 4];
          dw0 += dy04 * x4;
          let dy14: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 12800) / 4];
          dw1 += dy14 * x4;
          let dy05: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 320) / 4];
          let x5: vec4<f32> = x[(x_at_p_member_r_q_member_s_n_member_nb_p + 320) / 4];
          dw0 += dy05 * x5;
          let dy15: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 12864) / 4];
          dw1 += dy15 * x5;
          let dy06: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 384) / 4];
          let x6: vec4<f32> = x[(x_at_p_member_r_q_member_s_n_member_nb_p + 384) / 4];
          dw0 += dy06 * x6;
          let dy16: vec4<f32> = dy[(dy_at_o_p_member_q_member_n_member_nb_p + 12928) / 4];
          dw1 += dy16 * x6;
        }
      }

      // combine
      sums_4[mine] = dw0;
      sums_4[mine + 64] = dw1;
      workgroupBarrier();
      if (member < 2) {
        let first = member * 64 + mine % 1;
        var team_total = sums_4[first];
        for (var at = 1; at < 64; at += 1) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      dw0 = sums_4[mine];
      dw1 = sums_4[mine + 64];
      if (leads) {
        // finish
        let dw_total0: f32 = ((dw0.x + dw0.y) + (dw0.z + dw0.w));
        let dw_total1: f32 = ((dw1.x + dw1.y) + (dw1.z + dw1.w));
        let m0: f32 = all_w.m[at_o_r + s];
        let w0: f32 = all_w.w[at_o_r + s];
        let v0: f32 = all_w.v[at_o_r + s];
        let beta1: f32 = params[params_at_step + 1];
        let beta1_rest: f32 = params[params_at_step + 2];
        let l2: f32 = params[params_at_step + 3];
        let gradient0: f32 = dw_total0 + l2 * w0;
        let g0: f32 = select(gradient0, 0f, abs(gradient0) < 8.881784197001252e-16f);
        let t0: f32 = beta1 * m0 + beta1_rest * g0;
        let mean0: f32 = select(t0, 0f, abs(t0) < 8.881784197001252e-16f);
        let beta2: f32 = params[params_at_step + 4];
        let beta2_rest: f32 = params[params_at_step + 5];
        let t0_2: f32 = beta2 * v0 + beta2_rest * g0 * g0;
        let square0: f32 = select(t0_2, 0f, abs(t0_2) < 1.1754943508222875e-38f);
        let step_size: f32 = params[params_at_step + 6];
        let v_scale: f32 = params[params_at_step + 7];
        let epsilon: f32 = params[params_at_step + 8];
        all_w.m[at_o_r + s] = mean0;
        all_w.v[at_o_r + s] = square0;
        all_w.w[at_o_r + s] = w0 - step_size * mean0 / (sqrt(square0) * v_scale + epsilon);
        let m1: f32 = all_w.m[at_o_r + s + 25];
        let w1: f32 = all_w.w[at_o_r + s + 25];
        let v1: f32 = all_w.v[at_o_r + s + 25];
        let gradient1: f32 = dw_total1 + l2 * w1;
        let g1: f32 = select(gradient1, 0f, abs(gradient1) < 8.881784197001252e-16f);
        let t1: f32 = beta1 * m1 + beta1_rest * g1;
        let mean1: f32 = select(t1, 0f, abs(t1) < 8.881784197001252e-16f);
        let t1_2: f32 = beta2 * v1 + beta2_rest * g1 * g1;
        let square1: f32 = select(t1_2, 0f, abs(t1_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_r + s + 25] = mean1;
        all_w.v[at_o_r + s + 25] = square1;
        all_w.w[at_o_r + s + 25] = w1 - step_size * mean1 / (sqrt(square1) * v_scale + epsilon);
      }
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (group >= 75 && group < 81) {
      let member = mine / 1;
      let tile = (group - 75) * 1 + mine % 1;
      let leads = member == 0;
      let o = tile;
      let n_member = member / 4;
      let q_member = member % 4;
      let dy_at_o: i32 = o * 12544;
      let dy_at_o_q_member: i32 = dy_at_o + q_member * 16;
      let dy_at_o_q_member_n_member: i32 = dy_at_o_q_member + n_member;

      // seed
      var db: f32 = 0f;

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let dy_at_o_q_member_n_member_nb: i32 = dy_at_o_q_member_n_member + nb * 75264;
        for (var p = 0; p < 28; p += 1) {
          let dy_at_o_q_member_n_member_nb_p: i32 = dy_at_o_q_member_n_member_nb + p * 448;
          let dy0: f32 = dy_2[dy_at_o_q_member_n_member_nb_p];
          db += dy0;
          let dy1: f32 = dy_2[dy_at_o_q_member_n_member_nb_p + 64];
          db += dy1;
          let dy2: f32 = dy_2[dy_at_o_q_member_n_member_nb_p + 128];
          db += dy2;
          let dy3: f32 = dy_2[dy_at_o_q_member_n_member_nb_p + 192];
          db += dy3;
          let dy4: f32 = dy_2[dy_at_o_q_member_n_member_nb_p + 256];
          db += dy4;
          let dy5: f32 = dy_2[dy_at_o_q_member_n_member_nb_p + 320];
          db += dy5;
          let dy6: f32 = dy_2[dy_at_o_q_member_n_member_nb_p + 384];
          db += dy6;
        }
      }

      // combine
      sums[mine] = db;
      workgroupBarrier();
      if (member < 1) {
        let first = member * 64 + mine % 1;
        var team_total = sums[first];
        for (var at = 1; at < 64; at += 1) { team_total += sums[first + at]; }
        sums[first] = team_total;
      }
      workgroupBarrier();
      db = sums[mine];
      if (leads) {
        // finish
        let m_o: f32 = all_w_2.m_2[o];
        let v_o: f32 = all_w_2.v_2[o];
        let w_o: f32 = all_w_2.w_2[o];
        let beta1: f32 = params[params_at_step + 1];
        let beta1_rest: f32 = params[params_at_step + 2];
        let g: f32 = select(db, 0f, abs(db) < 8.881784197001252e-16f);
        let t: f32 = beta1 * m_o + beta1_rest * g;
        let mean: f32 = select(t, 0f, abs(t) < 8.881784197001252e-16f);
        let beta2: f32 = params[params_at_step + 4];
        let beta2_rest: f32 = params[params_at_step + 5];
        let t_2: f32 = beta2 * v_o + beta2_rest * g * g;
        let square: f32 = select(t_2, 0f, abs(t_2) < 1.1754943508222875e-38f);
        let step_size: f32 = params[params_at_step + 6];
        let v_scale: f32 = params[params_at_step + 7];
        let epsilon: f32 = params[params_at_step + 8];
        all_w_2.m_2[o] = mean;
        all_w_2.v_2[o] = square;
        all_w_2.w_2[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
      }
    }
  }
}
