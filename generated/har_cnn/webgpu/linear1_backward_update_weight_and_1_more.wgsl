// kernel    linear1_backward_update_weight   dw = sum over nb,n of x[nb,16ib+i,n] * dy[nb,o,n]; gradient = dw + l2 * w[ib,o,i]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[ib,o,i] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[ib,o,i] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[ib,o,i] = mean; v[ib,o,i] = square
//           w[ib,o,i] = w[ib,o,i] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     ib = 244, o = 100, i = 16, nb = 2, n = 16   (f32)
// schedule  tile o 4, i 4 · unroll n 4 · vectorize n · grid ib, o, i
// cost      30.8 MFLOP · 5.2 MB read · 4.7 MB written · 3.1 FLOP/B · 16 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:93f92a9e   regenerate: deno task generate specs/har_cnn.json
// kernel    dropout1_relu2_backward_input   value = dy[nb,c,l,n] * mask[nb,c,l,n]
//           dx[nb,c,l,n] = if y[nb,c,l,n] <= 0 then 0 else value
// shape     nb = 2, c = 64, l = 61, n = 16   (f32)
// schedule  vectorize n · grid nb, c, l, n
// cost      124.9 kFLOP · 1.5 MB read · 499.7 kB written · 0.1 FLOP/B
// source    kernels/layers/dropout.ts + kernels/layers/relu.ts sha256:0152be92   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
struct All_w { w: array<f32, 390400>, m: array<f32, 390400>, v: array<f32, 390400> }
@group(1) @binding(0) var<storage, read_write> all_w: All_w;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> params: array<f32>;
@group(1) @binding(4) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(6) var<storage, read> mask: array<vec4<f32>>;
@group(1) @binding(7) var<storage, read_write> dx: array<vec4<f32>>;

