// kernel    linear2_backward_update_weight   dw = sum over nb,n of x[nb,i,n] * dy[nb,o,n]; gradient = dw + l2 * w[o,i]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[o,i] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o,i] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[o,i] = mean; v[o,i] = square
//           w[o,i] = w[o,i] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 6, i = 100, nb = 2, n = 16   (f32)
// schedule  vectorize n · grid o, i · split n 4, nb 2
// cost      47.4 kFLOP · 20.8 kB read · 7200 B written · 1.7 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:789c397a   regenerate: deno task generate specs/har_cnn.json
// kernel    linear1_backward_input   dx[nb,16ib+i,n] = sum over o of dy[nb,o,n] * w[ib,o,i]
// shape     nb = 2, ib = 244, i = 16, n = 16, o = 100   (f32)
// schedule  tile i 4, n 2 · unroll o 5 · vectorize n · grid nb, ib, i, n · split o 4
// cost      25.0 MFLOP · 1.6 MB read · 499.7 kB written · 12 FLOP/B · 8 accumulators
// source    kernels/layers/linear.ts sha256:fdafcd20   regenerate: deno task generate specs/har_cnn.json
// kernel    linear1_backward_update_bias   db = sum over nb,n of dy[nb,o,n]; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           m[o] = mean; v[o] = square; w[o] = w[o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 100, nb = 2, n = 16   (f32)
// schedule  vectorize n · grid o · split n 4, nb 2
// cost      4.5 kFLOP · 14.0 kB read · 1200 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:0c13f2e5   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
struct All_w { w: array<f32, 600>, m: array<f32, 600>, v: array<f32, 600> }
@group(1) @binding(0) var<storage, read_write> all_w: All_w;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> params: array<f32>;
@group(1) @binding(4) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> w_2: array<f32>;
@group(1) @binding(6) var<storage, read_write> dx: array<vec4<f32>>;
struct All_w_3 { w_3: array<f32, 100>, m_2: array<f32, 100>, v_2: array<f32, 100> }
@group(1) @binding(7) var<storage, read_write> all_w_3: All_w_3;
var<workgroup> sums_4: array<vec4<f32>, 512>;

