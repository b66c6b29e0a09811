// kernel    linear3_backward_update_weight   dw = sum over nb,n of x[nb,i,n] * dy[nb,o,n]; gradient = dw + l2 * w[o,i]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[o,i] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o,i] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[o,i] = mean; v[o,i] = square
//           w[o,i] = w[o,i] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 10, i = 84, nb = 4, n = 16   (f32)
// schedule  tile i 2 · vectorize n · grid o, i · split n 4, nb 4
// cost      120.1 kFLOP · 34.1 kB read · 10.1 kB written · 2.7 FLOP/B · 2 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:c38ff09f   regenerate: deno task generate specs/lenet5.json
// kernel    linear2_tanh3_backward_input   value = sum over o of dy[nb,o,n] * w[ib,o,i]
//           dx[nb,8ib+i,n] = value * (1 - y[nb,8ib+i,n] * y[nb,8ib+i,n])
// shape     nb = 4, ib = 15, i = 8, n = 16, o = 84   (f32)
// schedule  unroll o 21 · vectorize n · grid nb, ib, i, n · split o 4
// cost      1.3 MFLOP · 92.5 kB read · 30.7 kB written · 11 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/layers/tanh.ts sha256:14fb803f   regenerate: deno task generate specs/lenet5.json
// kernel    linear2_backward_update_bias   db = sum over nb,n of dy[nb,o,n]; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           m[o] = mean; v[o] = square; w[o] = w[o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 84, nb = 4, n = 16   (f32)
// schedule  vectorize n · grid o · split n 4, nb 4
// cost      6.5 kFLOP · 22.5 kB read · 1008 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:77e18877   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
struct All_w { w: array<f32, 840>, m: array<f32, 840>, v: array<f32, 840> }
@group(1) @binding(0) var<storage, read_write> all_w: All_w;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> params: array<f32>;
@group(1) @binding(4) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> w_2: array<f32>;
@group(1) @binding(6) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(7) var<storage, read_write> dx: array<vec4<f32>>;
struct All_w_3 { w_3: array<f32, 84>, m_2: array<f32, 84>, v_2: array<f32, 84> }
@group(1) @binding(8) var<storage, read_write> all_w_3: All_w_3;
var<workgroup> sums_4: array<vec4<f32>, 128>;

