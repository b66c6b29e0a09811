// kernel    linear2_backward_update_weight   dw = sum over nb,n of x[nb,8ib+i,n] * dy[nb,o,n]
//           gradient = dw + l2 * w[ib,o,i]
//           g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           and 5 more
// shape     ib = 15, o = 84, i = 8, nb = 4, n = 16   (f32)
// schedule  unroll n 4, nb 4 · vectorize n · grid ib, o, i
// cost      1.4 MFLOP · 173.2 kB read · 121.0 kB written · 4.9 FLOP/B · 1 accumulator
// source    kernels/linear.ts + kernels/adam.ts sha256:cafe631a   regenerate: deno task generate specs/lenet5.json
// kernel    linear1_backward_input   dx[nb,16ib+i,n] = sum over o of dy[nb,o,n] * w[ib,o,i]
// shape     nb = 4, ib = 25, i = 16, n = 16, o = 120   (f32)
// schedule  tile i 2 · unroll o 30 · vectorize n · grid nb, ib, i, n · split o 4
// cost      6.1 MFLOP · 222.7 kB read · 102.4 kB written · 19 FLOP/B · 2 accumulators
// source    kernels/linear.ts sha256:1d4dd582   regenerate: deno task generate specs/lenet5.json
// kernel    linear1_backward_update_bias   db = sum over nb,n of dy[nb,o,n]
//           g = if abs(db) < 8.881784e-16 then 0 else db
//           mean = if abs(beta1 * m[o] + beta1_rest * g) < 8.881784e-16 then 0 else beta1 * m[o] + beta1_rest * g
//           and 4 more
// shape     o = 120, nb = 4, n = 16   (f32)
// schedule  unroll n 4, nb 4 · vectorize n · grid o
// cost      9.2 kFLOP · 32.2 kB read · 1440 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/linear.ts + kernels/adam.ts sha256:cb93ac16   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read_write> m: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read_write> w: array<f32>;
@group(1) @binding(4) var<storage, read_write> v: array<f32>;
@group(1) @binding(5) var<storage, read> params: array<f32>;
@group(1) @binding(6) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(7) var<storage, read> w_2: array<f32>;
@group(1) @binding(8) var<storage, read_write> dx: array<vec4<f32>>;
@group(1) @binding(9) var<storage, read_write> m_2: array<f32>;
@group(1) @binding(10) var<storage, read_write> v_2: array<f32>;
@group(1) @binding(11) var<storage, read_write> w_3: array<f32>;
var<workgroup> sums_4: array<vec4<f32>, 128>;