@compute @workgroup_size(64) // 332 workgroups
fn linear2_backward_update_weight_and_2_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 205 % 332;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (group < 75) {
      let member = mine / 8;
      let tile = group * 8 + mine % 8;
      let leads = member == 0;
      let o = tile / 100;
      let i = tile % 100;
      let n_member = member / 2;
      let nb_member = member % 2;
      let x_at_nb_member: i32 = nb_member * 1600;
      let x_at_nb_member_i: i32 = x_at_nb_member + i * 16;
      let x_at_nb_member_i_n_member: i32 = x_at_nb_member_i + n_member * 4;
      let dy_at_nb_member: i32 = nb_member * 96;
      let dy_at_nb_member_o: i32 = dy_at_nb_member + o * 16;
      let dy_at_nb_member_o_n_member: i32 = dy_at_nb_member_o + n_member * 4;
      let at_o: i32 = o * 100;

      // seed
      var dw: vec4<f32> = vec4<f32>(0f);

      // reduce
      let x_nbin: vec4<f32> = x[x_at_nb_member_i_n_member / 4];
      let dy_nbon: vec4<f32> = dy[dy_at_nb_member_o_n_member / 4];
      dw += x_nbin * dy_nbon;

      // combine
      sums_4[mine] = dw;
      workgroupBarrier();
      if (member < 1) {
        let first = member * 64 + mine % 8;
        var team_total = sums_4[first];
        for (var at = 8; at < 64; at += 8) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      dw = sums_4[mine];
      if (leads) {
        // finish
        let dw_total: f32 = ((dw.x + dw.y) + (dw.z + dw.w));
        let m_oi: f32 = all_w.m[at_o + i];
        let w_oi: f32 = all_w.w[at_o + i];
        let v_oi: f32 = all_w.v[at_o + i];
        let beta1: f32 = params[params_at_step + 1];
        let beta1_rest: f32 = params[params_at_step + 2];
        let l2: f32 = params[params_at_step + 3];
        let gradient: f32 = dw_total + l2 * w_oi;
        let g: f32 = select(gradient, 0f, abs(gradient) < 8.881784197001252e-16f);
        let t: f32 = beta1 * m_oi + beta1_rest * g;
        let mean: f32 = select(t, 0f, abs(t) < 8.881784197001252e-16f);
        let beta2: f32 = params[params_at_step + 4];
        let beta2_rest: f32 = params[params_at_step + 5];
        let t_2: f32 = beta2 * v_oi + beta2_rest * g * g;
        let square: f32 = select(t_2, 0f, abs(t_2) < 1.1754943508222875e-38f);
        let step_size: f32 = params[params_at_step + 6];
        let v_scale: f32 = params[params_at_step + 7];
        let epsilon: f32 = params[params_at_step + 8];
        all_w.m[at_o + i] = mean;
        all_w.v[at_o + i] = square;
        all_w.w[at_o + i] = w_oi - step_size * mean / (sqrt(square) * v_scale + epsilon);
      }
    }
  }
  {
    if (group >= 75 && group < 319) {
      let member = mine / 16;
      let tile = (group - 75) * 16 + mine % 16;
      let leads = member == 0;
      let nb = tile / 1952;
      let ib = tile / 8 % 244;
      let i = (tile / 2 % 4) * 4;
      let n = (tile % 2) * 8;
      let o_member = member;
      let dy_at_nb: i32 = nb * 1600;
      let dy_at_nb_o_member: i32 = dy_at_nb + o_member * 16;
      let dy_at_nb_o_member_n: i32 = dy_at_nb_o_member + n;
      let w_at_ib: i32 = ib * 1600;
      let w_at_ib_o_member: i32 = w_at_ib + o_member * 16;
      let w_at_ib_o_member_i: i32 = w_at_ib_o_member + i;
      let dx_at_nb: i32 = nb * 62464;
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
      for (var o = 0; o < 100; o += 20) {
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
        let dy10: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 64) / 4];
        let w10_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 64]);
        dx00 += dy10 * w10_all;
        let dy11: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 68) / 4];
        dx01 += dy11 * w10_all;
        let w11_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 65]);
        dx10 += dy10 * w11_all;
        dx11 += dy11 * w11_all;
        let w12_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 66]);
        dx20 += dy10 * w12_all;
        dx21 += dy11 * w12_all;
        let w13_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 67]);
        dx30 += dy10 * w13_all;
        dx31 += dy11 * w13_all;
        let dy20: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 128) / 4];
        let w20_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 128]);
        dx00 += dy20 * w20_all;
        let dy21: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 132) / 4];
        dx01 += dy21 * w20_all;
        let w21_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 129]);
        dx10 += dy20 * w21_all;
        dx11 += dy21 * w21_all;
        let w22_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 130]);
        dx20 += dy20 * w22_all;
        dx21 += dy21 * w22_all;
        let w23_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 131]);
        dx30 += dy20 * w23_all;
        dx31 += dy21 * w23_all;
        let dy30: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 192) / 4];
        let w30_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 192]);
        dx00 += dy30 * w30_all;
        let dy31: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 196) / 4];
        dx01 += dy31 * w30_all;
        let w31_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 193]);
        dx10 += dy30 * w31_all;
        dx11 += dy31 * w31_all;
        let w32_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 194]);
        dx20 += dy30 * w32_all;
        dx21 += dy31 * w32_all;
        let w33_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 195]);
        dx30 += dy30 * w33_all;
        dx31 += dy31 * w33_all;
        let dy40: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 256) / 4];
        let w40_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 256]);
        dx00 += dy40 * w40_all;
        let dy41: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 260) / 4];
        dx01 += dy41 * w40_all;
        let w41_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 257]);
        dx10 += dy40 * w41_all;
        dx11 += dy41 * w41_all;
        let w42_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 258]);
        dx20 += dy40 * w42_all;
        dx21 += dy41 * w42_all;
        let w43_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 259]);
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
      for (var nth = member; nth < 8; nth += 4) {
        let first = nth * 64 + mine % 16;
        var team_total = sums_4[first];
        for (var at = 16; at < 64; at += 16) { team_total += sums_4[first + at]; }
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
    if (group >= 319 && group < 332) {
      let member = mine / 8;
      let tile = (group - 319) * 8 + mine % 8;
      let leads = member == 0 && tile <= 99;
      let o = min(tile, 99);
      let n_member = member / 2;
      let nb_member = member % 2;
      let dy_at_nb_member: i32 = nb_member * 1600;
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
        let first = member * 64 + mine % 8;
        var team_total = sums_4[first];
        for (var at = 8; at < 64; at += 8) { team_total += sums_4[first + at]; }
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
