// kernel    linear2_backward_update_weight   dw = sum over nb,n of x[nb,8ib+i,n] * dy[nb,o,n]; gradient = dw + l2 * w[ib,o,i]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[ib,o,i] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[ib,o,i] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[ib,o,i] = mean; v[ib,o,i] = square
//           w[ib,o,i] = w[ib,o,i] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     ib = 15, o = 84, i = 8, nb = 4, n = 16   (f32)
// schedule  unroll n 4, nb 4 · vectorize n · grid ib, o, i
// cost      1.4 MFLOP · 173.2 kB read · 121.0 kB written · 4.9 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:09b6a7bc   regenerate: deno task generate specs/lenet5.json
// kernel    linear1_backward_input   dx[nb,16ib+i,n] = sum over o of dy[nb,o,n] * w[ib,o,i]
// shape     nb = 4, ib = 25, i = 16, n = 16, o = 120   (f32)
// schedule  tile i 4, n 2 · unroll o 5 · vectorize n · grid nb, ib, i, n · split o 8
// cost      6.1 MFLOP · 222.7 kB read · 102.4 kB written · 19 FLOP/B · 8 accumulators
// source    kernels/layers/linear.ts sha256:65353f47   regenerate: deno task generate specs/lenet5.json
// kernel    linear1_backward_update_bias   db = sum over nb,n of dy[nb,o,n]; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           m[o] = mean; v[o] = square; w[o] = w[o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 120, nb = 4, n = 16   (f32)
// schedule  unroll nb 4 · grid o · split n 16
// cost      9.2 kFLOP · 32.2 kB read · 1440 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:f648ece2   regenerate: deno task generate specs/lenet5.json
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
@group(1) @binding(10) var<storage, read> dy_3: array<f32>;
@group(1) @binding(11) var<storage, read_write> v_2: array<f32>;
@group(1) @binding(12) var<storage, read_write> w_3: array<f32>;
var<workgroup> sums: array<f32, 64>;
var<workgroup> sums_4: array<vec4<f32>, 512>;

