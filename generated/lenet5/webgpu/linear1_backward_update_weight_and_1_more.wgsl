// kernel    linear1_backward_update_weight   dw = sum over nb,n of x[nb,16ib+i,n] * dy[nb,o,n]; gradient = dw + l2 * w[ib,o,i]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[ib,o,i] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[ib,o,i] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[ib,o,i] = mean; v[ib,o,i] = square
//           w[ib,o,i] = w[ib,o,i] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     ib = 25, o = 120, i = 16, nb = 4, n = 16   (f32)
// schedule  tile o 2, i 4 · unroll nb 4 · vectorize n · grid ib, o, i · split n 4
// cost      6.9 MFLOP · 709.1 kB read · 576.0 kB written · 5.3 FLOP/B · 8 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:126f6219   regenerate: deno task generate specs/lenet5.json
// kernel    pool2_tanh2_backward_input   value = dy[nb,c,i,j,n] * 0.25; dx[nb,c,2i,2j,n] = value * (1 - y[nb,c,2i,2j,n] * y[nb,c,2i,2j,n])
//           dx[nb,c,2i,2j+1,n] = value * (1 - y[nb,c,2i,2j+1,n] * y[nb,c,2i,2j+1,n]); dx[nb,c,2i+1,2j,n] = value * (1 - y[nb,c,2i+1,2j,n] * y[nb,c,2i+1,2j,n])
//           dx[nb,c,2i+1,2j+1,n] = value * (1 - y[nb,c,2i+1,2j+1,n] * y[nb,c,2i+1,2j+1,n])
// shape     nb = 4, c = 16, i = 5, j = 5, n = 16   (f32)
// schedule  vectorize n · grid nb, c, i, j, n
// cost      332.8 kFLOP · 512.0 kB read · 409.6 kB written · 0.4 FLOP/B
// source    kernels/layers/avg_pool2d.ts + kernels/layers/tanh.ts sha256:4e48c86e   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read_write> m: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read_write> w: array<f32>;
@group(1) @binding(4) var<storage, read_write> v: array<f32>;
@group(1) @binding(5) var<storage, read> params: array<f32>;
@group(1) @binding(6) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(7) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(8) var<storage, read_write> dx: array<vec4<f32>>;
var<workgroup> sums_4: array<vec4<f32>, 512>;

