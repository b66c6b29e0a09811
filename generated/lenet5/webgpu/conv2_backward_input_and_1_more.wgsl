// kernel    conv2_backward_input   dx[nb,c,i,j,n] = sum over o,t,u of dy[nb,o,i-t,j-u,n] * w[o,c,t,u]
// shape     nb = 4, c = 6, i = 14, j = 14, n = 16, o = 16, t = 5, u = 5   (f32)
// schedule  tile c 2, j 2, n 2 · unroll u 5 · vectorize n · grid nb, c, i, j, n · split o 4
// cost      60.2 MFLOP · 419.2 kB read · 301.1 kB written · 84 FLOP/B · 8 accumulators
// source    kernels/layers/conv2d.ts sha256:62ec4cb8   regenerate: deno task generate specs/lenet5.json
// kernel    conv2_backward_update_bias   db = sum over nb,p,q,n of dy[nb,o,p,q,n]; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           m[o] = mean; v[o] = square; w[o] = w[o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 16, nb = 4, p = 10, q = 10, n = 16   (f32)
// schedule  unroll q 5, p 5 · vectorize n · grid o · split n 4, q 2, p 2, nb 4
// cost      102.6 kFLOP · 409.8 kB read · 192 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/conv2d.ts + kernels/optimizers/adam.ts sha256:bf70bd14   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> w: array<f32>;
@group(1) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;
struct All_w_2 { w_2: array<f32, 16>, m: array<f32, 16>, v: array<f32, 16> }
@group(1) @binding(3) var<storage, read_write> all_w_2: All_w_2;
@group(1) @binding(4) var<storage, read> params: array<f32>;
var<workgroup> sums_4: array<vec4<f32>, 512>;