@compute @workgroup_size(64) // 246 workgroups
fn linear3_backward_update_weight_and_2_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 155 % 246;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (group < 105) {
      let member = mine / 4;
      let tile = group * 4 + mine % 4;
      let leads = member == 0;
      let o = tile / 42;
      let i = (tile % 42) * 2;
      let n_member = member / 4;
      let nb_member = member % 4;
      let x_at_nb_member: i32 = nb_member * 1344;
      let x_at_nb_member_i: i32 = x_at_nb_member + i * 16;
      let x_at_nb_member_i_n_member: i32 = x_at_nb_member_i + n_member * 4;
      let dy_at_nb_member: i32 = nb_member * 160;
      let dy_at_nb_member_o: i32 = dy_at_nb_member + o * 16;
      let dy_at_nb_member_o_n_member: i32 = dy_at_nb_member_o + n_member * 4;
      let at_o: i32 = o * 84;

      // seed
      var dw0: vec4<f32> = vec4<f32>(0f);
      var dw1: vec4<f32> = vec4<f32>(0f);

      // reduce
      let x0: vec4<f32> = x[x_at_nb_member_i_n_member / 4];
      let dy_nbon: vec4<f32> = dy[dy_at_nb_member_o_n_member / 4];
      dw0 += x0 * dy_nbon;
      let x1: vec4<f32> = x[(x_at_nb_member_i_n_member + 16) / 4];
      dw1 += x1 * dy_nbon;

      // combine
      sums_4[mine] = dw0;
      sums_4[mine + 64] = dw1;
      workgroupBarrier();
      if (member < 2) {
        let first = member * 64 + mine % 4;
        var team_total = sums_4[first];
        for (var at = 4; at < 64; at += 4) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      dw0 = sums_4[mine];
      dw1 = sums_4[mine + 64];
      if (leads) {
        // finish
        let dw_total0: f32 = ((dw0.x + dw0.y) + (dw0.z + dw0.w));
        let dw_total1: f32 = ((dw1.x + dw1.y) + (dw1.z + dw1.w));
        let m0: f32 = all_w.m[at_o + i];
        let w0: f32 = all_w.w[at_o + i];
        let v0: f32 = all_w.v[at_o + i];
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
        all_w.m[at_o + i] = mean0;
        all_w.v[at_o + i] = square0;
        all_w.w[at_o + i] = w0 - step_size * mean0 / (sqrt(square0) * v_scale + epsilon);
        let m1: f32 = all_w.m[at_o + i + 1];
        let w1: f32 = all_w.w[at_o + i + 1];
        let v1: f32 = all_w.v[at_o + i + 1];
        let gradient1: f32 = dw_total1 + l2 * w1;
        let g1: f32 = select(gradient1, 0f, abs(gradient1) < 8.881784197001252e-16f);
        let t1: f32 = beta1 * m1 + beta1_rest * g1;
        let mean1: f32 = select(t1, 0f, abs(t1) < 8.881784197001252e-16f);
        let t1_2: f32 = beta2 * v1 + beta2_rest * g1 * g1;
        let square1: f32 = select(t1_2, 0f, abs(t1_2) < 1.1754943508222875e-38f);
        all_w.m[at_o + i + 1] = mean1;
        all_w.v[at_o + i + 1] = square1;
        all_w.w[at_o + i + 1] = w1 - step_size * mean1 / (sqrt(square1) * v_scale + epsilon);
      }
    }
  }
  {
    if (group >= 105 && group < 225) {
      let member = mine / 16;
      let tile = (group - 105) * 16 + mine % 16;
      let leads = member == 0;
      let nb = tile / 480;
      let ib = tile / 32 % 15;
      let i = tile / 4 % 8;
      let n = (tile % 4) * 4;
      let o_member = member;
      let dy_at_nb: i32 = nb * 1344;
      let dy_at_nb_o_member: i32 = dy_at_nb + o_member * 16;
      let w_at_ib: i32 = ib * 672;
      let w_at_ib_o_member: i32 = w_at_ib + o_member * 8;
      let at_nb: i32 = nb * 1920;
      let at_nb_ib: i32 = at_nb + ib * 128;
      let at_nb_ib_i: i32 = at_nb_ib + i * 16;

      // seed
      var value: vec4<f32> = vec4<f32>(0f);

      // reduce
      let dy0: vec4<f32> = dy_2[(dy_at_nb_o_member + n) / 4];
      let w0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i]);
      value += dy0 * w0_all;
      let dy1: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 64) / 4];
      let w1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 32]);
      value += dy1 * w1_all;
      let dy2: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 128) / 4];
      let w2_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 64]);
      value += dy2 * w2_all;
      let dy3: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 192) / 4];
      let w3_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 96]);
      value += dy3 * w3_all;
      let dy4: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 256) / 4];
      let w4_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 128]);
      value += dy4 * w4_all;
      let dy5: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 320) / 4];
      let w5_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 160]);
      value += dy5 * w5_all;
      let dy6: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 384) / 4];
      let w6_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 192]);
      value += dy6 * w6_all;
      let dy7: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 448) / 4];
      let w7_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 224]);
      value += dy7 * w7_all;
      let dy8: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 512) / 4];
      let w8_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 256]);
      value += dy8 * w8_all;
      let dy9: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 576) / 4];
      let w9_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 288]);
      value += dy9 * w9_all;
      let dy_10: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 640) / 4];
      let w_10_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 320]);
      value += dy_10 * w_10_all;
      let dy_11: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 704) / 4];
      let w_11_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 352]);
      value += dy_11 * w_11_all;
      let dy_12: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 768) / 4];
      let w_12_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 384]);
      value += dy_12 * w_12_all;
      let dy_13: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 832) / 4];
      let w_13_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 416]);
      value += dy_13 * w_13_all;
      let dy_14: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 896) / 4];
      let w_14_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 448]);
      value += dy_14 * w_14_all;
      let dy_15: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 960) / 4];
      let w_15_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 480]);
      value += dy_15 * w_15_all;
      let dy_16: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1024) / 4];
      let w_16_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 512]);
      value += dy_16 * w_16_all;
      let dy_17: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1088) / 4];
      let w_17_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 544]);
      value += dy_17 * w_17_all;
      let dy_18: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1152) / 4];
      let w_18_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 576]);
      value += dy_18 * w_18_all;
      let dy_19: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1216) / 4];
      let w_19_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 608]);
      value += dy_19 * w_19_all;
      let dy_20: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1280) / 4];
      let w_20_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 640]);
      value += dy_20 * w_20_all;

      // combine
      sums_4[mine] = value;
      workgroupBarrier();
      if (member < 1) {
        let first = member * 64 + mine % 16;
        var team_total = sums_4[first];
        for (var at = 16; at < 64; at += 16) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      value = sums_4[mine];
      if (leads) {
        // finish
        let y_nbibin: vec4<f32> = y[(at_nb_ib_i + n) / 4];
        dx[(at_nb_ib_i + n) / 4] = value * (vec4<f32>(1f) - y_nbibin * y_nbibin);
      }
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (group >= 225 && group < 246) {
      let member = mine / 4;
      let tile = (group - 225) * 4 + mine % 4;
      let leads = member == 0;
      let o = tile;
      let n_member = member / 4;
      let nb_member = member % 4;
      let dy_at_nb_member: i32 = nb_member * 1344;
      let dy_at_nb_member_o: i32 = dy_at_nb_member + o * 16;
      let dy_at_nb_member_o_n_member: i32 = dy_at_nb_member_o + n_member * 4;

      // seed
      var db: vec4<f32> = vec4<f32>(0f);

      // reduce
      let dy_nbon: vec4<f32> = dy_2[dy_at_nb_member_o_n_member / 4];
      db += dy_nbon;

      // combine
      sums_4[mine] = db;
      workgroupBarrier();
      if (member < 1) {
        let first = member * 64 + mine % 4;
        var team_total = sums_4[first];
        for (var at = 4; at < 64; at += 4) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      db = sums_4[mine];
      if (leads) {
        // finish
        let db_total: f32 = ((db.x + db.y) + (db.z + db.w));
        let m_o: f32 = all_w_3.m_2[o];
        let v_o: f32 = all_w_3.v_2[o];
        let w_o: f32 = all_w_3.w_3[o];
        let beta1: f32 = params[params_at_step + 1];
        let beta1_rest: f32 = params[params_at_step + 2];
        let g: f32 = select(db_total, 0f, abs(db_total) < 8.881784197001252e-16f);
        let t: f32 = beta1 * m_o + beta1_rest * g;
        let mean: f32 = select(t, 0f, abs(t) < 8.881784197001252e-16f);
        let beta2: f32 = params[params_at_step + 4];
        let beta2_rest: f32 = params[params_at_step + 5];
        let t_2: f32 = beta2 * v_o + beta2_rest * g * g;
        let square: f32 = select(t_2, 0f, abs(t_2) < 1.1754943508222875e-38f);
        let step_size: f32 = params[params_at_step + 6];
        let v_scale: f32 = params[params_at_step + 7];
        let epsilon: f32 = params[params_at_step + 8];
        all_w_3.m_2[o] = mean;
        all_w_3.v_2[o] = square;
        all_w_3.w_3[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
      }
    }
  }
}