@compute @workgroup_size(64) // 475 workgroups
fn linear1_backward_update_weight_and_1_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 294 % 475;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (group < 375) {
      let member = mine / 16;
      let tile = group * 16 + mine % 16;
      let leads = member == 0;
      let ib = tile / 240;
      let o = (tile / 4 % 60) * 2;
      let i = (tile % 4) * 4;
      let n_member = member;
      let x_at_ib: i32 = ib * 256;
      let x_at_ib_i: i32 = x_at_ib + i * 16;
      let x_at_ib_i_n_member: i32 = x_at_ib_i + n_member * 4;
      let dy_at_o: i32 = o * 16;
      let dy_at_o_n_member: i32 = dy_at_o + n_member * 4;
      let at_ib: i32 = ib * 1920;
      let at_ib_o: i32 = at_ib + o * 16;

      // seed
      var dw00: vec4<f32> = vec4<f32>(0f);
      var dw01: vec4<f32> = vec4<f32>(0f);
      var dw02: vec4<f32> = vec4<f32>(0f);
      var dw03: vec4<f32> = vec4<f32>(0f);
      var dw10: vec4<f32> = vec4<f32>(0f);
      var dw11: vec4<f32> = vec4<f32>(0f);
      var dw12: vec4<f32> = vec4<f32>(0f);
      var dw13: vec4<f32> = vec4<f32>(0f);

      // reduce
      let x00: vec4<f32> = x[x_at_ib_i_n_member / 4];
      let dy00: vec4<f32> = dy[dy_at_o_n_member / 4];
      dw00 += x00 * dy00;
      let x01: vec4<f32> = x[(x_at_ib_i_n_member + 16) / 4];
      dw01 += x01 * dy00;
      let x02: vec4<f32> = x[(x_at_ib_i_n_member + 32) / 4];
      dw02 += x02 * dy00;
      let x03: vec4<f32> = x[(x_at_ib_i_n_member + 48) / 4];
      dw03 += x03 * dy00;
      let dy01: vec4<f32> = dy[(dy_at_o_n_member + 16) / 4];
      dw10 += x00 * dy01;
      dw11 += x01 * dy01;
      dw12 += x02 * dy01;
      dw13 += x03 * dy01;
      let x10: vec4<f32> = x[(x_at_ib_i_n_member + 6400) / 4];
      let dy10: vec4<f32> = dy[(dy_at_o_n_member + 1920) / 4];
      dw00 += x10 * dy10;
      let x11: vec4<f32> = x[(x_at_ib_i_n_member + 6416) / 4];
      dw01 += x11 * dy10;
      let x12: vec4<f32> = x[(x_at_ib_i_n_member + 6432) / 4];
      dw02 += x12 * dy10;
      let x13: vec4<f32> = x[(x_at_ib_i_n_member + 6448) / 4];
      dw03 += x13 * dy10;
      let dy11: vec4<f32> = dy[(dy_at_o_n_member + 1936) / 4];
      dw10 += x10 * dy11;
      dw11 += x11 * dy11;
      dw12 += x12 * dy11;
      dw13 += x13 * dy11;
      let x20: vec4<f32> = x[(x_at_ib_i_n_member + 12800) / 4];
      let dy20: vec4<f32> = dy[(dy_at_o_n_member + 3840) / 4];
      dw00 += x20 * dy20;
      let x21: vec4<f32> = x[(x_at_ib_i_n_member + 12816) / 4];
      dw01 += x21 * dy20;
      let x22: vec4<f32> = x[(x_at_ib_i_n_member + 12832) / 4];
      dw02 += x22 * dy20;
      let x23: vec4<f32> = x[(x_at_ib_i_n_member + 12848) / 4];
      dw03 += x23 * dy20;
      let dy21: vec4<f32> = dy[(dy_at_o_n_member + 3856) / 4];
      dw10 += x20 * dy21;
      dw11 += x21 * dy21;
      dw12 += x22 * dy21;
      dw13 += x23 * dy21;
      let x30: vec4<f32> = x[(x_at_ib_i_n_member + 19200) / 4];
      let dy30: vec4<f32> = dy[(dy_at_o_n_member + 5760) / 4];
      dw00 += x30 * dy30;
      let x31: vec4<f32> = x[(x_at_ib_i_n_member + 19216) / 4];
      dw01 += x31 * dy30;
      let x32: vec4<f32> = x[(x_at_ib_i_n_member + 19232) / 4];
      dw02 += x32 * dy30;
      let x33: vec4<f32> = x[(x_at_ib_i_n_member + 19248) / 4];
      dw03 += x33 * dy30;
      let dy31: vec4<f32> = dy[(dy_at_o_n_member + 5776) / 4];
      dw10 += x30 * dy31;
      dw11 += x31 * dy31;
      dw12 += x32 * dy31;
      dw13 += x33 * dy31;

      // combine
      sums_4[mine] = dw00;
      sums_4[mine + 64] = dw01;
      sums_4[mine + 128] = dw02;
      sums_4[mine + 192] = dw03;
      sums_4[mine + 256] = dw10;
      sums_4[mine + 320] = dw11;
      sums_4[mine + 384] = dw12;
      sums_4[mine + 448] = dw13;
      workgroupBarrier();
      for (var nth = member; nth < 8; nth += 4) {
        let first = nth * 64 + mine % 16;
        var team_total = sums_4[first];
        for (var at = 16; at < 64; at += 16) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      dw00 = sums_4[mine];
      dw01 = sums_4[mine + 64];
      dw02 = sums_4[mine + 128];
      dw03 = sums_4[mine + 192];
      dw10 = sums_4[mine + 256];
      dw11 = sums_4[mine + 320];
      dw12 = sums_4[mine + 384];
      dw13 = sums_4[mine + 448];
      if (leads) {
        // finish
        let dw_total00: f32 = ((dw00.x + dw00.y) + (dw00.z + dw00.w));
        let dw_total01: f32 = ((dw01.x + dw01.y) + (dw01.z + dw01.w));
        let dw_total02: f32 = ((dw02.x + dw02.y) + (dw02.z + dw02.w));
        let dw_total03: f32 = ((dw03.x + dw03.y) + (dw03.z + dw03.w));
        let dw_total10: f32 = ((dw10.x + dw10.y) + (dw10.z + dw10.w));
        let dw_total11: f32 = ((dw11.x + dw11.y) + (dw11.z + dw11.w));
        let dw_total12: f32 = ((dw12.x + dw12.y) + (dw12.z + dw12.w));
        let dw_total13: f32 = ((dw13.x + dw13.y) + (dw13.z + dw13.w));
        let m00: f32 = m[at_ib_o + i];
        let w00: f32 = w[at_ib_o + i];
        let v00: f32 = v[at_ib_o + i];
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
        m[at_ib_o + i] = mean00;
        v[at_ib_o + i] = square00;
        w[at_ib_o + i] = w00 - step_size * mean00 / (sqrt(square00) * v_scale + epsilon);
        let m01: f32 = m[at_ib_o + i + 1];
        let w01: f32 = w[at_ib_o + i + 1];
        let v01: f32 = v[at_ib_o + i + 1];
        let gradient01: f32 = dw_total01 + l2 * w01;
        let g01: f32 = select(gradient01, 0f, abs(gradient01) < 8.881784197001252e-16f);
        let t01: f32 = beta1 * m01 + beta1_rest * g01;
        let mean01: f32 = select(t01, 0f, abs(t01) < 8.881784197001252e-16f);
        let t01_2: f32 = beta2 * v01 + beta2_rest * g01 * g01;
        let square01: f32 = select(t01_2, 0f, abs(t01_2) < 1.1754943508222875e-38f);
        m[at_ib_o + i + 1] = mean01;
        v[at_ib_o + i + 1] = square01;
        w[at_ib_o + i + 1] = w01 - step_size * mean01 / (sqrt(square01) * v_scale + epsilon);
        let m02: f32 = m[at_ib_o + i + 2];
        let w02: f32 = w[at_ib_o + i + 2];
        let v02: f32 = v[at_ib_o + i + 2];
        let gradient02: f32 = dw_total02 + l2 * w02;
        let g02: f32 = select(gradient02, 0f, abs(gradient02) < 8.881784197001252e-16f);
        let t02: f32 = beta1 * m02 + beta1_rest * g02;
        let mean02: f32 = select(t02, 0f, abs(t02) < 8.881784197001252e-16f);
        let t02_2: f32 = beta2 * v02 + beta2_rest * g02 * g02;
        let square02: f32 = select(t02_2, 0f, abs(t02_2) < 1.1754943508222875e-38f);
        m[at_ib_o + i + 2] = mean02;
        v[at_ib_o + i + 2] = square02;
        w[at_ib_o + i + 2] = w02 - step_size * mean02 / (sqrt(square02) * v_scale + epsilon);
        let m03: f32 = m[at_ib_o + i + 3];
        let w03: f32 = w[at_ib_o + i + 3];
        let v03: f32 = v[at_ib_o + i + 3];
        let gradient03: f32 = dw_total03 + l2 * w03;
        let g03: f32 = select(gradient03, 0f, abs(gradient03) < 8.881784197001252e-16f);
        let t03: f32 = beta1 * m03 + beta1_rest * g03;
        let mean03: f32 = select(t03, 0f, abs(t03) < 8.881784197001252e-16f);
        let t03_2: f32 = beta2 * v03 + beta2_rest * g03 * g03;
        let square03: f32 = select(t03_2, 0f, abs(t03_2) < 1.1754943508222875e-38f);
        m[at_ib_o + i + 3] = mean03;
        v[at_ib_o + i + 3] = square03;
        w[at_ib_o + i + 3] = w03 - step_size * mean03 / (sqrt(square03) * v_scale + epsilon);
        let m10: f32 = m[at_ib_o + i + 16];
        let w10: f32 = w[at_ib_o + i + 16];
        let v10: f32 = v[at_ib_o + i + 16];
        let gradient10: f32 = dw_total10 + l2 * w10;
        let g10: f32 = select(gradient10, 0f, abs(gradient10) < 8.881784197001252e-16f);
        let t10: f32 = beta1 * m10 + beta1_rest * g10;
        let mean10: f32 = select(t10, 0f, abs(t10) < 8.881784197001252e-16f);
        let t10_2: f32 = beta2 * v10 + beta2_rest * g10 * g10;
        let square10: f32 = select(t10_2, 0f, abs(t10_2) < 1.1754943508222875e-38f);
        m[at_ib_o + i + 16] = mean10;
        v[at_ib_o + i + 16] = square10;
        w[at_ib_o + i + 16] = w10 - step_size * mean10 / (sqrt(square10) * v_scale + epsilon);
        let m11: f32 = m[at_ib_o + i + 17];
        let w11: f32 = w[at_ib_o + i + 17];
        let v11: f32 = v[at_ib_o + i + 17];
        let gradient11: f32 = dw_total11 + l2 * w11;
        let g11: f32 = select(gradient11, 0f, abs(gradient11) < 8.881784197001252e-16f);
        let t11: f32 = beta1 * m11 + beta1_rest * g11;
        let mean11: f32 = select(t11, 0f, abs(t11) < 8.881784197001252e-16f);
        let t11_2: f32 = beta2 * v11 + beta2_rest * g11 * g11;
        let square11: f32 = select(t11_2, 0f, abs(t11_2) < 1.1754943508222875e-38f);
        m[at_ib_o + i + 17] = mean11;
        v[at_ib_o + i + 17] = square11;
        w[at_ib_o + i + 17] = w11 - step_size * mean11 / (sqrt(square11) * v_scale + epsilon);
        let m12: f32 = m[at_ib_o + i + 18];
        let w12: f32 = w[at_ib_o + i + 18];
        let v12: f32 = v[at_ib_o + i + 18];
        let gradient12: f32 = dw_total12 + l2 * w12;
        let g12: f32 = select(gradient12, 0f, abs(gradient12) < 8.881784197001252e-16f);
        let t12: f32 = beta1 * m12 + beta1_rest * g12;
        let mean12: f32 = select(t12, 0f, abs(t12) < 8.881784197001252e-16f);
        let t12_2: f32 = beta2 * v12 + beta2_rest * g12 * g12;
        let square12: f32 = select(t12_2, 0f, abs(t12_2) < 1.1754943508222875e-38f);
        m[at_ib_o + i + 18] = mean12;
        v[at_ib_o + i + 18] = square12;
        w[at_ib_o + i + 18] = w12 - step_size * mean12 / (sqrt(square12) * v_scale + epsilon);
        let m13: f32 = m[at_ib_o + i + 19];
        let w13: f32 = w[at_ib_o + i + 19];
        let v13: f32 = v[at_ib_o + i + 19];
        let gradient13: f32 = dw_total13 + l2 * w13;
        let g13: f32 = select(gradient13, 0f, abs(gradient13) < 8.881784197001252e-16f);
        let t13: f32 = beta1 * m13 + beta1_rest * g13;
        let mean13: f32 = select(t13, 0f, abs(t13) < 8.881784197001252e-16f);
        let t13_2: f32 = beta2 * v13 + beta2_rest * g13 * g13;
        let square13: f32 = select(t13_2, 0f, abs(t13_2) < 1.1754943508222875e-38f);
        m[at_ib_o + i + 19] = mean13;
        v[at_ib_o + i + 19] = square13;
        w[at_ib_o + i + 19] = w13 - step_size * mean13 / (sqrt(square13) * v_scale + epsilon);
      }
    }
  }
  {
    if (point >= 24000 && point < 30400) {
      let nb = (point - 24000) / 1600;
      let c = (point - 24000) / 100 % 16;
      let i = (point - 24000) / 20 % 5;
      let j = (point - 24000) / 4 % 5;
      let n = ((point - 24000) % 4) * 4;
      let dy_at_nb: i32 = nb * 6400;
      let dy_at_nb_c: i32 = dy_at_nb + c * 400;
      let dy_at_nb_c_i: i32 = dy_at_nb_c + i * 80;
      let dy_at_nb_c_i_j: i32 = dy_at_nb_c_i + j * 16;
      let y_at_nb: i32 = nb * 25600;
      let y_at_nb_c: i32 = y_at_nb + c * 1600;
      let y_at_nb_c_i: i32 = y_at_nb_c + i * 320;
      let y_at_nb_c_i_j: i32 = y_at_nb_c_i + j * 32;
      let dx_at_nb: i32 = nb * 82944;
      let dx_at_nb_c: i32 = dx_at_nb + c * 5184;
      let dx_at_nb_c_i: i32 = dx_at_nb_c + i * 576;
      let dx_at_nb_c_i_j: i32 = dx_at_nb_c_i + j * 32;
      let dy_nbcijn: vec4<f32> = dy_2[(dy_at_nb_c_i_j + n) / 4];
      let y_nbcijn: vec4<f32> = y[(y_at_nb_c_i_j + n) / 4];
      let y_nbcijn_2: vec4<f32> = y[(y_at_nb_c_i_j + n + 16) / 4];
      let y_nbcijn_3: vec4<f32> = y[(y_at_nb_c_i_j + n + 160) / 4];
      let y_nbcijn_4: vec4<f32> = y[(y_at_nb_c_i_j + n + 176) / 4];
      let value: vec4<f32> = dy_nbcijn * vec4<f32>(0.25f);
      dx[(dx_at_nb_c_i_j + n + 1216) / 4] = value * (vec4<f32>(1f) - y_nbcijn * y_nbcijn);
      dx[(dx_at_nb_c_i_j + n + 1232) / 4] = value * (vec4<f32>(1f) - y_nbcijn_2 * y_nbcijn_2);
      dx[(dx_at_nb_c_i_j + n + 1504) / 4] = value * (vec4<f32>(1f) - y_nbcijn_3 * y_nbcijn_3);
      dx[(dx_at_nb_c_i_j + n + 1520) / 4] = value * (vec4<f32>(1f) - y_nbcijn_4 * y_nbcijn_4);
    }
  }
}