@compute @workgroup_size(64) // 163 workgroups
fn conv2_backward_input_and_1_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 101 % 163;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    if (group < 147) {
      let member = mine / 16;
      let tile = group * 16 + mine % 16;
      let leads = member == 0;
      let nb = tile / 588;
      let c = (tile / 196 % 3) * 2;
      let i = tile / 14 % 14;
      let j = (tile / 2 % 7) * 2;
      let n = (tile % 2) * 8;
      let o_member = member;
      let dy_at_nb: i32 = nb * 82944;
      let dy_at_nb_o_member: i32 = dy_at_nb + o_member * 5184;
      let dy_at_nb_o_member_i: i32 = dy_at_nb_o_member + i * 288;
      let dy_at_nb_o_member_i_j: i32 = dy_at_nb_o_member_i + j * 16;
      let dy_at_nb_o_member_i_j_n: i32 = dy_at_nb_o_member_i_j + n;
      let w_at_o_member: i32 = o_member * 150;
      let w_at_o_member_c: i32 = w_at_o_member + c * 25;
      let dx_at_nb: i32 = nb * 18816;
      let dx_at_nb_c: i32 = dx_at_nb + c * 3136;
      let dx_at_nb_c_i: i32 = dx_at_nb_c + i * 224;
      let dx_at_nb_c_i_j: i32 = dx_at_nb_c_i + j * 16;

      // seed
      var dx000: vec4<f32> = vec4<f32>(0f);
      var dx001: vec4<f32> = vec4<f32>(0f);
      var dx010: vec4<f32> = vec4<f32>(0f);
      var dx011: vec4<f32> = vec4<f32>(0f);
      var dx100: vec4<f32> = vec4<f32>(0f);
      var dx101: vec4<f32> = vec4<f32>(0f);
      var dx110: vec4<f32> = vec4<f32>(0f);
      var dx111: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var o = 0; o < 16; o += 4) {
        let dy_at_nb_o_member_i_j_n_o: i32 = dy_at_nb_o_member_i_j_n + o * 5184;
        let w_at_o_member_c_o: i32 = w_at_o_member_c + o * 150;
        for (var t = 0; t < 5; t += 1) {
          let dy_at_nb_o_member_i_j_n_o_t: i32 = dy_at_nb_o_member_i_j_n_o - t * 288 + 1152;
          let w_at_o_member_c_o_t: i32 = w_at_o_member_c_o + t * 5;
          let dy00: vec4<f32> = dy[(dy_at_nb_o_member_i_j_n_o_t + 64) / 4];
          let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_member_c_o_t]);
          dx000 += dy00 * w00_all;
          let dy01: vec4<f32> = dy[(dy_at_nb_o_member_i_j_n_o_t + 68) / 4];
          dx001 += dy01 * w00_all;
          let dy10: vec4<f32> = dy[(dy_at_nb_o_member_i_j_n_o_t + 80) / 4];
          dx010 += dy10 * w00_all;
          let dy11: vec4<f32> = dy[(dy_at_nb_o_member_i_j_n_o_t + 84) / 4];
          dx011 += dy11 * w00_all;
          let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_member_c_o_t + 25]);
          dx100 += dy00 * w10_all;
          dx101 += dy01 * w10_all;
          dx110 += dy10 * w10_all;
          dx111 += dy11 * w10_all;
          let dy_m1_0: vec4<f32> = dy[(dy_at_nb_o_member_i_j_n_o_t + 48) / 4];
          let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_member_c_o_t + 1]);
          dx000 += dy_m1_0 * w01_all;
          let dy_m1_1: vec4<f32> = dy[(dy_at_nb_o_member_i_j_n_o_t + 52) / 4];
          dx001 += dy_m1_1 * w01_all;
          dx010 += dy00 * w01_all;
          dx011 += dy01 * w01_all;
          let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_member_c_o_t + 26]);
          dx100 += dy_m1_0 * w11_all;
          dx101 += dy_m1_1 * w11_all;
          dx110 += dy00 * w11_all;
          dx111 += dy01 * w11_all;
          let dy_m2_0: vec4<f32> = dy[(dy_at_nb_o_member_i_j_n_o_t + 32) / 4];
          let w02_all: vec4<f32> = vec4<f32>(w[w_at_o_member_c_o_t + 2]);
          dx000 += dy_m2_0 * w02_all;
          let dy_m2_1: vec4<f32> = dy[(dy_at_nb_o_member_i_j_n_o_t + 36) / 4];
          dx001 += dy_m2_1 * w02_all;
          dx010 += dy_m1_0 * w02_all;
          dx011 += dy_m1_1 * w02_all;
          let w12_all: vec4<f32> = vec4<f32>(w[w_at_o_member_c_o_t + 27]);
          dx100 += dy_m2_0 * w12_all;
          dx101 += dy_m2_1 * w12_all;
          dx110 += dy_m1_0 * w12_all;
          dx111 += dy_m1_1 * w12_all;
          let dy_m3_0: vec4<f32> = dy[(dy_at_nb_o_member_i_j_n_o_t + 16) / 4];
          let w03_all: vec4<f32> = vec4<f32>(w[w_at_o_member_c_o_t + 3]);
          dx000 += dy_m3_0 * w03_all;
          let dy_m3_1: vec4<f32> = dy[(dy_at_nb_o_member_i_j_n_o_t + 20) / 4];
          dx001 += dy_m3_1 * w03_all;
          dx010 += dy_m2_0 * w03_all;
          dx011 += dy_m2_1 * w03_all;
          let w13_all: vec4<f32> = vec4<f32>(w[w_at_o_member_c_o_t + 28]);
          dx100 += dy_m3_0 * w13_all;
          dx101 += dy_m3_1 * w13_all;
          dx110 += dy_m2_0 * w13_all;
          dx111 += dy_m2_1 * w13_all;
          let dy_m4_0: vec4<f32> = dy[dy_at_nb_o_member_i_j_n_o_t / 4];
          let w04_all: vec4<f32> = vec4<f32>(w[w_at_o_member_c_o_t + 4]);
          dx000 += dy_m4_0 * w04_all;
          let dy_m4_1: vec4<f32> = dy[(dy_at_nb_o_member_i_j_n_o_t + 4) / 4];
          dx001 += dy_m4_1 * w04_all;
          dx010 += dy_m3_0 * w04_all;
          dx011 += dy_m3_1 * w04_all;
          let w14_all: vec4<f32> = vec4<f32>(w[w_at_o_member_c_o_t + 29]);
          dx100 += dy_m4_0 * w14_all;
          dx101 += dy_m4_1 * w14_all;
          dx110 += dy_m3_0 * w14_all;
          dx111 += dy_m3_1 * w14_all;
        }
      }

      // combine
      sums_4[mine] = dx000;
      sums_4[mine + 64] = dx001;
      sums_4[mine + 128] = dx010;
      sums_4[mine + 192] = dx011;
      sums_4[mine + 256] = dx100;
      sums_4[mine + 320] = dx101;
      sums_4[mine + 384] = dx110;
      sums_4[mine + 448] = dx111;
      workgroupBarrier();
      for (var nth = member; nth < 8; nth += 4) {
        let first = nth * 64 + mine % 16;
        var team_total = sums_4[first];
        for (var at = 16; at < 64; at += 16) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      dx000 = sums_4[mine];
      dx001 = sums_4[mine + 64];
      dx010 = sums_4[mine + 128];
      dx011 = sums_4[mine + 192];
      dx100 = sums_4[mine + 256];
      dx101 = sums_4[mine + 320];
      dx110 = sums_4[mine + 384];
      dx111 = sums_4[mine + 448];
      if (leads) {
        // finish
        dx[(dx_at_nb_c_i_j + n) / 4] = dx000;
        dx[(dx_at_nb_c_i_j + n + 4) / 4] = dx001;
        dx[(dx_at_nb_c_i_j + n + 16) / 4] = dx010;
        dx[(dx_at_nb_c_i_j + n + 20) / 4] = dx011;
        dx[(dx_at_nb_c_i_j + n + 3136) / 4] = dx100;
        dx[(dx_at_nb_c_i_j + n + 3140) / 4] = dx101;
        dx[(dx_at_nb_c_i_j + n + 3152) / 4] = dx110;
        dx[(dx_at_nb_c_i_j + n + 3156) / 4] = dx111;
      }
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (group >= 147 && group < 163) {
      let member = mine / 1;
      let tile = (group - 147) * 1 + mine % 1;
      let leads = member == 0;
      let o = tile;
      let n_member = member / 16;
      let q_member = member / 8 % 2;
      let p_member = member / 4 % 2;
      let nb_member = member % 4;
      let dy_at_nb_member: i32 = nb_member * 82944;
      let dy_at_nb_member_o: i32 = dy_at_nb_member + o * 5184;
      let dy_at_nb_member_o_p_member: i32 = dy_at_nb_member_o + p_member * 288;
      let dy_at_nb_member_o_p_member_q_member: i32 = dy_at_nb_member_o_p_member + q_member * 16;
      let dy_at_nb_member_o_p_member_q_member_n_member: i32 = dy_at_nb_member_o_p_member_q_member + n_member * 4;

      // seed
      var db: vec4<f32> = vec4<f32>(0f);

      // reduce
      let dy00: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 1216) / 4];
      db += dy00;
      let dy01: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 1248) / 4];
      db += dy01;
      let dy02: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 1280) / 4];
      db += dy02;
      let dy03: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 1312) / 4];
      db += dy03;
      let dy04: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 1344) / 4];
      db += dy04;
      let dy10: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 1792) / 4];
      db += dy10;
      let dy11: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 1824) / 4];
      db += dy11;
      let dy12: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 1856) / 4];
      db += dy12;
      let dy13: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 1888) / 4];
      db += dy13;
      let dy14: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 1920) / 4];
      db += dy14;
      let dy20: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 2368) / 4];
      db += dy20;
      let dy21: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 2400) / 4];
      db += dy21;
      let dy22: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 2432) / 4];
      db += dy22;
      let dy23: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 2464) / 4];
      db += dy23;
      let dy24: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 2496) / 4];
      db += dy24;
      let dy30: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 2944) / 4];
      db += dy30;
      let dy31: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 2976) / 4];
      db += dy31;
      let dy32: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 3008) / 4];
      db += dy32;
      let dy33: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 3040) / 4];
      db += dy33;
      let dy34: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 3072) / 4];
      db += dy34;
      let dy40: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 3520) / 4];
      db += dy40;
      let dy41: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 3552) / 4];
      db += dy41;
      let dy42: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 3584) / 4];
      db += dy42;
      let dy43: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 3616) / 4];
      db += dy43;
      let dy44: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member + 3648) / 4];
      db += dy44;

      // combine
      sums_4[mine] = db;
      workgroupBarrier();
      if (member < 1) {
        let first = member * 64 + mine % 1;
        var team_total = sums_4[first];
        for (var at = 1; at < 64; at += 1) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      db = sums_4[mine];
      if (leads) {
        // finish
        let db_total: f32 = ((db.x + db.y) + (db.z + db.w));
        let m_o: f32 = all_w_2.m[o];
        let v_o: f32 = all_w_2.v[o];
        let w_o: f32 = all_w_2.w_2[o];
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
        all_w_2.m[o] = mean;
        all_w_2.v[o] = square;
        all_w_2.w_2[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
      }
    }
  }
}
