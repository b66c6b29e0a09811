// kernel    conv2_backward_update_weight   dw = sum over nb,p,q,n of dy[nb,o,p,q,n] * x[nb,c,p+r,q+s,n]; gradient = dw + l2 * w[o,c,r,s]
//           g = if abs(gradient) < 8.881784e-16 then 0 else gradient; t = beta1 * m[o,c,r,s] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t
//           t_2 = beta2 * v[o,c,r,s] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[o,c,r,s] = mean; v[o,c,r,s] = square
//           w[o,c,r,s] = w[o,c,r,s] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 16, c = 6, r = 5, s = 5, nb = 4, p = 10, q = 10, n = 16   (f32)
// schedule  tile o 8, c 2 · unroll q 4 · vectorize n · grid o, c, r, s · split n 4, q 2, p 2, nb 4
// cost      30.8 MFLOP · 739.5 kB read · 28.8 kB written · 40 FLOP/B · 16 accumulators
// source    kernels/layers/conv2d.ts + kernels/optimizers/adam.ts sha256:f5bb7a08   regenerate: deno task generate specs/lenet5.json
// kernel    pool1_tanh1_backward_input   value = dy[nb,c,i,j,n] * 0.25; dx[nb,c,2i,2j,n] = value * (1 - y[nb,c,2i,2j,n] * y[nb,c,2i,2j,n])
//           dx[nb,c,2i,2j+1,n] = value * (1 - y[nb,c,2i,2j+1,n] * y[nb,c,2i,2j+1,n]); dx[nb,c,2i+1,2j,n] = value * (1 - y[nb,c,2i+1,2j,n] * y[nb,c,2i+1,2j,n])
//           dx[nb,c,2i+1,2j+1,n] = value * (1 - y[nb,c,2i+1,2j+1,n] * y[nb,c,2i+1,2j+1,n])
// shape     nb = 4, c = 6, i = 14, j = 14, n = 16   (f32)
// schedule  vectorize n · grid nb, c, i, j, n
// cost      978.4 kFLOP · 1.5 MB read · 1.2 MB written · 0.4 FLOP/B
// source    kernels/layers/avg_pool2d.ts + kernels/layers/tanh.ts sha256:c5166082   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
struct All_w { w: array<f32, 2400>, m: array<f32, 2400>, v: array<f32, 2400> }
@group(1) @binding(0) var<storage, read_write> all_w: All_w;
@group(1) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> params: array<f32>;
@group(1) @binding(4) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(6) var<storage, read_write> dx: array<vec4<f32>>;
var<workgroup> sums_4: array<vec4<f32>, 1024>;