@compute @workgroup_size(64) // 288 workgroups
fn linear2_backward_update_weight_and_2_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 179 % 288;
  let mine = i32(invocation);
  let point = group * 64 + mine;
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
      let at_ib: i32 = ib * 672;
      let at_ib_o: i32 = at_ib + o * 8;

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
      let m_iboi: f32 = m[at_ib_o + i];
      let w_iboi: f32 = w[at_ib_o + i];
      let v_iboi: f32 = v[at_ib_o + i];
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
      let square: f32 = select(t_2, 0f, abs(t_2) < 1.1754943508222875e-38f);
      let step_size: f32 = params[params_at_step + 6];
      let v_scale: f32 = params[params_at_step + 7];
      let epsilon: f32 = params[params_at_step + 8];
      m[at_ib_o + i] = mean;
      v[at_ib_o + i] = square;
      w[at_ib_o + i] = w_iboi - step_size * mean / (sqrt(square) * v_scale + epsilon);
    }
  }
  {
    if (group >= 158 && group < 258) {
      let member = mine / 8;
      let tile = (group - 158) * 8 + mine % 8;
      let leads = member == 0;
      let nb = tile / 200;
      let ib = tile / 8 % 25;
      let i = (tile / 2 % 4) * 4;
      let n = (tile % 2) * 8;
      let o_member = member;
      let dy_at_nb: i32 = nb * 1920;
      let dy_at_nb_o_member: i32 = dy_at_nb + o_member * 16;
      let dy_at_nb_o_member_n: i32 = dy_at_nb_o_member + n;
      let w_at_ib: i32 = ib * 1920;
      let w_at_ib_o_member: i32 = w_at_ib + o_member * 16;
      let w_at_ib_o_member_i: i32 = w_at_ib_o_member + i;
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
      for (var o = 0; o < 120; o += 40) {
        let dy_at_nb_o_member_n_o: i32 = dy_at_nb_o_member_n + o * 16;
        let w_at_ib_o_member_i_o: i32 = w_at_ib_o_member_i + o * 16;
        let dy00: vec4<f32> = dy_2[dy_at_nb_o_member_n_o / 4];
        let w00_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o]);
        dx00 += dy00 * w00_all;
        let dy01: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 4) / 4];
        dx01 += dy01 * w00_all;
        let w01_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 1]);
        dx10 += dy00 * w01_all;
        dx11 += dy01 * w01_all;
        let w02_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 2]);
        dx20 += dy00 * w02_all;
        dx21 += dy01 * w02_all;
        let w03_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 3]);
        dx30 += dy00 * w03_all;
        dx31 += dy01 * w03_all;
        let dy10: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 128) / 4];
        let w10_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 128]);
        dx00 += dy10 * w10_all;
        let dy11: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 132) / 4];
        dx01 += dy11 * w10_all;
        let w11_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 129]);
        dx10 += dy10 * w11_all;
        dx11 += dy11 * w11_all;
        let w12_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 130]);
        dx20 += dy10 * w12_all;
        dx21 += dy11 * w12_all;
        let w13_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 131]);
        dx30 += dy10 * w13_all;
        dx31 += dy11 * w13_all;
        let dy20: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 256) / 4];
        let w20_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 256]);
        dx00 += dy20 * w20_all;
        let dy21: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 260) / 4];
        dx01 += dy21 * w20_all;
        let w21_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 257]);
        dx10 += dy20 * w21_all;
        dx11 += dy21 * w21_all;
        let w22_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 258]);
        dx20 += dy20 * w22_all;
        dx21 += dy21 * w22_all;
        let w23_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 259]);
        dx30 += dy20 * w23_all;
        dx31 += dy21 * w23_all;
        let dy30: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 384) / 4];
        let w30_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 384]);
        dx00 += dy30 * w30_all;
        let dy31: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 388) / 4];
        dx01 += dy31 * w30_all;
        let w31_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 385]);
        dx10 += dy30 * w31_all;
        dx11 += dy31 * w31_all;
        let w32_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 386]);
        dx20 += dy30 * w32_all;
        dx21 += dy31 * w32_all;
        let w33_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 387]);
        dx30 += dy30 * w33_all;
        dx31 += dy31 * w33_all;
        let dy40: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 512) / 4];
        let w40_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 512]);
        dx00 += dy40 * w40_all;
        let dy41: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 516) / 4];
        dx01 += dy41 * w40_all;
        let w41_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 513]);
        dx10 += dy40 * w41_all;
        dx11 += dy41 * w41_all;
        let w42_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 514]);
        dx20 += dy40 * w42_all;
        dx21 += dy41 * w42_all;
        let w43_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 515]);
        dx30 += dy40 * w43_all;
        dx31 += dy41 * w43_all;
      }

      // combine
      sums_4[mine] = dx00;
      sums_4[mine + 64] = dx01;
      sums_4[mine + 128] = dx10;
      sums_4[mine + 192] = dx11;
      sums_4[mine + 256] = dx20;
      sums_4[mine + 320] = dx21;
      sums_4[mine + 384] = dx30;
      sums_4[mine + 448] = dx31;
      workgroupBarrier();
      if (member < 8) {
        let first = member * 64 + mine % 8;
        var team_total = sums_4[first];
        for (var at = 8; at < 64; at += 8) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      dx00 = sums_4[mine];
      dx01 = sums_4[mine + 64];
      dx10 = sums_4[mine + 128];
      dx11 = sums_4[mine + 192];
      dx20 = sums_4[mine + 256];
      dx21 = sums_4[mine + 320];
      dx30 = sums_4[mine + 384];
      dx31 = sums_4[mine + 448];
      if (leads) {
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
  }
  {
    let params_at_step: i32 = step * 9;
    if (group >= 258 && group < 288) {
      let member = mine / 4;
      let tile = (group - 258) * 4 + mine % 4;
      let leads = member == 0;
      let o = tile;
      let n_member = member;
      let dy_at_o: i32 = o * 16;

      // seed
      var db: f32 = 0f;

      // reduce
      let dy0: f32 = dy_3[dy_at_o + n_member];
      db += dy0;
      let dy1: f32 = dy_3[dy_at_o + n_member + 1920];
      db += dy1;
      let dy2: f32 = dy_3[dy_at_o + n_member + 3840];
      db += dy2;
      let dy3: f32 = dy_3[dy_at_o + n_member + 5760];
      db += dy3;

      // combine
      sums[mine] = db;
      workgroupBarrier();
      if (member < 1) {
        let first = member * 64 + mine % 4;
        var team_total = sums[first];
        for (var at = 4; at < 64; at += 4) { team_total += sums[first + at]; }
        sums[first] = team_total;
      }
      workgroupBarrier();
      db = sums[mine];
      if (leads) {
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
        let square: f32 = select(t_2, 0f, abs(t_2) < 1.1754943508222875e-38f);
        let step_size: f32 = params[params_at_step + 6];
        let v_scale: f32 = params[params_at_step + 7];
        let epsilon: f32 = params[params_at_step + 8];
        m_2[o] = mean;
        v_2[o] = square;
        w_3[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
      }
    }
  }
}