@compute @workgroup_size(64) // 360 workgroups
fn linear2_backward_update_weight_and_2_more(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) groups: vec3<u32>, @builtin(local_invocation_index) place_in: u32) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(place_in);
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (point < 10080) {
      let ib = point / 672;
      let o = point / 8 % 84;
      let i = point % 8;
      let x_at_ib: i32 = ib * 128;
      let x_at_ib_i: i32 = x_at_ib + i * 16;
      let dy_at_o: i32 = o * 16;
      let m_at_ib: i32 = ib * 672;
      let m_at_ib_o: i32 = m_at_ib + o * 8;

      // seed
      var dw: vec4<f32> = vec4<f32>(0f);

      // reduce
      let x00: vec4<f32> = x[x_at_ib_i / 4];
      let dy00: vec4<f32> = dy[dy_at_o / 4];
      dw += x00 * dy00;
      let x01: vec4<f32> = x[(x_at_ib_i + 4) / 4];
      let dy01: vec4<f32> = dy[(dy_at_o + 4) / 4];
      dw += x01 * dy01;
      let x02: vec4<f32> = x[(x_at_ib_i + 8) / 4];
      let dy02: vec4<f32> = dy[(dy_at_o + 8) / 4];
      dw += x02 * dy02;
      let x03: vec4<f32> = x[(x_at_ib_i + 12) / 4];
      let dy03: vec4<f32> = dy[(dy_at_o + 12) / 4];
      dw += x03 * dy03;
      let x10: vec4<f32> = x[(x_at_ib_i + 1920) / 4];
      let dy10: vec4<f32> = dy[(dy_at_o + 1344) / 4];
      dw += x10 * dy10;
      let x11: vec4<f32> = x[(x_at_ib_i + 1924) / 4];
      let dy11: vec4<f32> = dy[(dy_at_o + 1348) / 4];
      dw += x11 * dy11;
      let x12: vec4<f32> = x[(x_at_ib_i + 1928) / 4];
      let dy12: vec4<f32> = dy[(dy_at_o + 1352) / 4];
      dw += x12 * dy12;
      let x13: vec4<f32> = x[(x_at_ib_i + 1932) / 4];
      let dy13: vec4<f32> = dy[(dy_at_o + 1356) / 4];
      dw += x13 * dy13;
      let x20: vec4<f32> = x[(x_at_ib_i + 3840) / 4];
      let dy20: vec4<f32> = dy[(dy_at_o + 2688) / 4];
      dw += x20 * dy20;
      let x21: vec4<f32> = x[(x_at_ib_i + 3844) / 4];
      let dy21: vec4<f32> = dy[(dy_at_o + 2692) / 4];
      dw += x21 * dy21;
      let x22: vec4<f32> = x[(x_at_ib_i + 3848) / 4];
      let dy22: vec4<f32> = dy[(dy_at_o + 2696) / 4];
      dw += x22 * dy22;
      let x23: vec4<f32> = x[(x_at_ib_i + 3852) / 4];
      let dy23: vec4<f32> = dy[(dy_at_o + 2700) / 4];
      dw += x23 * dy23;
      let x30: vec4<f32> = x[(x_at_ib_i + 5760) / 4];
      let dy30: vec4<f32> = dy[(dy_at_o + 4032) / 4];
      dw += x30 * dy30;
      let x31: vec4<f32> = x[(x_at_ib_i + 5764) / 4];
      let dy31: vec4<f32> = dy[(dy_at_o + 4036) / 4];
      dw += x31 * dy31;
      let x32: vec4<f32> = x[(x_at_ib_i + 5768) / 4];
      let dy32: vec4<f32> = dy[(dy_at_o + 4040) / 4];
      dw += x32 * dy32;
      let x33: vec4<f32> = x[(x_at_ib_i + 5772) / 4];
      let dy33: vec4<f32> = dy[(dy_at_o + 4044) / 4];
      dw += x33 * dy33;

      // finish
      let dw_total: f32 = ((dw.x + dw.y) + (dw.z + dw.w));
      let m_iboi: f32 = m[m_at_ib_o + i];
      let w_iboi: f32 = w[m_at_ib_o + i];
      let v_iboi: f32 = v[m_at_ib_o + i];
      let beta1: f32 = params[params_at_step + 1];
      let beta1_rest: f32 = params[params_at_step + 2];
      let l2: f32 = params[params_at_step + 3];
      let gradient: f32 = dw_total + l2 * w_iboi;
      let g: f32 = select(gradient, 0f, abs(gradient) < 8.881784197001252e-16f);
      let t: f32 = beta1 * m_iboi + beta1_rest * g;
      let mean: f32 = select(t, 0f, abs(t) < 8.881784197001252e-16f);
      let beta2: f32 = params[params_at_step + 4];
      let beta2_rest: f32 = params[params_at_step + 5];
      let t_2: f32 = beta2 * v_iboi + beta2_rest * g * g;
      let square: f32 = select(t_2, 0f, abs(t_2) < 7.888609052210118e-31f);
      let step_size: f32 = params[params_at_step + 6];
      let v_scale: f32 = params[params_at_step + 7];
      let epsilon: f32 = params[params_at_step + 8];
      m[m_at_ib_o + i] = mean;
      v[m_at_ib_o + i] = square;
      w[m_at_ib_o + i] = w_iboi - step_size * mean / (sqrt(square) * v_scale + epsilon);
    }
  }
  {
    if (group >= 158 && group < 358) {
      let member = mine / 16;
      let place = (group - 158) * 16 + mine % 16;
      let leads = member == 0;
      let nb = place / 800;
      let ib = place / 32 % 25;
      let i = (place / 4 % 8) * 2;
      let n = (place % 4) * 4;
      let o_member = member;
      let dy_at_nb: i32 = nb * 1920;
      let dy_at_nb_o_member: i32 = dy_at_nb + o_member * 16;
      let w_at_ib: i32 = ib * 1920;
      let w_at_ib_o_member: i32 = w_at_ib + o_member * 16;
      let dx_at_nb: i32 = nb * 6400;
      let dx_at_nb_ib: i32 = dx_at_nb + ib * 256;
      let dx_at_nb_ib_i: i32 = dx_at_nb_ib + i * 16;

      // seed
      var dx0: vec4<f32> = vec4<f32>(0f);
      var dx1: vec4<f32> = vec4<f32>(0f);

      // reduce
      let dy0: vec4<f32> = dy_2[(dy_at_nb_o_member + n) / 4];
      let w00_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i]);
      dx0 += dy0 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1]);
      dx1 += dy0 * w01_all;
      let dy1: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 64) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 64]);
      dx0 += dy1 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 65]);
      dx1 += dy1 * w11_all;
      let dy2: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 128) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 128]);
      dx0 += dy2 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 129]);
      dx1 += dy2 * w21_all;
      let dy3: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 192) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 192]);
      dx0 += dy3 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 193]);
      dx1 += dy3 * w31_all;
      let dy4: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 256) / 4];
      let w40_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 256]);
      dx0 += dy4 * w40_all;
      let w41_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 257]);
      dx1 += dy4 * w41_all;
      let dy5: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 320) / 4];
      let w50_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 320]);
      dx0 += dy5 * w50_all;
      let w51_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 321]);
      dx1 += dy5 * w51_all;
      let dy6: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 384) / 4];
      let w60_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 384]);
      dx0 += dy6 * w60_all;
      let w61_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 385]);
      dx1 += dy6 * w61_all;
      let dy7: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 448) / 4];
      let w70_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 448]);
      dx0 += dy7 * w70_all;
      let w71_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 449]);
      dx1 += dy7 * w71_all;
      let dy8: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 512) / 4];
      let w80_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 512]);
      dx0 += dy8 * w80_all;
      let w81_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 513]);
      dx1 += dy8 * w81_all;
      let dy9: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 576) / 4];
      let w90_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 576]);
      dx0 += dy9 * w90_all;
      let w91_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 577]);
      dx1 += dy9 * w91_all;
      let dy_10: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 640) / 4];
      let w_10_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 640]);
      dx0 += dy_10 * w_10_0_all;
      let w_10_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 641]);
      dx1 += dy_10 * w_10_1_all;
      let dy_11: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 704) / 4];
      let w_11_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 704]);
      dx0 += dy_11 * w_11_0_all;
      let w_11_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 705]);
      dx1 += dy_11 * w_11_1_all;
      let dy_12: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 768) / 4];
      let w_12_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 768]);
      dx0 += dy_12 * w_12_0_all;
      let w_12_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 769]);
      dx1 += dy_12 * w_12_1_all;
      let dy_13: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 832) / 4];
      let w_13_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 832]);
      dx0 += dy_13 * w_13_0_all;
      let w_13_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 833]);
      dx1 += dy_13 * w_13_1_all;
      let dy_14: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 896) / 4];
      let w_14_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 896]);
      dx0 += dy_14 * w_14_0_all;
      let w_14_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 897]);
      dx1 += dy_14 * w_14_1_all;
      let dy_15: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 960) / 4];
      let w_15_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 960]);
      dx0 += dy_15 * w_15_0_all;
      let w_15_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 961]);
      dx1 += dy_15 * w_15_1_all;
      let dy_16: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1024) / 4];
      let w_16_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1024]);
      dx0 += dy_16 * w_16_0_all;
      let w_16_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1025]);
      dx1 += dy_16 * w_16_1_all;
      let dy_17: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1088) / 4];
      let w_17_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1088]);
      dx0 += dy_17 * w_17_0_all;
      let w_17_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1089]);
      dx1 += dy_17 * w_17_1_all;
      let dy_18: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1152) / 4];
      let w_18_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1152]);
      dx0 += dy_18 * w_18_0_all;
      let w_18_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1153]);
      dx1 += dy_18 * w_18_1_all;
      let dy_19: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1216) / 4];
      let w_19_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1216]);
      dx0 += dy_19 * w_19_0_all;
      let w_19_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1217]);
      dx1 += dy_19 * w_19_1_all;
      let dy_20: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1280) / 4];
      let w_20_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1280]);
      dx0 += dy_20 * w_20_0_all;
      let w_20_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1281]);
      dx1 += dy_20 * w_20_1_all;
      let dy_21: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1344) / 4];
      let w_21_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1344]);
      dx0 += dy_21 * w_21_0_all;
      let w_21_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1345]);
      dx1 += dy_21 * w_21_1_all;
      let dy_22: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1408) / 4];
      let w_22_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1408]);
      dx0 += dy_22 * w_22_0_all;
      let w_22_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1409]);
      dx1 += dy_22 * w_22_1_all;
      let dy_23: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1472) / 4];
      let w_23_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1472]);
      dx0 += dy_23 * w_23_0_all;
      let w_23_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1473]);
      dx1 += dy_23 * w_23_1_all;
      let dy_24: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1536) / 4];
      let w_24_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1536]);
      dx0 += dy_24 * w_24_0_all;
      let w_24_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1537]);
      dx1 += dy_24 * w_24_1_all;
      let dy_25: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1600) / 4];
      let w_25_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1600]);
      dx0 += dy_25 * w_25_0_all;
      let w_25_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1601]);
      dx1 += dy_25 * w_25_1_all;
      let dy_26: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1664) / 4];
      let w_26_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1664]);
      dx0 += dy_26 * w_26_0_all;
      let w_26_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1665]);
      dx1 += dy_26 * w_26_1_all;
      let dy_27: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1728) / 4];
      let w_27_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1728]);
      dx0 += dy_27 * w_27_0_all;
      let w_27_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1729]);
      dx1 += dy_27 * w_27_1_all;
      let dy_28: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1792) / 4];
      let w_28_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1792]);
      dx0 += dy_28 * w_28_0_all;
      let w_28_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1793]);
      dx1 += dy_28 * w_28_1_all;
      let dy_29: vec4<f32> = dy_2[(dy_at_nb_o_member + n + 1856) / 4];
      let w_29_0_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1856]);
      dx0 += dy_29 * w_29_0_all;
      let w_29_1_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member + i + 1857]);
      dx1 += dy_29 * w_29_1_all;

      // combine
      sums_4[mine] = dx0;
      sums_4[mine + 64] = dx1;
      workgroupBarrier();
      if (member < 2) {
        let first = member * 64 + mine % 16;
        var total = sums_4[first];
        for (var at = 16; at < 64; at += 16) { total += sums_4[first + at]; }
        sums_4[first] = total;
      }
      workgroupBarrier();
      dx0 = sums_4[mine];
      dx1 = sums_4[mine + 64];
      if (leads) {
        // finish
        dx[(dx_at_nb_ib_i + n) / 4] = dx0;
        dx[(dx_at_nb_ib_i + n + 16) / 4] = dx1;
      }
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (point >= 22912 && point < 23032) {
      let o = (point - 22912);
      let dy_at_o: i32 = o * 16;

      // seed
      var db: vec4<f32> = vec4<f32>(0f);

      // reduce
      let dy00: vec4<f32> = dy_2[dy_at_o / 4];
      db += dy00;
      let dy01: vec4<f32> = dy_2[(dy_at_o + 4) / 4];
      db += dy01;
      let dy02: vec4<f32> = dy_2[(dy_at_o + 8) / 4];
      db += dy02;
      let dy03: vec4<f32> = dy_2[(dy_at_o + 12) / 4];
      db += dy03;
      let dy10: vec4<f32> = dy_2[(dy_at_o + 1920) / 4];
      db += dy10;
      let dy11: vec4<f32> = dy_2[(dy_at_o + 1924) / 4];
      db += dy11;
      let dy12: vec4<f32> = dy_2[(dy_at_o + 1928) / 4];
      db += dy12;
      let dy13: vec4<f32> = dy_2[(dy_at_o + 1932) / 4];
      db += dy13;
      let dy20: vec4<f32> = dy_2[(dy_at_o + 3840) / 4];
      db += dy20;
      let dy21: vec4<f32> = dy_2[(dy_at_o + 3844) / 4];
      db += dy21;
      let dy22: vec4<f32> = dy_2[(dy_at_o + 3848) / 4];
      db += dy22;
      let dy23: vec4<f32> = dy_2[(dy_at_o + 3852) / 4];
      db += dy23;
      let dy30: vec4<f32> = dy_2[(dy_at_o + 5760) / 4];
      db += dy30;
      let dy31: vec4<f32> = dy_2[(dy_at_o + 5764) / 4];
      db += dy31;
      let dy32: vec4<f32> = dy_2[(dy_at_o + 5768) / 4];
      db += dy32;
      let dy33: vec4<f32> = dy_2[(dy_at_o + 5772) / 4];
      db += dy33;

      // finish
      let db_total: f32 = ((db.x + db.y) + (db.z + db.w));
      let m_o: f32 = m_2[o];
      let v_o: f32 = v_2[o];
      let w_o: f32 = w_3[o];
      let beta1: f32 = params[params_at_step + 1];
      let beta1_rest: f32 = params[params_at_step + 2];
      let g: f32 = select(db_total, 0f, abs(db_total) < 8.881784197001252e-16f);
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