@compute @workgroup_size(64) // 444 workgroups
fn conv2_backward_update_weight_and_1_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 275 % 444;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (group < 150) {
      let member = mine / 1;
      let tile = group * 1 + mine % 1;
      let leads = member == 0;
      let o = (tile / 75) * 8;
      let c = (tile / 25 % 3) * 2;
      let r = tile / 5 % 5;
      let s = tile % 5;
      let n_member = member / 16;
      let q_member = member / 8 % 2;
      let p_member = member / 4 % 2;
      let nb_member = member % 4;
      let dy_at_nb_member: i32 = nb_member * 82944;
      let dy_at_nb_member_o: i32 = dy_at_nb_member + o * 5184;
      let dy_at_nb_member_o_p_member: i32 = dy_at_nb_member_o + p_member * 288;
      let dy_at_nb_member_o_p_member_q_member: i32 = dy_at_nb_member_o_p_member + q_member * 16;
      let dy_at_nb_member_o_p_member_q_member_n_member: i32 = dy_at_nb_member_o_p_member_q_member + n_member * 4;
      let x_at_nb_member: i32 = nb_member * 18816;
      let x_at_nb_member_c: i32 = x_at_nb_member + c * 3136;
      let x_at_nb_member_c_p_member: i32 = x_at_nb_member_c + p_member * 224;
      let x_at_nb_member_c_p_member_r: i32 = x_at_nb_member_c_p_member + r * 224;
      let x_at_nb_member_c_p_member_r_q_member: i32 = x_at_nb_member_c_p_member_r + q_member * 16;
      let x_at_nb_member_c_p_member_r_q_member_s: i32 = x_at_nb_member_c_p_member_r_q_member + s * 16;
      let x_at_nb_member_c_p_member_r_q_member_s_n_member: i32 = x_at_nb_member_c_p_member_r_q_member_s + n_member * 4;
      let at_o: i32 = o * 150;
      let at_o_c: i32 = at_o + c * 25;
      let at_o_c_r: i32 = at_o_c + r * 5;

      // seed
      var dw00: vec4<f32> = vec4<f32>(0f);
      var dw01: vec4<f32> = vec4<f32>(0f);
      var dw10: vec4<f32> = vec4<f32>(0f);
      var dw11: vec4<f32> = vec4<f32>(0f);
      var dw20: vec4<f32> = vec4<f32>(0f);
      var dw21: vec4<f32> = vec4<f32>(0f);
      var dw30: vec4<f32> = vec4<f32>(0f);
      var dw31: vec4<f32> = vec4<f32>(0f);
      var dw40: vec4<f32> = vec4<f32>(0f);
      var dw41: vec4<f32> = vec4<f32>(0f);
      var dw50: vec4<f32> = vec4<f32>(0f);
      var dw51: vec4<f32> = vec4<f32>(0f);
      var dw60: vec4<f32> = vec4<f32>(0f);
      var dw61: vec4<f32> = vec4<f32>(0f);
      var dw70: vec4<f32> = vec4<f32>(0f);
      var dw71: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var p = 0; p < 10; p += 2) {
        let dy_at_nb_member_o_p_member_q_member_n_member_p: i32 = dy_at_nb_member_o_p_member_q_member_n_member + p * 288;
        let x_at_nb_member_c_p_member_r_q_member_s_n_member_p: i32 = x_at_nb_member_c_p_member_r_q_member_s_n_member + p * 224;
        {
          let dy00: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 1216) / 4];
          let x00: vec4<f32> = x[x_at_nb_member_c_p_member_r_q_member_s_n_member_p / 4];
          dw00 += dy00 * x00;
          let x10: vec4<f32> = x[(x_at_nb_member_c_p_member_r_q_member_s_n_member_p + 3136) / 4];
          dw01 += dy00 * x10;
          let dy10: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 6400) / 4];
          dw10 += dy10 * x00;
          dw11 += dy10 * x10;
          let dy20: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 11584) / 4];
          dw20 += dy20 * x00;
          dw21 += dy20 * x10;
          let dy30: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 16768) / 4];
          dw30 += dy30 * x00;
          dw31 += dy30 * x10;
          let dy40: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 21952) / 4];
          dw40 += dy40 * x00;
          dw41 += dy40 * x10;
          let dy50: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 27136) / 4];
          dw50 += dy50 * x00;
          dw51 += dy50 * x10;
          let dy60: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 32320) / 4];
          dw60 += dy60 * x00;
          dw61 += dy60 * x10;
          let dy70: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 37504) / 4];
          dw70 += dy70 * x00;
          dw71 += dy70 * x10;
          let dy01: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 1248) / 4];
          let x01: vec4<f32> = x[(x_at_nb_member_c_p_member_r_q_member_s_n_member_p + 32) / 4];
          dw00 += dy01 * x01;
          let x11: vec4<f32> = x[(x_at_nb_member_c_p_member_r_q_member_s_n_member_p + 3168) / 4];
          dw01 += dy01 * x11;
          let dy11: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 6432) / 4];
          dw10 += dy11 * x01;
          dw11 += dy11 * x11;
          let dy21: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 11616) / 4];
          dw20 += dy21 * x01;
          dw21 += dy21 * x11;
          let dy31: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 16800) / 4];
          dw30 += dy31 * x01;
          dw31 += dy31 * x11;
          let dy41: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 21984) / 4];
          dw40 += dy41 * x01;
          dw41 += dy41 * x11;
          let dy51: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 27168) / 4];
          dw50 += dy51 * x01;
          dw51 += dy51 * x11;
          let dy61: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 32352) / 4];
          dw60 += dy61 * x01;
          dw61 += dy61 * x11;
          let dy71: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 37536) / 4];
          dw70 += dy71 * x01;
          dw71 += dy71 * x11;
          let dy02: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 1280) / 4];
          let x02: vec4<f32> = x[(x_at_nb_member_c_p_member_r_q_member_s_n_member_p + 64) / 4];
          dw00 += dy02 * x02;
          let x12: vec4<f32> = x[(x_at_nb_member_c_p_member_r_q_member_s_n_member_p + 3200) / 4];
          dw01 += dy02 * x12;
          let dy12: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 6464) / 4];
          dw10 += dy12 * x02;
          dw11 += dy12 * x12;
          let dy22: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 11648) / 4];
          dw20 += dy22 * x02;
          dw21 += dy22 * x12;
          let dy32: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 16832) / 4];
          dw30 += dy32 * x02;
          dw31 += dy32 * x12;
          let dy42: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 22016) / 4];
          dw40 += dy42 * x02;
          dw41 += dy42 * x12;
          let dy52: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 27200) / 4];
          dw50 += dy52 * x02;
          dw51 += dy52 * x12;
          let dy62: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 32384) / 4];
          dw60 += dy62 * x02;
          dw61 += dy62 * x12;
          let dy72: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 37568) / 4];
          dw70 += dy72 * x02;
          dw71 += dy72 * x12;
          let dy03: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 1312) / 4];
          let x03: vec4<f32> = x[(x_at_nb_member_c_p_member_r_q_member_s_n_member_p + 96) / 4];
          dw00 += dy03 * x03;
          let x13: vec4<f32> = x[(x_at_nb_member_c_p_member_r_q_member_s_n_member_p + 3232) / 4];
          dw01 += dy03 * x13;
          let dy13: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 6496) / 4];
          dw10 += dy13 * x03;
          dw11 += dy13 * x13;
          let dy23: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 11680) / 4];
          dw20 += dy23 * x03;
          dw21 += dy23 * x13;
          let dy33: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 16864) / 4];
          dw30 += dy33 * x03;
          dw31 += dy33 * x13;
          let dy43: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 22048) / 4];
          dw40 += dy43 * x03;
          dw41 += dy43 * x13;
          let dy53: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 27232) / 4];
          dw50 += dy53 * x03;
          dw51 += dy53 * x13;
          let dy63: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 32416) / 4];
          dw60 += dy63 * x03;
          dw61 += dy63 * x13;
          let dy73: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 37600) / 4];
          dw70 += dy73 * x03;
          dw71 += dy73 * x13;
        }
        {
          let dy0: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 1344) / 4];
          let x0: vec4<f32> = x[(x_at_nb_member_c_p_member_r_q_member_s_n_member_p + 128) / 4];
          dw00 += dy0 * x0;
          let x1: vec4<f32> = x[(x_at_nb_member_c_p_member_r_q_member_s_n_member_p + 3264) / 4];
          dw01 += dy0 * x1;
          let dy1: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 6528) / 4];
          dw10 += dy1 * x0;
          dw11 += dy1 * x1;
          let dy2: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 11712) / 4];
          dw20 += dy2 * x0;
          dw21 += dy2 * x1;
          let dy3: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 16896) / 4];
          dw30 += dy3 * x0;
          dw31 += dy3 * x1;
          let dy4: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 22080) / 4];
          dw40 += dy4 * x0;
          dw41 += dy4 * x1;
          let dy5: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 27264) / 4];
          dw50 += dy5 * x0;
          dw51 += dy5 * x1;
          let dy6: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 32448) / 4];
          dw60 += dy6 * x0;
          dw61 += dy6 * x1;
          let dy7: vec4<f32> = dy[(dy_at_nb_member_o_p_member_q_member_n_member_p + 37632) / 4];
          dw70 += dy7 * x0;
          dw71 += dy7 * x1;
        }
      }

      // combine
      sums_4[mine] = dw00;
      sums_4[mine + 64] = dw01;
      sums_4[mine + 128] = dw10;
      sums_4[mine + 192] = dw11;
      sums_4[mine + 256] = dw20;
      sums_4[mine + 320] = dw21;
      sums_4[mine + 384] = dw30;
      sums_4[mine + 448] = dw31;
      sums_4[mine + 512] = dw40;
      sums_4[mine + 576] = dw41;
      sums_4[mine + 640] = dw50;
      sums_4[mine + 704] = dw51;
      sums_4[mine + 768] = dw60;
      sums_4[mine + 832] = dw61;
      sums_4[mine + 896] = dw70;
      sums_4[mine + 960] = dw71;
      workgroupBarrier();
      if (member < 16) {
        let first = member * 64 + mine % 1;
        var team_total = sums_4[first];
        for (var at = 1; at < 64; at += 1) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      dw00 = sums_4[mine];
      dw01 = sums_4[mine + 64];
      dw10 = sums_4[mine + 128];
      dw11 = sums_4[mine + 192];
      dw20 = sums_4[mine + 256];
      dw21 = sums_4[mine + 320];
      dw30 = sums_4[mine + 384];
      dw31 = sums_4[mine + 448];
      dw40 = sums_4[mine + 512];
      dw41 = sums_4[mine + 576];
      dw50 = sums_4[mine + 640];
      dw51 = sums_4[mine + 704];
      dw60 = sums_4[mine + 768];
      dw61 = sums_4[mine + 832];
      dw70 = sums_4[mine + 896];
      dw71 = sums_4[mine + 960];
      if (leads) {
        // finish
        let dw_total00: f32 = ((dw00.x + dw00.y) + (dw00.z + dw00.w));
        let dw_total01: f32 = ((dw01.x + dw01.y) + (dw01.z + dw01.w));
        let dw_total10: f32 = ((dw10.x + dw10.y) + (dw10.z + dw10.w));
        let dw_total11: f32 = ((dw11.x + dw11.y) + (dw11.z + dw11.w));
        let dw_total20: f32 = ((dw20.x + dw20.y) + (dw20.z + dw20.w));
        let dw_total21: f32 = ((dw21.x + dw21.y) + (dw21.z + dw21.w));
        let dw_total30: f32 = ((dw30.x + dw30.y) + (dw30.z + dw30.w));
        let dw_total31: f32 = ((dw31.x + dw31.y) + (dw31.z + dw31.w));
        let dw_total40: f32 = ((dw40.x + dw40.y) + (dw40.z + dw40.w));
        let dw_total41: f32 = ((dw41.x + dw41.y) + (dw41.z + dw41.w));
        let dw_total50: f32 = ((dw50.x + dw50.y) + (dw50.z + dw50.w));
        let dw_total51: f32 = ((dw51.x + dw51.y) + (dw51.z + dw51.w));
        let dw_total60: f32 = ((dw60.x + dw60.y) + (dw60.z + dw60.w));
        let dw_total61: f32 = ((dw61.x + dw61.y) + (dw61.z + dw61.w));
        let dw_total70: f32 = ((dw70.x + dw70.y) + (dw70.z + dw70.w));
        let dw_total71: f32 = ((dw71.x + dw71.y) + (dw71.z + dw71.w));
        let m00: f32 = all_w.m[at_o_c_r + s];
        let w00: f32 = all_w.w[at_o_c_r + s];
        let v00: f32 = all_w.v[at_o_c_r + s];
        let beta1: f32 = params[params_at_step + 1];
        let beta1_rest: f32 = params[params_at_step + 2];
        let l2: f32 = params[params_at_step + 3];
        let gradient00: f32 = dw_total00 + l2 * w00;
        let g00: f32 = select(gradient00, 0f, abs(gradient00) < 8.881784197001252e-16f);
        let t00: f32 = beta1 * m00 + beta1_rest * g00;
        let mean00: f32 = select(t00, 0f, abs(t00) < 8.881784197001252e-16f);
        let beta2: f32 = params[params_at_step + 4];
        let beta2_rest: f32 = params[params_at_step + 5];
        let t00_2: f32 = beta2 * v00 + beta2_rest * g00 * g00;
        let square00: f32 = select(t00_2, 0f, abs(t00_2) < 1.1754943508222875e-38f);
        let step_size: f32 = params[params_at_step + 6];
        let v_scale: f32 = params[params_at_step + 7];
        let epsilon: f32 = params[params_at_step + 8];
        all_w.m[at_o_c_r + s] = mean00;
        all_w.v[at_o_c_r + s] = square00;
        all_w.w[at_o_c_r + s] = w00 - step_size * mean00 / (sqrt(square00) * v_scale + epsilon);
        let m01: f32 = all_w.m[at_o_c_r + s + 25];
        let w01: f32 = all_w.w[at_o_c_r + s + 25];
        let v01: f32 = all_w.v[at_o_c_r + s + 25];
        let gradient01: f32 = dw_total01 + l2 * w01;
        let g01: f32 = select(gradient01, 0f, abs(gradient01) < 8.881784197001252e-16f);
        let t01: f32 = beta1 * m01 + beta1_rest * g01;
        let mean01: f32 = select(t01, 0f, abs(t01) < 8.881784197001252e-16f);
        let t01_2: f32 = beta2 * v01 + beta2_rest * g01 * g01;
        let square01: f32 = select(t01_2, 0f, abs(t01_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 25] = mean01;
        all_w.v[at_o_c_r + s + 25] = square01;
        all_w.w[at_o_c_r + s + 25] = w01 - step_size * mean01 / (sqrt(square01) * v_scale + epsilon);
        let m10: f32 = all_w.m[at_o_c_r + s + 150];
        let w10: f32 = all_w.w[at_o_c_r + s + 150];
        let v10: f32 = all_w.v[at_o_c_r + s + 150];
        let gradient10: f32 = dw_total10 + l2 * w10;
        let g10: f32 = select(gradient10, 0f, abs(gradient10) < 8.881784197001252e-16f);
        let t10: f32 = beta1 * m10 + beta1_rest * g10;
        let mean10: f32 = select(t10, 0f, abs(t10) < 8.881784197001252e-16f);
        let t10_2: f32 = beta2 * v10 + beta2_rest * g10 * g10;
        let square10: f32 = select(t10_2, 0f, abs(t10_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 150] = mean10;
        all_w.v[at_o_c_r + s + 150] = square10;
        all_w.w[at_o_c_r + s + 150] = w10 - step_size * mean10 / (sqrt(square10) * v_scale + epsilon);
        let m11: f32 = all_w.m[at_o_c_r + s + 175];
        let w11: f32 = all_w.w[at_o_c_r + s + 175];
        let v11: f32 = all_w.v[at_o_c_r + s + 175];
        let gradient11: f32 = dw_total11 + l2 * w11;
        let g11: f32 = select(gradient11, 0f, abs(gradient11) < 8.881784197001252e-16f);
        let t11: f32 = beta1 * m11 + beta1_rest * g11;
        let mean11: f32 = select(t11, 0f, abs(t11) < 8.881784197001252e-16f);
        let t11_2: f32 = beta2 * v11 + beta2_rest * g11 * g11;
        let square11: f32 = select(t11_2, 0f, abs(t11_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 175] = mean11;
        all_w.v[at_o_c_r + s + 175] = square11;
        all_w.w[at_o_c_r + s + 175] = w11 - step_size * mean11 / (sqrt(square11) * v_scale + epsilon);
        let m20: f32 = all_w.m[at_o_c_r + s + 300];
        let w20: f32 = all_w.w[at_o_c_r + s + 300];
        let v20: f32 = all_w.v[at_o_c_r + s + 300];
        let gradient20: f32 = dw_total20 + l2 * w20;
        let g20: f32 = select(gradient20, 0f, abs(gradient20) < 8.881784197001252e-16f);
        let t20: f32 = beta1 * m20 + beta1_rest * g20;
        let mean20: f32 = select(t20, 0f, abs(t20) < 8.881784197001252e-16f);
        let t20_2: f32 = beta2 * v20 + beta2_rest * g20 * g20;
        let square20: f32 = select(t20_2, 0f, abs(t20_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 300] = mean20;
        all_w.v[at_o_c_r + s + 300] = square20;
        all_w.w[at_o_c_r + s + 300] = w20 - step_size * mean20 / (sqrt(square20) * v_scale + epsilon);
        let m21: f32 = all_w.m[at_o_c_r + s + 325];
        let w21: f32 = all_w.w[at_o_c_r + s + 325];
        let v21: f32 = all_w.v[at_o_c_r + s + 325];
        let gradient21: f32 = dw_total21 + l2 * w21;
        let g21: f32 = select(gradient21, 0f, abs(gradient21) < 8.881784197001252e-16f);
        let t21: f32 = beta1 * m21 + beta1_rest * g21;
        let mean21: f32 = select(t21, 0f, abs(t21) < 8.881784197001252e-16f);
        let t21_2: f32 = beta2 * v21 + beta2_rest * g21 * g21;
        let square21: f32 = select(t21_2, 0f, abs(t21_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 325] = mean21;
        all_w.v[at_o_c_r + s + 325] = square21;
        all_w.w[at_o_c_r + s + 325] = w21 - step_size * mean21 / (sqrt(square21) * v_scale + epsilon);
        let m30: f32 = all_w.m[at_o_c_r + s + 450];
        let w30: f32 = all_w.w[at_o_c_r + s + 450];
        let v30: f32 = all_w.v[at_o_c_r + s + 450];
        let gradient30: f32 = dw_total30 + l2 * w30;
        let g30: f32 = select(gradient30, 0f, abs(gradient30) < 8.881784197001252e-16f);
        let t30: f32 = beta1 * m30 + beta1_rest * g30;
        let mean30: f32 = select(t30, 0f, abs(t30) < 8.881784197001252e-16f);
        let t30_2: f32 = beta2 * v30 + beta2_rest * g30 * g30;
        let square30: f32 = select(t30_2, 0f, abs(t30_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 450] = mean30;
        all_w.v[at_o_c_r + s + 450] = square30;
        all_w.w[at_o_c_r + s + 450] = w30 - step_size * mean30 / (sqrt(square30) * v_scale + epsilon);
        let m31: f32 = all_w.m[at_o_c_r + s + 475];
        let w31: f32 = all_w.w[at_o_c_r + s + 475];
        let v31: f32 = all_w.v[at_o_c_r + s + 475];
        let gradient31: f32 = dw_total31 + l2 * w31;
        let g31: f32 = select(gradient31, 0f, abs(gradient31) < 8.881784197001252e-16f);
        let t31: f32 = beta1 * m31 + beta1_rest * g31;
        let mean31: f32 = select(t31, 0f, abs(t31) < 8.881784197001252e-16f);
        let t31_2: f32 = beta2 * v31 + beta2_rest * g31 * g31;
        let square31: f32 = select(t31_2, 0f, abs(t31_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 475] = mean31;
        all_w.v[at_o_c_r + s + 475] = square31;
        all_w.w[at_o_c_r + s + 475] = w31 - step_size * mean31 / (sqrt(square31) * v_scale + epsilon);
        let m40: f32 = all_w.m[at_o_c_r + s + 600];
        let w40: f32 = all_w.w[at_o_c_r + s + 600];
        let v40: f32 = all_w.v[at_o_c_r + s + 600];
        let gradient40: f32 = dw_total40 + l2 * w40;
        let g40: f32 = select(gradient40, 0f, abs(gradient40) < 8.881784197001252e-16f);
        let t40: f32 = beta1 * m40 + beta1_rest * g40;
        let mean40: f32 = select(t40, 0f, abs(t40) < 8.881784197001252e-16f);
        let t40_2: f32 = beta2 * v40 + beta2_rest * g40 * g40;
        let square40: f32 = select(t40_2, 0f, abs(t40_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 600] = mean40;
        all_w.v[at_o_c_r + s + 600] = square40;
        all_w.w[at_o_c_r + s + 600] = w40 - step_size * mean40 / (sqrt(square40) * v_scale + epsilon);
        let m41: f32 = all_w.m[at_o_c_r + s + 625];
        let w41: f32 = all_w.w[at_o_c_r + s + 625];
        let v41: f32 = all_w.v[at_o_c_r + s + 625];
        let gradient41: f32 = dw_total41 + l2 * w41;
        let g41: f32 = select(gradient41, 0f, abs(gradient41) < 8.881784197001252e-16f);
        let t41: f32 = beta1 * m41 + beta1_rest * g41;
        let mean41: f32 = select(t41, 0f, abs(t41) < 8.881784197001252e-16f);
        let t41_2: f32 = beta2 * v41 + beta2_rest * g41 * g41;
        let square41: f32 = select(t41_2, 0f, abs(t41_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 625] = mean41;
        all_w.v[at_o_c_r + s + 625] = square41;
        all_w.w[at_o_c_r + s + 625] = w41 - step_size * mean41 / (sqrt(square41) * v_scale + epsilon);
        let m50: f32 = all_w.m[at_o_c_r + s + 750];
        let w50: f32 = all_w.w[at_o_c_r + s + 750];
        let v50: f32 = all_w.v[at_o_c_r + s + 750];
        let gradient50: f32 = dw_total50 + l2 * w50;
        let g50: f32 = select(gradient50, 0f, abs(gradient50) < 8.881784197001252e-16f);
        let t50: f32 = beta1 * m50 + beta1_rest * g50;
        let mean50: f32 = select(t50, 0f, abs(t50) < 8.881784197001252e-16f);
        let t50_2: f32 = beta2 * v50 + beta2_rest * g50 * g50;
        let square50: f32 = select(t50_2, 0f, abs(t50_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 750] = mean50;
        all_w.v[at_o_c_r + s + 750] = square50;
        all_w.w[at_o_c_r + s + 750] = w50 - step_size * mean50 / (sqrt(square50) * v_scale + epsilon);
        let m51: f32 = all_w.m[at_o_c_r + s + 775];
        let w51: f32 = all_w.w[at_o_c_r + s + 775];
        let v51: f32 = all_w.v[at_o_c_r + s + 775];
        let gradient51: f32 = dw_total51 + l2 * w51;
        let g51: f32 = select(gradient51, 0f, abs(gradient51) < 8.881784197001252e-16f);
        let t51: f32 = beta1 * m51 + beta1_rest * g51;
        let mean51: f32 = select(t51, 0f, abs(t51) < 8.881784197001252e-16f);
        let t51_2: f32 = beta2 * v51 + beta2_rest * g51 * g51;
        let square51: f32 = select(t51_2, 0f, abs(t51_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 775] = mean51;
        all_w.v[at_o_c_r + s + 775] = square51;
        all_w.w[at_o_c_r + s + 775] = w51 - step_size * mean51 / (sqrt(square51) * v_scale + epsilon);
        let m60: f32 = all_w.m[at_o_c_r + s + 900];
        let w60: f32 = all_w.w[at_o_c_r + s + 900];
        let v60: f32 = all_w.v[at_o_c_r + s + 900];
        let gradient60: f32 = dw_total60 + l2 * w60;
        let g60: f32 = select(gradient60, 0f, abs(gradient60) < 8.881784197001252e-16f);
        let t60: f32 = beta1 * m60 + beta1_rest * g60;
        let mean60: f32 = select(t60, 0f, abs(t60) < 8.881784197001252e-16f);
        let t60_2: f32 = beta2 * v60 + beta2_rest * g60 * g60;
        let square60: f32 = select(t60_2, 0f, abs(t60_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 900] = mean60;
        all_w.v[at_o_c_r + s + 900] = square60;
        all_w.w[at_o_c_r + s + 900] = w60 - step_size * mean60 / (sqrt(square60) * v_scale + epsilon);
        let m61: f32 = all_w.m[at_o_c_r + s + 925];
        let w61: f32 = all_w.w[at_o_c_r + s + 925];
        let v61: f32 = all_w.v[at_o_c_r + s + 925];
        let gradient61: f32 = dw_total61 + l2 * w61;
        let g61: f32 = select(gradient61, 0f, abs(gradient61) < 8.881784197001252e-16f);
        let t61: f32 = beta1 * m61 + beta1_rest * g61;
        let mean61: f32 = select(t61, 0f, abs(t61) < 8.881784197001252e-16f);
        let t61_2: f32 = beta2 * v61 + beta2_rest * g61 * g61;
        let square61: f32 = select(t61_2, 0f, abs(t61_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 925] = mean61;
        all_w.v[at_o_c_r + s + 925] = square61;
        all_w.w[at_o_c_r + s + 925] = w61 - step_size * mean61 / (sqrt(square61) * v_scale + epsilon);
        let m70: f32 = all_w.m[at_o_c_r + s + 1050];
        let w70: f32 = all_w.w[at_o_c_r + s + 1050];
        let v70: f32 = all_w.v[at_o_c_r + s + 1050];
        let gradient70: f32 = dw_total70 + l2 * w70;
        let g70: f32 = select(gradient70, 0f, abs(gradient70) < 8.881784197001252e-16f);
        let t70: f32 = beta1 * m70 + beta1_rest * g70;
        let mean70: f32 = select(t70, 0f, abs(t70) < 8.881784197001252e-16f);
        let t70_2: f32 = beta2 * v70 + beta2_rest * g70 * g70;
        let square70: f32 = select(t70_2, 0f, abs(t70_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 1050] = mean70;
        all_w.v[at_o_c_r + s + 1050] = square70;
        all_w.w[at_o_c_r + s + 1050] = w70 - step_size * mean70 / (sqrt(square70) * v_scale + epsilon);
        let m71: f32 = all_w.m[at_o_c_r + s + 1075];
        let w71: f32 = all_w.w[at_o_c_r + s + 1075];
        let v71: f32 = all_w.v[at_o_c_r + s + 1075];
        let gradient71: f32 = dw_total71 + l2 * w71;
        let g71: f32 = select(gradient71, 0f, abs(gradient71) < 8.881784197001252e-16f);
        let t71: f32 = beta1 * m71 + beta1_rest * g71;
        let mean71: f32 = select(t71, 0f, abs(t71) < 8.881784197001252e-16f);
        let t71_2: f32 = beta2 * v71 + beta2_rest * g71 * g71;
        let square71: f32 = select(t71_2, 0f, abs(t71_2) < 1.1754943508222875e-38f);
        all_w.m[at_o_c_r + s + 1075] = mean71;
        all_w.v[at_o_c_r + s + 1075] = square71;
        all_w.w[at_o_c_r + s + 1075] = w71 - step_size * mean71 / (sqrt(square71) * v_scale + epsilon);
      }
    }
  }
  {
    if (point >= 9600 && point < 28416) {
      let nb = (point - 9600) / 4704;
      let c = (point - 9600) / 784 % 6;
      let i = (point - 9600) / 56 % 14;
      let j = (point - 9600) / 4 % 14;
      let n = ((point - 9600) % 4) * 4;
      let dy_at_nb: i32 = nb * 18816;
      let dy_at_nb_c: i32 = dy_at_nb + c * 3136;
      let dy_at_nb_c_i: i32 = dy_at_nb_c + i * 224;
      let dy_at_nb_c_i_j: i32 = dy_at_nb_c_i + j * 16;
      let at_nb: i32 = nb * 75264;
      let at_nb_c: i32 = at_nb + c * 12544;
      let at_nb_c_i: i32 = at_nb_c + i * 896;
      let at_nb_c_i_j: i32 = at_nb_c_i + j * 32;
      let dy_nbcijn: vec4<f32> = dy_2[(dy_at_nb_c_i_j + n) / 4];
      let y_nbcijn: vec4<f32> = y[(at_nb_c_i_j + n) / 4];
      let y_nbcijn_2: vec4<f32> = y[(at_nb_c_i_j + n + 16) / 4];
      let y_nbcijn_3: vec4<f32> = y[(at_nb_c_i_j + n + 448) / 4];
      let y_nbcijn_4: vec4<f32> = y[(at_nb_c_i_j + n + 464) / 4];
      let value: vec4<f32> = dy_nbcijn * vec4<f32>(0.25f);
      dx[(at_nb_c_i_j + n) / 4] = value * (vec4<f32>(1f) - y_nbcijn * y_nbcijn);
      dx[(at_nb_c_i_j + n + 16) / 4] = value * (vec4<f32>(1f) - y_nbcijn_2 * y_nbcijn_2);
      dx[(at_nb_c_i_j + n + 448) / 4] = value * (vec4<f32>(1f) - y_nbcijn_3 * y_nbcijn_3);
      dx[(at_nb_c_i_j + n + 464) / 4] = value * (vec4<f32>(1f) - y_nbcijn_4 * y_nbcijn_4);
    }
  }
}