@compute @workgroup_size(64) // 870 workgroups
fn linear1_backward_update_weight_and_1_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 539 % 870;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (point < 24400) {
      let ib = point / 100;
      let o = (point / 4 % 25) * 4;
      let i = (point % 4) * 4;
      let x_at_ib: i32 = ib * 256;
      let x_at_ib_i: i32 = x_at_ib + i * 16;
      let dy_at_o: i32 = o * 16;
      let at_ib: i32 = ib * 1600;
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
      var dw20: vec4<f32> = vec4<f32>(0f);
      var dw21: vec4<f32> = vec4<f32>(0f);
      var dw22: vec4<f32> = vec4<f32>(0f);
      var dw23: vec4<f32> = vec4<f32>(0f);
      var dw30: vec4<f32> = vec4<f32>(0f);
      var dw31: vec4<f32> = vec4<f32>(0f);
      var dw32: vec4<f32> = vec4<f32>(0f);
      var dw33: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var nb = 0; nb < 2; nb += 1) {
        let x_at_ib_i_nb: i32 = x_at_ib_i + nb * 62464;
        let dy_at_o_nb: i32 = dy_at_o + nb * 1600;
        let x00: vec4<f32> = x[x_at_ib_i_nb / 4];
        let dy00: vec4<f32> = dy[dy_at_o_nb / 4];
        dw00 += x00 * dy00;
        let x10: vec4<f32> = x[(x_at_ib_i_nb + 16) / 4];
        dw01 += x10 * dy00;
        let x20: vec4<f32> = x[(x_at_ib_i_nb + 32) / 4];
        dw02 += x20 * dy00;
        let x30: vec4<f32> = x[(x_at_ib_i_nb + 48) / 4];
        dw03 += x30 * dy00;
        let dy10: vec4<f32> = dy[(dy_at_o_nb + 16) / 4];
        dw10 += x00 * dy10;
        dw11 += x10 * dy10;
        dw12 += x20 * dy10;
        dw13 += x30 * dy10;
        let dy20: vec4<f32> = dy[(dy_at_o_nb + 32) / 4];
        dw20 += x00 * dy20;
        dw21 += x10 * dy20;
        dw22 += x20 * dy20;
        dw23 += x30 * dy20;
        let dy30: vec4<f32> = dy[(dy_at_o_nb + 48) / 4];
        dw30 += x00 * dy30;
        dw31 += x10 * dy30;
        dw32 += x20 * dy30;
        dw33 += x30 * dy30;
        let x01: vec4<f32> = x[(x_at_ib_i_nb + 4) / 4];
        let dy01: vec4<f32> = dy[(dy_at_o_nb + 4) / 4];
        dw00 += x01 * dy01;
        let x11: vec4<f32> = x[(x_at_ib_i_nb + 20) / 4];
        dw01 += x11 * dy01;
        let x21: vec4<f32> = x[(x_at_ib_i_nb + 36) / 4];
        dw02 += x21 * dy01;
        let x31: vec4<f32> = x[(x_at_ib_i_nb + 52) / 4];
        dw03 += x31 * dy01;
        let dy11: vec4<f32> = dy[(dy_at_o_nb + 20) / 4];
        dw10 += x01 * dy11;
        dw11 += x11 * dy11;
        dw12 += x21 * dy11;
        dw13 += x31 * dy11;
        let dy21: vec4<f32> = dy[(dy_at_o_nb + 36) / 4];
        dw20 += x01 * dy21;
        dw21 += x11 * dy21;
        dw22 += x21 * dy21;
        dw23 += x31 * dy21;
        let dy31: vec4<f32> = dy[(dy_at_o_nb + 52) / 4];
        dw30 += x01 * dy31;
        dw31 += x11 * dy31;
        dw32 += x21 * dy31;
        dw33 += x31 * dy31;
        let x02: vec4<f32> = x[(x_at_ib_i_nb + 8) / 4];
        let dy02: vec4<f32> = dy[(dy_at_o_nb + 8) / 4];
        dw00 += x02 * dy02;
        let x12: vec4<f32> = x[(x_at_ib_i_nb + 24) / 4];
        dw01 += x12 * dy02;
        let x22: vec4<f32> = x[(x_at_ib_i_nb + 40) / 4];
        dw02 += x22 * dy02;
        let x32: vec4<f32> = x[(x_at_ib_i_nb + 56) / 4];
        dw03 += x32 * dy02;
        let dy12: vec4<f32> = dy[(dy_at_o_nb + 24) / 4];
        dw10 += x02 * dy12;
        dw11 += x12 * dy12;
        dw12 += x22 * dy12;
        dw13 += x32 * dy12;
        let dy22: vec4<f32> = dy[(dy_at_o_nb + 40) / 4];
        dw20 += x02 * dy22;
        dw21 += x12 * dy22;
        dw22 += x22 * dy22;
        dw23 += x32 * dy22;
        let dy32: vec4<f32> = dy[(dy_at_o_nb + 56) / 4];
        dw30 += x02 * dy32;
        dw31 += x12 * dy32;
        dw32 += x22 * dy32;
        dw33 += x32 * dy32;
        let x03: vec4<f32> = x[(x_at_ib_i_nb + 12) / 4];
        let dy03: vec4<f32> = dy[(dy_at_o_nb + 12) / 4];
        dw00 += x03 * dy03;
        let x13: vec4<f32> = x[(x_at_ib_i_nb + 28) / 4];
        dw01 += x13 * dy03;
        let x23: vec4<f32> = x[(x_at_ib_i_nb + 44) / 4];
        dw02 += x23 * dy03;
        let x33: vec4<f32> = x[(x_at_ib_i_nb + 60) / 4];
        dw03 += x33 * dy03;
        let dy13: vec4<f32> = dy[(dy_at_o_nb + 28) / 4];
        dw10 += x03 * dy13;
        dw11 += x13 * dy13;
        dw12 += x23 * dy13;
        dw13 += x33 * dy13;
        let dy23: vec4<f32> = dy[(dy_at_o_nb + 44) / 4];
        dw20 += x03 * dy23;
        dw21 += x13 * dy23;
        dw22 += x23 * dy23;
        dw23 += x33 * dy23;
        let dy33: vec4<f32> = dy[(dy_at_o_nb + 60) / 4];
        dw30 += x03 * dy33;
        dw31 += x13 * dy33;
        dw32 += x23 * dy33;
        dw33 += x33 * dy33;
      }

      // finish
      let dw_total00: f32 = ((dw00.x + dw00.y) + (dw00.z + dw00.w));
      let dw_total01: f32 = ((dw01.x + dw01.y) + (dw01.z + dw01.w));
      let dw_total02: f32 = ((dw02.x + dw02.y) + (dw02.z + dw02.w));
      let dw_total03: f32 = ((dw03.x + dw03.y) + (dw03.z + dw03.w));
      let dw_total10: f32 = ((dw10.x + dw10.y) + (dw10.z + dw10.w));
      let dw_total11: f32 = ((dw11.x + dw11.y) + (dw11.z + dw11.w));
      let dw_total12: f32 = ((dw12.x + dw12.y) + (dw12.z + dw12.w));
      let dw_total13: f32 = ((dw13.x + dw13.y) + (dw13.z + dw13.w));
      let dw_total20: f32 = ((dw20.x + dw20.y) + (dw20.z + dw20.w));
      let dw_total21: f32 = ((dw21.x + dw21.y) + (dw21.z + dw21.w));
      let dw_total22: f32 = ((dw22.x + dw22.y) + (dw22.z + dw22.w));
      let dw_total23: f32 = ((dw23.x + dw23.y) + (dw23.z + dw23.w));
      let dw_total30: f32 = ((dw30.x + dw30.y) + (dw30.z + dw30.w));
      let dw_total31: f32 = ((dw31.x + dw31.y) + (dw31.z + dw31.w));
      let dw_total32: f32 = ((dw32.x + dw32.y) + (dw32.z + dw32.w));
      let dw_total33: f32 = ((dw33.x + dw33.y) + (dw33.z + dw33.w));
      let m00: f32 = all_w.m[at_ib_o + i];
      let w00: f32 = all_w.w[at_ib_o + i];
      let v00: f32 = all_w.v[at_ib_o + i];
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
      all_w.m[at_ib_o + i] = mean00;
      all_w.v[at_ib_o + i] = square00;
      all_w.w[at_ib_o + i] = w00 - step_size * mean00 / (sqrt(square00) * v_scale + epsilon);
      let m01: f32 = all_w.m[at_ib_o + i + 1];
      let w01: f32 = all_w.w[at_ib_o + i + 1];
      let v01: f32 = all_w.v[at_ib_o + i + 1];
      let gradient01: f32 = dw_total01 + l2 * w01;
      let g01: f32 = select(gradient01, 0f, abs(gradient01) < 8.881784197001252e-16f);
      let t01: f32 = beta1 * m01 + beta1_rest * g01;
      let mean01: f32 = select(t01, 0f, abs(t01) < 8.881784197001252e-16f);
      let t01_2: f32 = beta2 * v01 + beta2_rest * g01 * g01;
      let square01: f32 = select(t01_2, 0f, abs(t01_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 1] = mean01;
      all_w.v[at_ib_o + i + 1] = square01;
      all_w.w[at_ib_o + i + 1] = w01 - step_size * mean01 / (sqrt(square01) * v_scale + epsilon);
      let m02: f32 = all_w.m[at_ib_o + i + 2];
      let w02: f32 = all_w.w[at_ib_o + i + 2];
      let v02: f32 = all_w.v[at_ib_o + i + 2];
      let gradient02: f32 = dw_total02 + l2 * w02;
      let g02: f32 = select(gradient02, 0f, abs(gradient02) < 8.881784197001252e-16f);
      let t02: f32 = beta1 * m02 + beta1_rest * g02;
      let mean02: f32 = select(t02, 0f, abs(t02) < 8.881784197001252e-16f);
      let t02_2: f32 = beta2 * v02 + beta2_rest * g02 * g02;
      let square02: f32 = select(t02_2, 0f, abs(t02_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 2] = mean02;
      all_w.v[at_ib_o + i + 2] = square02;
      all_w.w[at_ib_o + i + 2] = w02 - step_size * mean02 / (sqrt(square02) * v_scale + epsilon);
      let m03: f32 = all_w.m[at_ib_o + i + 3];
      let w03: f32 = all_w.w[at_ib_o + i + 3];
      let v03: f32 = all_w.v[at_ib_o + i + 3];
      let gradient03: f32 = dw_total03 + l2 * w03;
      let g03: f32 = select(gradient03, 0f, abs(gradient03) < 8.881784197001252e-16f);
      let t03: f32 = beta1 * m03 + beta1_rest * g03;
      let mean03: f32 = select(t03, 0f, abs(t03) < 8.881784197001252e-16f);
      let t03_2: f32 = beta2 * v03 + beta2_rest * g03 * g03;
      let square03: f32 = select(t03_2, 0f, abs(t03_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 3] = mean03;
      all_w.v[at_ib_o + i + 3] = square03;
      all_w.w[at_ib_o + i + 3] = w03 - step_size * mean03 / (sqrt(square03) * v_scale + epsilon);
      let m10: f32 = all_w.m[at_ib_o + i + 16];
      let w10: f32 = all_w.w[at_ib_o + i + 16];
      let v10: f32 = all_w.v[at_ib_o + i + 16];
      let gradient10: f32 = dw_total10 + l2 * w10;
      let g10: f32 = select(gradient10, 0f, abs(gradient10) < 8.881784197001252e-16f);
      let t10: f32 = beta1 * m10 + beta1_rest * g10;
      let mean10: f32 = select(t10, 0f, abs(t10) < 8.881784197001252e-16f);
      let t10_2: f32 = beta2 * v10 + beta2_rest * g10 * g10;
      let square10: f32 = select(t10_2, 0f, abs(t10_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 16] = mean10;
      all_w.v[at_ib_o + i + 16] = square10;
      all_w.w[at_ib_o + i + 16] = w10 - step_size * mean10 / (sqrt(square10) * v_scale + epsilon);
      let m11: f32 = all_w.m[at_ib_o + i + 17];
      let w11: f32 = all_w.w[at_ib_o + i + 17];
      let v11: f32 = all_w.v[at_ib_o + i + 17];
      let gradient11: f32 = dw_total11 + l2 * w11;
      let g11: f32 = select(gradient11, 0f, abs(gradient11) < 8.881784197001252e-16f);
      let t11: f32 = beta1 * m11 + beta1_rest * g11;
      let mean11: f32 = select(t11, 0f, abs(t11) < 8.881784197001252e-16f);
      let t11_2: f32 = beta2 * v11 + beta2_rest * g11 * g11;
      let square11: f32 = select(t11_2, 0f, abs(t11_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 17] = mean11;
      all_w.v[at_ib_o + i + 17] = square11;
      all_w.w[at_ib_o + i + 17] = w11 - step_size * mean11 / (sqrt(square11) * v_scale + epsilon);
      let m12: f32 = all_w.m[at_ib_o + i + 18];
      let w12: f32 = all_w.w[at_ib_o + i + 18];
      let v12: f32 = all_w.v[at_ib_o + i + 18];
      let gradient12: f32 = dw_total12 + l2 * w12;
      let g12: f32 = select(gradient12, 0f, abs(gradient12) < 8.881784197001252e-16f);
      let t12: f32 = beta1 * m12 + beta1_rest * g12;
      let mean12: f32 = select(t12, 0f, abs(t12) < 8.881784197001252e-16f);
      let t12_2: f32 = beta2 * v12 + beta2_rest * g12 * g12;
      let square12: f32 = select(t12_2, 0f, abs(t12_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 18] = mean12;
      all_w.v[at_ib_o + i + 18] = square12;
      all_w.w[at_ib_o + i + 18] = w12 - step_size * mean12 / (sqrt(square12) * v_scale + epsilon);
      let m13: f32 = all_w.m[at_ib_o + i + 19];
      let w13: f32 = all_w.w[at_ib_o + i + 19];
      let v13: f32 = all_w.v[at_ib_o + i + 19];
      let gradient13: f32 = dw_total13 + l2 * w13;
      let g13: f32 = select(gradient13, 0f, abs(gradient13) < 8.881784197001252e-16f);
      let t13: f32 = beta1 * m13 + beta1_rest * g13;
      let mean13: f32 = select(t13, 0f, abs(t13) < 8.881784197001252e-16f);
      let t13_2: f32 = beta2 * v13 + beta2_rest * g13 * g13;
      let square13: f32 = select(t13_2, 0f, abs(t13_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 19] = mean13;
      all_w.v[at_ib_o + i + 19] = square13;
      all_w.w[at_ib_o + i + 19] = w13 - step_size * mean13 / (sqrt(square13) * v_scale + epsilon);
      let m20: f32 = all_w.m[at_ib_o + i + 32];
      let w20: f32 = all_w.w[at_ib_o + i + 32];
      let v20: f32 = all_w.v[at_ib_o + i + 32];
      let gradient20: f32 = dw_total20 + l2 * w20;
      let g20: f32 = select(gradient20, 0f, abs(gradient20) < 8.881784197001252e-16f);
      let t20: f32 = beta1 * m20 + beta1_rest * g20;
      let mean20: f32 = select(t20, 0f, abs(t20) < 8.881784197001252e-16f);
      let t20_2: f32 = beta2 * v20 + beta2_rest * g20 * g20;
      let square20: f32 = select(t20_2, 0f, abs(t20_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 32] = mean20;
      all_w.v[at_ib_o + i + 32] = square20;
      all_w.w[at_ib_o + i + 32] = w20 - step_size * mean20 / (sqrt(square20) * v_scale + epsilon);
      let m21: f32 = all_w.m[at_ib_o + i + 33];
      let w21: f32 = all_w.w[at_ib_o + i + 33];
      let v21: f32 = all_w.v[at_ib_o + i + 33];
      let gradient21: f32 = dw_total21 + l2 * w21;
      let g21: f32 = select(gradient21, 0f, abs(gradient21) < 8.881784197001252e-16f);
      let t21: f32 = beta1 * m21 + beta1_rest * g21;
      let mean21: f32 = select(t21, 0f, abs(t21) < 8.881784197001252e-16f);
      let t21_2: f32 = beta2 * v21 + beta2_rest * g21 * g21;
      let square21: f32 = select(t21_2, 0f, abs(t21_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 33] = mean21;
      all_w.v[at_ib_o + i + 33] = square21;
      all_w.w[at_ib_o + i + 33] = w21 - step_size * mean21 / (sqrt(square21) * v_scale + epsilon);
      let m22: f32 = all_w.m[at_ib_o + i + 34];
      let w22: f32 = all_w.w[at_ib_o + i + 34];
      let v22: f32 = all_w.v[at_ib_o + i + 34];
      let gradient22: f32 = dw_total22 + l2 * w22;
      let g22: f32 = select(gradient22, 0f, abs(gradient22) < 8.881784197001252e-16f);
      let t22: f32 = beta1 * m22 + beta1_rest * g22;
      let mean22: f32 = select(t22, 0f, abs(t22) < 8.881784197001252e-16f);
      let t22_2: f32 = beta2 * v22 + beta2_rest * g22 * g22;
      let square22: f32 = select(t22_2, 0f, abs(t22_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 34] = mean22;
      all_w.v[at_ib_o + i + 34] = square22;
      all_w.w[at_ib_o + i + 34] = w22 - step_size * mean22 / (sqrt(square22) * v_scale + epsilon);
      let m23: f32 = all_w.m[at_ib_o + i + 35];
      let w23: f32 = all_w.w[at_ib_o + i + 35];
      let v23: f32 = all_w.v[at_ib_o + i + 35];
      let gradient23: f32 = dw_total23 + l2 * w23;
      let g23: f32 = select(gradient23, 0f, abs(gradient23) < 8.881784197001252e-16f);
      let t23: f32 = beta1 * m23 + beta1_rest * g23;
      let mean23: f32 = select(t23, 0f, abs(t23) < 8.881784197001252e-16f);
      let t23_2: f32 = beta2 * v23 + beta2_rest * g23 * g23;
      let square23: f32 = select(t23_2, 0f, abs(t23_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 35] = mean23;
      all_w.v[at_ib_o + i + 35] = square23;
      all_w.w[at_ib_o + i + 35] = w23 - step_size * mean23 / (sqrt(square23) * v_scale + epsilon);
      let m30: f32 = all_w.m[at_ib_o + i + 48];
      let w30: f32 = all_w.w[at_ib_o + i + 48];
      let v30: f32 = all_w.v[at_ib_o + i + 48];
      let gradient30: f32 = dw_total30 + l2 * w30;
      let g30: f32 = select(gradient30, 0f, abs(gradient30) < 8.881784197001252e-16f);
      let t30: f32 = beta1 * m30 + beta1_rest * g30;
      let mean30: f32 = select(t30, 0f, abs(t30) < 8.881784197001252e-16f);
      let t30_2: f32 = beta2 * v30 + beta2_rest * g30 * g30;
      let square30: f32 = select(t30_2, 0f, abs(t30_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 48] = mean30;
      all_w.v[at_ib_o + i + 48] = square30;
      all_w.w[at_ib_o + i + 48] = w30 - step_size * mean30 / (sqrt(square30) * v_scale + epsilon);
      let m31: f32 = all_w.m[at_ib_o + i + 49];
      let w31: f32 = all_w.w[at_ib_o + i + 49];
      let v31: f32 = all_w.v[at_ib_o + i + 49];
      let gradient31: f32 = dw_total31 + l2 * w31;
      let g31: f32 = select(gradient31, 0f, abs(gradient31) < 8.881784197001252e-16f);
      let t31: f32 = beta1 * m31 + beta1_rest * g31;
      let mean31: f32 = select(t31, 0f, abs(t31) < 8.881784197001252e-16f);
      let t31_2: f32 = beta2 * v31 + beta2_rest * g31 * g31;
      let square31: f32 = select(t31_2, 0f, abs(t31_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 49] = mean31;
      all_w.v[at_ib_o + i + 49] = square31;
      all_w.w[at_ib_o + i + 49] = w31 - step_size * mean31 / (sqrt(square31) * v_scale + epsilon);
      let m32: f32 = all_w.m[at_ib_o + i + 50];
      let w32: f32 = all_w.w[at_ib_o + i + 50];
      let v32: f32 = all_w.v[at_ib_o + i + 50];
      let gradient32: f32 = dw_total32 + l2 * w32;
      let g32: f32 = select(gradient32, 0f, abs(gradient32) < 8.881784197001252e-16f);
      let t32: f32 = beta1 * m32 + beta1_rest * g32;
      let mean32: f32 = select(t32, 0f, abs(t32) < 8.881784197001252e-16f);
      let t32_2: f32 = beta2 * v32 + beta2_rest * g32 * g32;
      let square32: f32 = select(t32_2, 0f, abs(t32_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 50] = mean32;
      all_w.v[at_ib_o + i + 50] = square32;
      all_w.w[at_ib_o + i + 50] = w32 - step_size * mean32 / (sqrt(square32) * v_scale + epsilon);
      let m33: f32 = all_w.m[at_ib_o + i + 51];
      let w33: f32 = all_w.w[at_ib_o + i + 51];
      let v33: f32 = all_w.v[at_ib_o + i + 51];
      let gradient33: f32 = dw_total33 + l2 * w33;
      let g33: f32 = select(gradient33, 0f, abs(gradient33) < 8.881784197001252e-16f);
      let t33: f32 = beta1 * m33 + beta1_rest * g33;
      let mean33: f32 = select(t33, 0f, abs(t33) < 8.881784197001252e-16f);
      let t33_2: f32 = beta2 * v33 + beta2_rest * g33 * g33;
      let square33: f32 = select(t33_2, 0f, abs(t33_2) < 1.1754943508222875e-38f);
      all_w.m[at_ib_o + i + 51] = mean33;
      all_w.v[at_ib_o + i + 51] = square33;
      all_w.w[at_ib_o + i + 51] = w33 - step_size * mean33 / (sqrt(square33) * v_scale + epsilon);
    }
  }
  {
    if (point >= 24448 && point < 55680) {
      let nb = (point - 24448) / 15616;
      let c = (point - 24448) / 244 % 64;
      let l = (point - 24448) / 4 % 61;
      let n = ((point - 24448) % 4) * 4;
      let at_nb: i32 = nb * 62464;
      let at_nb_c: i32 = at_nb + c * 976;
      let at_nb_c_l: i32 = at_nb_c + l * 16;
      let y_nbcln: vec4<f32> = y[(at_nb_c_l + n) / 4];
      let dy_nbcln: vec4<f32> = dy_2[(at_nb_c_l + n) / 4];
      let mask_nbcln: vec4<f32> = mask[(at_nb_c_l + n) / 4];
      let value: vec4<f32> = dy_nbcln * mask_nbcln;
      dx[(at_nb_c_l + n) / 4] = select(value, vec4<f32>(0f), y_nbcln <= vec4<f32>(0f));
    }
  }
}
