// kernel    linear1_backward_update_weight   dw = sum over nb,n of x[nb,i,n] * dy[nb,16ob+o,n]; gradient = dw + l2 * w[ob,i,o]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[ob,i,o] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[ob,i,o] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[ob,i,o] = mean; v[ob,i,o] = square
//           w[ob,i,o] = w[ob,i,o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     ob = 8, i = 6272, o = 16, nb = 4, n = 16   (f32)
// schedule  tile i 4, o 4 · unroll n 4 · vectorize n · grid ob, i, o
// cost      114.8 MFLOP · 11.3 MB read · 9.6 MB written · 5.5 FLOP/B · 16 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:b3d18225   regenerate: deno task generate specs/mnist_cnn.json
// kernel    pool1_conv1_backward_update_weight   dy_2 = if code[nb,o,i,j,n] = 0 then dy[nb,o,i,j,n] else 0; dy_3 = if code[nb,o,i,j,n] = 1 then dy[nb,o,i,j,n] else 0
//           dy_4 = if code[nb,o,i,j,n] = 2 then dy[nb,o,i,j,n] else 0; dy_5 = if code[nb,o,i,j,n] = 3 then dy[nb,o,i,j,n] else 0
//           dw = sum over nb,i,j,n of dy_2 * x[nb,c,2i+r-2,2j+s-2,n] + dy_3 * x[nb,c,2i+r-2,2j+s-1,n] + dy_4 * x[nb,c,2i+r-1,2j+s-2,n] + dy_5 * x[nb,c,2i+r-1,2j+…
//           and 3 more lines
// shape     o = 32, c = 1, r = 5, s = 5, nb = 4, i = 14, j = 14, n = 16   (f32)
// schedule  tile o 4 · vectorize n · grid o, c, r, s · split n 4, j 2, i 2, nb 4
// cost      80.3 MFLOP · 3.4 MB read · 9600 B written · 23 FLOP/B · 4 accumulators
// source    kernels/layers/max_pool2d.ts + kernels/layers/conv2d.ts + kernels/optimizers/adam.ts sha256:8f032314   regenerate: deno task generate specs/mnist_cnn.json
// kernel    pool1_conv1_backward_update_bias   dy_2 = if code[nb,o,i,j,n] = 0 then dy[nb,o,i,j,n] else 0; dy_3 = if code[nb,o,i,j,n] = 1 then dy[nb,o,i,j,n] else 0
//           dy_4 = if code[nb,o,i,j,n] = 2 then dy[nb,o,i,j,n] else 0; dy_5 = if code[nb,o,i,j,n] = 3 then dy[nb,o,i,j,n] else 0
//           db = sum over nb,i,j,n of dy_2 + dy_3 + dy_4 + dy_5; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           and 2 more lines
// shape     o = 32, nb = 4, i = 14, j = 14, n = 16   (f32)
// schedule  unroll j 7 · vectorize n · grid o · split n 4, j 2, i 2, nb 4
// cost      1.6 MFLOP · 3.2 MB read · 384 B written · 0.5 FLOP/B · 1 accumulator
// source    kernels/layers/max_pool2d.ts + kernels/layers/conv2d.ts + kernels/optimizers/adam.ts sha256:69f97294   regenerate: deno task generate specs/mnist_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
struct All_w { w: array<f32, 802816>, m: array<f32, 802816>, v: array<f32, 802816> }
@group(1) @binding(0) var<storage, read_write> all_w: All_w;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> params: array<f32>;
struct All_w_2 { w_2: array<f32, 800>, m_2: array<f32, 800>, v_2: array<f32, 800> }
@group(1) @binding(4) var<storage, read_write> all_w_2: All_w_2;
@group(1) @binding(5) var<storage, read> code: array<vec4<i32>>;
@group(1) @binding(6) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(7) var<storage, read> x_2: array<vec4<f32>>;
struct All_w_3 { w_3: array<f32, 32>, m_3: array<f32, 32>, v_3: array<f32, 32> }
@group(1) @binding(8) var<storage, read_write> all_w_3: All_w_3;
var<workgroup> sums_4: array<vec4<f32>, 256>;

@compute @workgroup_size(64) // 1016 workgroups
fn linear1_backward_update_weight_and_2_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 629 % 1016;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (point < 50176) {
      let ob = point / 6272;
      let i = (point / 4 % 1568) * 4;
      let o = (point % 4) * 4;
      let x_at_i: i32 = i * 16;
      let dy_at_ob: i32 = ob * 256;
      let dy_at_ob_o: i32 = dy_at_ob + o * 16;
      let at_ob: i32 = ob * 100352;
      let at_ob_i: i32 = at_ob + i * 16;

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
      for (var nb = 0; nb < 4; nb += 1) {
        let x_at_i_nb: i32 = x_at_i + nb * 100352;
        let dy_at_ob_o_nb: i32 = dy_at_ob_o + nb * 2048;
        let x00: vec4<f32> = x[x_at_i_nb / 4];
        let dy00: vec4<f32> = dy[dy_at_ob_o_nb / 4];
        dw00 += x00 * dy00;
        let dy10: vec4<f32> = dy[(dy_at_ob_o_nb + 16) / 4];
        dw01 += x00 * dy10;
        let dy20: vec4<f32> = dy[(dy_at_ob_o_nb + 32) / 4];
        dw02 += x00 * dy20;
        let dy30: vec4<f32> = dy[(dy_at_ob_o_nb + 48) / 4];
        dw03 += x00 * dy30;
        let x10: vec4<f32> = x[(x_at_i_nb + 16) / 4];
        dw10 += x10 * dy00;
        dw11 += x10 * dy10;
        dw12 += x10 * dy20;
        dw13 += x10 * dy30;
        let x20: vec4<f32> = x[(x_at_i_nb + 32) / 4];
        dw20 += x20 * dy00;
        dw21 += x20 * dy10;
        dw22 += x20 * dy20;
        dw23 += x20 * dy30;
        let x30: vec4<f32> = x[(x_at_i_nb + 48) / 4];
        dw30 += x30 * dy00;
        dw31 += x30 * dy10;
        dw32 += x30 * dy20;
        dw33 += x30 * dy30;
        let x01: vec4<f32> = x[(x_at_i_nb + 4) / 4];
        let dy01: vec4<f32> = dy[(dy_at_ob_o_nb + 4) / 4];
        dw00 += x01 * dy01;
        let dy11: vec4<f32> = dy[(dy_at_ob_o_nb + 20) / 4];
        dw01 += x01 * dy11;
        let dy21: vec4<f32> = dy[(dy_at_ob_o_nb + 36) / 4];
        dw02 += x01 * dy21;
        let dy31: vec4<f32> = dy[(dy_at_ob_o_nb + 52) / 4];
        dw03 += x01 * dy31;
        let x11: vec4<f32> = x[(x_at_i_nb + 20) / 4];
        dw10 += x11 * dy01;
        dw11 += x11 * dy11;
        dw12 += x11 * dy21;
        dw13 += x11 * dy31;
        let x21: vec4<f32> = x[(x_at_i_nb + 36) / 4];
        dw20 += x21 * dy01;
        dw21 += x21 * dy11;
        dw22 += x21 * dy21;
        dw23 += x21 * dy31;
        let x31: vec4<f32> = x[(x_at_i_nb + 52) / 4];
        dw30 += x31 * dy01;
        dw31 += x31 * dy11;
        dw32 += x31 * dy21;
        dw33 += x31 * dy31;
        let x02: vec4<f32> = x[(x_at_i_nb + 8) / 4];
        let dy02: vec4<f32> = dy[(dy_at_ob_o_nb + 8) / 4];
        dw00 += x02 * dy02;
        let dy12: vec4<f32> = dy[(dy_at_ob_o_nb + 24) / 4];
        dw01 += x02 * dy12;
        let dy22: vec4<f32> = dy[(dy_at_ob_o_nb + 40) / 4];
        dw02 += x02 * dy22;
        let dy32: vec4<f32> = dy[(dy_at_ob_o_nb + 56) / 4];
        dw03 += x02 * dy32;
        let x12: vec4<f32> = x[(x_at_i_nb + 24) / 4];
        dw10 += x12 * dy02;
        dw11 += x12 * dy12;
        dw12 += x12 * dy22;
        dw13 += x12 * dy32;
        let x22: vec4<f32> = x[(x_at_i_nb + 40) / 4];
        dw20 += x22 * dy02;
        dw21 += x22 * dy12;
        dw22 += x22 * dy22;
        dw23 += x22 * dy32;
        let x32: vec4<f32> = x[(x_at_i_nb + 56) / 4];
        dw30 += x32 * dy02;
        dw31 += x32 * dy12;
        dw32 += x32 * dy22;
        dw33 += x32 * dy32;
        let x03: vec4<f32> = x[(x_at_i_nb + 12) / 4];
        let dy03: vec4<f32> = dy[(dy_at_ob_o_nb + 12) / 4];
        dw00 += x03 * dy03;
        let dy13: vec4<f32> = dy[(dy_at_ob_o_nb + 28) / 4];
        dw01 += x03 * dy13;
        let dy23: vec4<f32> = dy[(dy_at_ob_o_nb + 44) / 4];
        dw02 += x03 * dy23;
        let dy33: vec4<f32> = dy[(dy_at_ob_o_nb + 60) / 4];
        dw03 += x03 * dy33;
        let x13: vec4<f32> = x[(x_at_i_nb + 28) / 4];
        dw10 += x13 * dy03;
        dw11 += x13 * dy13;
        dw12 += x13 * dy23;
        dw13 += x13 * dy33;
        let x23: vec4<f32> = x[(x_at_i_nb + 44) / 4];
        dw20 += x23 * dy03;
        dw21 += x23 * dy13;
        dw22 += x23 * dy23;
        dw23 += x23 * dy33;
        let x33: vec4<f32> = x[(x_at_i_nb + 60) / 4];
        dw30 += x33 * dy03;
        dw31 += x33 * dy13;
        dw32 += x33 * dy23;
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
      let m00: f32 = all_w.m[at_ob_i + o];
      let w00: f32 = all_w.w[at_ob_i + o];
      let v00: f32 = all_w.v[at_ob_i + o];
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
      all_w.m[at_ob_i + o] = mean00;
      all_w.v[at_ob_i + o] = square00;
      all_w.w[at_ob_i + o] = w00 - step_size * mean00 / (sqrt(square00) * v_scale + epsilon);
      let m01: f32 = all_w.m[at_ob_i + o + 1];
      let w01: f32 = all_w.w[at_ob_i + o + 1];
      let v01: f32 = all_w.v[at_ob_i + o + 1];
      let gradient01: f32 = dw_total01 + l2 * w01;
      let g01: f32 = select(gradient01, 0f, abs(gradient01) < 8.881784197001252e-16f);
      let t01: f32 = beta1 * m01 + beta1_rest * g01;
      let mean01: f32 = select(t01, 0f, abs(t01) < 8.881784197001252e-16f);
      let t01_2: f32 = beta2 * v01 + beta2_rest * g01 * g01;
      let square01: f32 = select(t01_2, 0f, abs(t01_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 1] = mean01;
      all_w.v[at_ob_i + o + 1] = square01;
      all_w.w[at_ob_i + o + 1] = w01 - step_size * mean01 / (sqrt(square01) * v_scale + epsilon);
      let m02: f32 = all_w.m[at_ob_i + o + 2];
      let w02: f32 = all_w.w[at_ob_i + o + 2];
      let v02: f32 = all_w.v[at_ob_i + o + 2];
      let gradient02: f32 = dw_total02 + l2 * w02;
      let g02: f32 = select(gradient02, 0f, abs(gradient02) < 8.881784197001252e-16f);
      let t02: f32 = beta1 * m02 + beta1_rest * g02;
      let mean02: f32 = select(t02, 0f, abs(t02) < 8.881784197001252e-16f);
      let t02_2: f32 = beta2 * v02 + beta2_rest * g02 * g02;
      let square02: f32 = select(t02_2, 0f, abs(t02_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 2] = mean02;
      all_w.v[at_ob_i + o + 2] = square02;
      all_w.w[at_ob_i + o + 2] = w02 - step_size * mean02 / (sqrt(square02) * v_scale + epsilon);
      let m03: f32 = all_w.m[at_ob_i + o + 3];
      let w03: f32 = all_w.w[at_ob_i + o + 3];
      let v03: f32 = all_w.v[at_ob_i + o + 3];
      let gradient03: f32 = dw_total03 + l2 * w03;
      let g03: f32 = select(gradient03, 0f, abs(gradient03) < 8.881784197001252e-16f);
      let t03: f32 = beta1 * m03 + beta1_rest * g03;
      let mean03: f32 = select(t03, 0f, abs(t03) < 8.881784197001252e-16f);
      let t03_2: f32 = beta2 * v03 + beta2_rest * g03 * g03;
      let square03: f32 = select(t03_2, 0f, abs(t03_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 3] = mean03;
      all_w.v[at_ob_i + o + 3] = square03;
      all_w.w[at_ob_i + o + 3] = w03 - step_size * mean03 / (sqrt(square03) * v_scale + epsilon);
      let m10: f32 = all_w.m[at_ob_i + o + 16];
      let w10: f32 = all_w.w[at_ob_i + o + 16];
      let v10: f32 = all_w.v[at_ob_i + o + 16];
      let gradient10: f32 = dw_total10 + l2 * w10;
      let g10: f32 = select(gradient10, 0f, abs(gradient10) < 8.881784197001252e-16f);
      let t10: f32 = beta1 * m10 + beta1_rest * g10;
      let mean10: f32 = select(t10, 0f, abs(t10) < 8.881784197001252e-16f);
      let t10_2: f32 = beta2 * v10 + beta2_rest * g10 * g10;
      let square10: f32 = select(t10_2, 0f, abs(t10_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 16] = mean10;
      all_w.v[at_ob_i + o + 16] = square10;
      all_w.w[at_ob_i + o + 16] = w10 - step_size * mean10 / (sqrt(square10) * v_scale + epsilon);
      let m11: f32 = all_w.m[at_ob_i + o + 17];
      let w11: f32 = all_w.w[at_ob_i + o + 17];
      let v11: f32 = all_w.v[at_ob_i + o + 17];
      let gradient11: f32 = dw_total11 + l2 * w11;
      let g11: f32 = select(gradient11, 0f, abs(gradient11) < 8.881784197001252e-16f);
      let t11: f32 = beta1 * m11 + beta1_rest * g11;
      let mean11: f32 = select(t11, 0f, abs(t11) < 8.881784197001252e-16f);
      let t11_2: f32 = beta2 * v11 + beta2_rest * g11 * g11;
      let square11: f32 = select(t11_2, 0f, abs(t11_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 17] = mean11;
      all_w.v[at_ob_i + o + 17] = square11;
      all_w.w[at_ob_i + o + 17] = w11 - step_size * mean11 / (sqrt(square11) * v_scale + epsilon);
      let m12: f32 = all_w.m[at_ob_i + o + 18];
      let w12: f32 = all_w.w[at_ob_i + o + 18];
      let v12: f32 = all_w.v[at_ob_i + o + 18];
      let gradient12: f32 = dw_total12 + l2 * w12;
      let g12: f32 = select(gradient12, 0f, abs(gradient12) < 8.881784197001252e-16f);
      let t12: f32 = beta1 * m12 + beta1_rest * g12;
      let mean12: f32 = select(t12, 0f, abs(t12) < 8.881784197001252e-16f);
      let t12_2: f32 = beta2 * v12 + beta2_rest * g12 * g12;
      let square12: f32 = select(t12_2, 0f, abs(t12_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 18] = mean12;
      all_w.v[at_ob_i + o + 18] = square12;
      all_w.w[at_ob_i + o + 18] = w12 - step_size * mean12 / (sqrt(square12) * v_scale + epsilon);
      let m13: f32 = all_w.m[at_ob_i + o + 19];
      let w13: f32 = all_w.w[at_ob_i + o + 19];
      let v13: f32 = all_w.v[at_ob_i + o + 19];
      let gradient13: f32 = dw_total13 + l2 * w13;
      let g13: f32 = select(gradient13, 0f, abs(gradient13) < 8.881784197001252e-16f);
      let t13: f32 = beta1 * m13 + beta1_rest * g13;
      let mean13: f32 = select(t13, 0f, abs(t13) < 8.881784197001252e-16f);
      let t13_2: f32 = beta2 * v13 + beta2_rest * g13 * g13;
      let square13: f32 = select(t13_2, 0f, abs(t13_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 19] = mean13;
      all_w.v[at_ob_i + o + 19] = square13;
      all_w.w[at_ob_i + o + 19] = w13 - step_size * mean13 / (sqrt(square13) * v_scale + epsilon);
      let m20: f32 = all_w.m[at_ob_i + o + 32];
      let w20: f32 = all_w.w[at_ob_i + o + 32];
      let v20: f32 = all_w.v[at_ob_i + o + 32];
      let gradient20: f32 = dw_total20 + l2 * w20;
      let g20: f32 = select(gradient20, 0f, abs(gradient20) < 8.881784197001252e-16f);
      let t20: f32 = beta1 * m20 + beta1_rest * g20;
      let mean20: f32 = select(t20, 0f, abs(t20) < 8.881784197001252e-16f);
      let t20_2: f32 = beta2 * v20 + beta2_rest * g20 * g20;
      let square20: f32 = select(t20_2, 0f, abs(t20_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 32] = mean20;
      all_w.v[at_ob_i + o + 32] = square20;
      all_w.w[at_ob_i + o + 32] = w20 - step_size * mean20 / (sqrt(square20) * v_scale + epsilon);
      let m21: f32 = all_w.m[at_ob_i + o + 33];
      let w21: f32 = all_w.w[at_ob_i + o + 33];
      let v21: f32 = all_w.v[at_ob_i + o + 33];
      let gradient21: f32 = dw_total21 + l2 * w21;
      let g21: f32 = select(gradient21, 0f, abs(gradient21) < 8.881784197001252e-16f);
      let t21: f32 = beta1 * m21 + beta1_rest * g21;
      let mean21: f32 = select(t21, 0f, abs(t21) < 8.881784197001252e-16f);
      let t21_2: f32 = beta2 * v21 + beta2_rest * g21 * g21;
      let square21: f32 = select(t21_2, 0f, abs(t21_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 33] = mean21;
      all_w.v[at_ob_i + o + 33] = square21;
      all_w.w[at_ob_i + o + 33] = w21 - step_size * mean21 / (sqrt(square21) * v_scale + epsilon);
      let m22: f32 = all_w.m[at_ob_i + o + 34];
      let w22: f32 = all_w.w[at_ob_i + o + 34];
      let v22: f32 = all_w.v[at_ob_i + o + 34];
      let gradient22: f32 = dw_total22 + l2 * w22;
      let g22: f32 = select(gradient22, 0f, abs(gradient22) < 8.881784197001252e-16f);
      let t22: f32 = beta1 * m22 + beta1_rest * g22;
      let mean22: f32 = select(t22, 0f, abs(t22) < 8.881784197001252e-16f);
      let t22_2: f32 = beta2 * v22 + beta2_rest * g22 * g22;
      let square22: f32 = select(t22_2, 0f, abs(t22_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 34] = mean22;
      all_w.v[at_ob_i + o + 34] = square22;
      all_w.w[at_ob_i + o + 34] = w22 - step_size * mean22 / (sqrt(square22) * v_scale + epsilon);
      let m23: f32 = all_w.m[at_ob_i + o + 35];
      let w23: f32 = all_w.w[at_ob_i + o + 35];
      let v23: f32 = all_w.v[at_ob_i + o + 35];
      let gradient23: f32 = dw_total23 + l2 * w23;
      let g23: f32 = select(gradient23, 0f, abs(gradient23) < 8.881784197001252e-16f);
      let t23: f32 = beta1 * m23 + beta1_rest * g23;
      let mean23: f32 = select(t23, 0f, abs(t23) < 8.881784197001252e-16f);
      let t23_2: f32 = beta2 * v23 + beta2_rest * g23 * g23;
      let square23: f32 = select(t23_2, 0f, abs(t23_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 35] = mean23;
      all_w.v[at_ob_i + o + 35] = square23;
      all_w.w[at_ob_i + o + 35] = w23 - step_size * mean23 / (sqrt(square23) * v_scale + epsilon);
      let m30: f32 = all_w.m[at_ob_i + o + 48];
      let w30: f32 = all_w.w[at_ob_i + o + 48];
      let v30: f32 = all_w.v[at_ob_i + o + 48];
      let gradient30: f32 = dw_total30 + l2 * w30;
      let g30: f32 = select(gradient30, 0f, abs(gradient30) < 8.881784197001252e-16f);
      let t30: f32 = beta1 * m30 + beta1_rest * g30;
      let mean30: f32 = select(t30, 0f, abs(t30) < 8.881784197001252e-16f);
      let t30_2: f32 = beta2 * v30 + beta2_rest * g30 * g30;
      let square30: f32 = select(t30_2, 0f, abs(t30_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 48] = mean30;
      all_w.v[at_ob_i + o + 48] = square30;
      all_w.w[at_ob_i + o + 48] = w30 - step_size * mean30 / (sqrt(square30) * v_scale + epsilon);
      let m31: f32 = all_w.m[at_ob_i + o + 49];
      let w31: f32 = all_w.w[at_ob_i + o + 49];
      let v31: f32 = all_w.v[at_ob_i + o + 49];
      let gradient31: f32 = dw_total31 + l2 * w31;
      let g31: f32 = select(gradient31, 0f, abs(gradient31) < 8.881784197001252e-16f);
      let t31: f32 = beta1 * m31 + beta1_rest * g31;
      let mean31: f32 = select(t31, 0f, abs(t31) < 8.881784197001252e-16f);
      let t31_2: f32 = beta2 * v31 + beta2_rest * g31 * g31;
      let square31: f32 = select(t31_2, 0f, abs(t31_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 49] = mean31;
      all_w.v[at_ob_i + o + 49] = square31;
      all_w.w[at_ob_i + o + 49] = w31 - step_size * mean31 / (sqrt(square31) * v_scale + epsilon);
      let m32: f32 = all_w.m[at_ob_i + o + 50];
      let w32: f32 = all_w.w[at_ob_i + o + 50];
      let v32: f32 = all_w.v[at_ob_i + o + 50];
      let gradient32: f32 = dw_total32 + l2 * w32;
      let g32: f32 = select(gradient32, 0f, abs(gradient32) < 8.881784197001252e-16f);
      let t32: f32 = beta1 * m32 + beta1_rest * g32;
      let mean32: f32 = select(t32, 0f, abs(t32) < 8.881784197001252e-16f);
      let t32_2: f32 = beta2 * v32 + beta2_rest * g32 * g32;
      let square32: f32 = select(t32_2, 0f, abs(t32_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 50] = mean32;
      all_w.v[at_ob_i + o + 50] = square32;
      all_w.w[at_ob_i + o + 50] = w32 - step_size * mean32 / (sqrt(square32) * v_scale + epsilon);
      let m33: f32 = all_w.m[at_ob_i + o + 51];
      let w33: f32 = all_w.w[at_ob_i + o + 51];
      let v33: f32 = all_w.v[at_ob_i + o + 51];
      let gradient33: f32 = dw_total33 + l2 * w33;
      let g33: f32 = select(gradient33, 0f, abs(gradient33) < 8.881784197001252e-16f);
      let t33: f32 = beta1 * m33 + beta1_rest * g33;
      let mean33: f32 = select(t33, 0f, abs(t33) < 8.881784197001252e-16f);
      let t33_2: f32 = beta2 * v33 + beta2_rest * g33 * g33;
      let square33: f32 = select(t33_2, 0f, abs(t33_2) < 1.1754943508222875e-38f);
      all_w.m[at_ob_i + o + 51] = mean33;
      all_w.v[at_ob_i + o + 51] = square33;
      all_w.w[at_ob_i + o + 51] = w33 - step_size * mean33 / (sqrt(square33) * v_scale + epsilon);
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (group >= 784 && group < 984) {
      let member = mine / 1;
      let tile = (group - 784) * 1 + mine % 1;
      let leads = member == 0;
      let o = (tile / 25) * 4;
      let r = tile / 5 % 5;
      let s = tile % 5;
      let n_member = member / 16;
      let j_member = member / 8 % 2;
      let i_member = member / 4 % 2;
      let nb_member = member % 4;
      let at_nb_member: i32 = nb_member * 100352;
      let at_nb_member_o: i32 = at_nb_member + o * 3136;
      let at_nb_member_o_i_member: i32 = at_nb_member_o + i_member * 224;
      let at_nb_member_o_i_member_j_member: i32 = at_nb_member_o_i_member + j_member * 16;
      let at_nb_member_o_i_member_j_member_n_member: i32 = at_nb_member_o_i_member_j_member + n_member * 4;
      let x_at_nb_member: i32 = nb_member * 16384;
      let x_at_nb_member_i_member: i32 = x_at_nb_member + i_member * 1024;
      let x_at_nb_member_i_member_r: i32 = x_at_nb_member_i_member + r * 512;
      let x_at_nb_member_i_member_r_j_member: i32 = x_at_nb_member_i_member_r + j_member * 32;
      let x_at_nb_member_i_member_r_j_member_s: i32 = x_at_nb_member_i_member_r_j_member + s * 16;
      let x_at_nb_member_i_member_r_j_member_s_n_member: i32 = x_at_nb_member_i_member_r_j_member_s + n_member * 4;
      let at_o: i32 = o * 25;
      let at_o_r: i32 = at_o + r * 5;

      // seed
      var dw0: vec4<f32> = vec4<f32>(0f);
      var dw1: vec4<f32> = vec4<f32>(0f);
      var dw2: vec4<f32> = vec4<f32>(0f);
      var dw3: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var i = 0; i < 14; i += 2) {
        let at_nb_member_o_i_member_j_member_n_member_i: i32 = at_nb_member_o_i_member_j_member_n_member + i * 224;
        let x_at_nb_member_i_member_r_j_member_s_n_member_i: i32 = x_at_nb_member_i_member_r_j_member_s_n_member + i * 1024;
        for (var j = 0; j < 14; j += 2) {
          let at_nb_member_o_i_member_j_member_n_member_i_j: i32 = at_nb_member_o_i_member_j_member_n_member_i + j * 16;
          let x_at_nb_member_i_member_r_j_member_s_n_member_i_j: i32 = x_at_nb_member_i_member_r_j_member_s_n_member_i + j * 32;
          let code0: vec4<i32> = code[at_nb_member_o_i_member_j_member_n_member_i_j / 4];
          let dy0: vec4<f32> = dy_2[at_nb_member_o_i_member_j_member_n_member_i_j / 4];
          let dy0_2: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(0));
          let x_nbcirjsn: vec4<f32> = x_2[x_at_nb_member_i_member_r_j_member_s_n_member_i_j / 4];
          dw0 += dy0_2 * x_nbcirjsn;
          let code1: vec4<i32> = code[(at_nb_member_o_i_member_j_member_n_member_i_j + 3136) / 4];
          let dy1: vec4<f32> = dy_2[(at_nb_member_o_i_member_j_member_n_member_i_j + 3136) / 4];
          let dy1_2: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(0));
          dw1 += dy1_2 * x_nbcirjsn;
          let code2: vec4<i32> = code[(at_nb_member_o_i_member_j_member_n_member_i_j + 6272) / 4];
          let dy2: vec4<f32> = dy_2[(at_nb_member_o_i_member_j_member_n_member_i_j + 6272) / 4];
          let dy2_2: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(0));
          dw2 += dy2_2 * x_nbcirjsn;
          let code3: vec4<i32> = code[(at_nb_member_o_i_member_j_member_n_member_i_j + 9408) / 4];
          let dy3: vec4<f32> = dy_2[(at_nb_member_o_i_member_j_member_n_member_i_j + 9408) / 4];
          let dy3_2: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(0));
          dw3 += dy3_2 * x_nbcirjsn;
          let dy0_3: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(1));
          let x_nbcirjsn_2: vec4<f32> = x_2[(x_at_nb_member_i_member_r_j_member_s_n_member_i_j + 16) / 4];
          dw0 += dy0_3 * x_nbcirjsn_2;
          let dy1_3: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(1));
          dw1 += dy1_3 * x_nbcirjsn_2;
          let dy2_3: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(1));
          dw2 += dy2_3 * x_nbcirjsn_2;
          let dy3_3: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(1));
          dw3 += dy3_3 * x_nbcirjsn_2;
          let dy0_4: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(2));
          let x_nbcirjsn_3: vec4<f32> = x_2[(x_at_nb_member_i_member_r_j_member_s_n_member_i_j + 512) / 4];
          dw0 += dy0_4 * x_nbcirjsn_3;
          let dy1_4: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(2));
          dw1 += dy1_4 * x_nbcirjsn_3;
          let dy2_4: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(2));
          dw2 += dy2_4 * x_nbcirjsn_3;
          let dy3_4: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(2));
          dw3 += dy3_4 * x_nbcirjsn_3;
          let dy0_5: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(3));
          let x_nbcirjsn_4: vec4<f32> = x_2[(x_at_nb_member_i_member_r_j_member_s_n_member_i_j + 528) / 4];
          dw0 += dy0_5 * x_nbcirjsn_4;
          let dy1_5: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(3));
          dw1 += dy1_5 * x_nbcirjsn_4;
          let dy2_5: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(3));
          dw2 += dy2_5 * x_nbcirjsn_4;
          let dy3_5: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(3));
          dw3 += dy3_5 * x_nbcirjsn_4;
        }
      }

      // combine
      sums_4[mine] = dw0;
      sums_4[mine + 64] = dw1;
      sums_4[mine + 128] = dw2;
      sums_4[mine + 192] = dw3;
      workgroupBarrier();
      if (member < 4) {
        let first = member * 64 + mine % 1;
        var team_total = sums_4[first];
        for (var at = 1; at < 64; at += 1) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      dw0 = sums_4[mine];
      dw1 = sums_4[mine + 64];
      dw2 = sums_4[mine + 128];
      dw3 = sums_4[mine + 192];
      if (leads) {
        // finish
        let dw_total0: f32 = ((dw0.x + dw0.y) + (dw0.z + dw0.w));
        let dw_total1: f32 = ((dw1.x + dw1.y) + (dw1.z + dw1.w));
        let dw_total2: f32 = ((dw2.x + dw2.y) + (dw2.z + dw2.w));
        let dw_total3: f32 = ((dw3.x + dw3.y) + (dw3.z + dw3.w));
        let m0: f32 = all_w_2.m_2[at_o_r + s];
        let w0: f32 = all_w_2.w_2[at_o_r + s];
        let v0: f32 = all_w_2.v_2[at_o_r + s];
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
        all_w_2.m_2[at_o_r + s] = mean0;
        all_w_2.v_2[at_o_r + s] = square0;
        all_w_2.w_2[at_o_r + s] = w0 - step_size * mean0 / (sqrt(square0) * v_scale + epsilon);
        let m1: f32 = all_w_2.m_2[at_o_r + s + 25];
        let w1: f32 = all_w_2.w_2[at_o_r + s + 25];
        let v1: f32 = all_w_2.v_2[at_o_r + s + 25];
        let gradient1: f32 = dw_total1 + l2 * w1;
        let g1: f32 = select(gradient1, 0f, abs(gradient1) < 8.881784197001252e-16f);
        let t1: f32 = beta1 * m1 + beta1_rest * g1;
        let mean1: f32 = select(t1, 0f, abs(t1) < 8.881784197001252e-16f);
        let t1_2: f32 = beta2 * v1 + beta2_rest * g1 * g1;
        let square1: f32 = select(t1_2, 0f, abs(t1_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_o_r + s + 25] = mean1;
        all_w_2.v_2[at_o_r + s + 25] = square1;
        all_w_2.w_2[at_o_r + s + 25] = w1 - step_size * mean1 / (sqrt(square1) * v_scale + epsilon);
        let m2: f32 = all_w_2.m_2[at_o_r + s + 50];
        let w2: f32 = all_w_2.w_2[at_o_r + s + 50];
        let v2: f32 = all_w_2.v_2[at_o_r + s + 50];
        let gradient2: f32 = dw_total2 + l2 * w2;
        let g2: f32 = select(gradient2, 0f, abs(gradient2) < 8.881784197001252e-16f);
        let t2: f32 = beta1 * m2 + beta1_rest * g2;
        let mean2: f32 = select(t2, 0f, abs(t2) < 8.881784197001252e-16f);
        let t2_2: f32 = beta2 * v2 + beta2_rest * g2 * g2;
        let square2: f32 = select(t2_2, 0f, abs(t2_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_o_r + s + 50] = mean2;
        all_w_2.v_2[at_o_r + s + 50] = square2;
        all_w_2.w_2[at_o_r + s + 50] = w2 - step_size * mean2 / (sqrt(square2) * v_scale + epsilon);
        let m3: f32 = all_w_2.m_2[at_o_r + s + 75];
        let w3: f32 = all_w_2.w_2[at_o_r + s + 75];
        let v3: f32 = all_w_2.v_2[at_o_r + s + 75];
        let gradient3: f32 = dw_total3 + l2 * w3;
        let g3: f32 = select(gradient3, 0f, abs(gradient3) < 8.881784197001252e-16f);
        let t3: f32 = beta1 * m3 + beta1_rest * g3;
        let mean3: f32 = select(t3, 0f, abs(t3) < 8.881784197001252e-16f);
        let t3_2: f32 = beta2 * v3 + beta2_rest * g3 * g3;
        let square3: f32 = select(t3_2, 0f, abs(t3_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_o_r + s + 75] = mean3;
        all_w_2.v_2[at_o_r + s + 75] = square3;
        all_w_2.w_2[at_o_r + s + 75] = w3 - step_size * mean3 / (sqrt(square3) * v_scale + epsilon);
      }
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (group >= 984 && group < 1016) {
      let member = mine / 1;
      let tile = (group - 984) * 1 + mine % 1;
      let leads = member == 0;
      let o = tile;
      let n_member = member / 16;
      let j_member = member / 8 % 2;
      let i_member = member / 4 % 2;
      let nb_member = member % 4;
      let at_nb_member: i32 = nb_member * 100352;
      let at_nb_member_o: i32 = at_nb_member + o * 3136;
      let at_nb_member_o_i_member: i32 = at_nb_member_o + i_member * 224;
      let at_nb_member_o_i_member_j_member: i32 = at_nb_member_o_i_member + j_member * 16;
      let at_nb_member_o_i_member_j_member_n_member: i32 = at_nb_member_o_i_member_j_member + n_member * 4;

      // seed
      var db: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var i = 0; i < 14; i += 2) {
        let at_nb_member_o_i_member_j_member_n_member_i: i32 = at_nb_member_o_i_member_j_member_n_member + i * 224;
        let code0: vec4<i32> = code[at_nb_member_o_i_member_j_member_n_member_i / 4];
        let dy0: vec4<f32> = dy_2[at_nb_member_o_i_member_j_member_n_member_i / 4];
        let dy0_2: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(0));
        db += dy0_2;
        let dy0_3: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(1));
        db += dy0_3;
        let dy0_4: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(2));
        db += dy0_4;
        let dy0_5: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(3));
        db += dy0_5;
        let code1: vec4<i32> = code[(at_nb_member_o_i_member_j_member_n_member_i + 32) / 4];
        let dy1: vec4<f32> = dy_2[(at_nb_member_o_i_member_j_member_n_member_i + 32) / 4];
        let dy1_2: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(0));
        db += dy1_2;
        let dy1_3: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(1));
        db += dy1_3;
        let dy1_4: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(2));
        db += dy1_4;
        let dy1_5: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(3));
        db += dy1_5;
        let code2: vec4<i32> = code[(at_nb_member_o_i_member_j_member_n_member_i + 64) / 4];
        let dy2: vec4<f32> = dy_2[(at_nb_member_o_i_member_j_member_n_member_i + 64) / 4];
        let dy2_2: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(0));
        db += dy2_2;
        let dy2_3: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(1));
        db += dy2_3;
        let dy2_4: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(2));
        db += dy2_4;
        let dy2_5: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(3));
        db += dy2_5;
        let code3: vec4<i32> = code[(at_nb_member_o_i_member_j_member_n_member_i + 96) / 4];
        let dy3: vec4<f32> = dy_2[(at_nb_member_o_i_member_j_member_n_member_i + 96) / 4];
        let dy3_2: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(0));
        db += dy3_2;
        let dy3_3: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(1));
        db += dy3_3;
        let dy3_4: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(2));
        db += dy3_4;
        let dy3_5: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(3));
        db += dy3_5;
        let code4: vec4<i32> = code[(at_nb_member_o_i_member_j_member_n_member_i + 128) / 4];
        let dy4: vec4<f32> = dy_2[(at_nb_member_o_i_member_j_member_n_member_i + 128) / 4];
        let dy4_2: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(0));
        db += dy4_2;
        let dy4_3: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(1));
        db += dy4_3;
        let dy4_4: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(2));
        db += dy4_4;
        let dy4_5: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(3));
        db += dy4_5;
        let code5: vec4<i32> = code[(at_nb_member_o_i_member_j_member_n_member_i + 160) / 4];
        let dy5: vec4<f32> = dy_2[(at_nb_member_o_i_member_j_member_n_member_i + 160) / 4];
        let dy5_2: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(0));
        db += dy5_2;
        let dy5_3: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(1));
        db += dy5_3;
        let dy5_4: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(2));
        db += dy5_4;
        let dy5_5: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(3));
        db += dy5_5;
        let code6: vec4<i32> = code[(at_nb_member_o_i_member_j_member_n_member_i + 192) / 4];
        let dy6: vec4<f32> = dy_2[(at_nb_member_o_i_member_j_member_n_member_i + 192) / 4];
        let dy6_2: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(0));
        db += dy6_2;
        let dy6_3: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(1));
        db += dy6_3;
        let dy6_4: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(2));
        db += dy6_4;
        let dy6_5: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(3));
        db += dy6_5;
      }

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
        let m_o: f32 = all_w_3.m_3[o];
        let v_o: f32 = all_w_3.v_3[o];
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
        all_w_3.m_3[o] = mean;
        all_w_3.v_3[o] = square;
        all_w_3.w_3[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
      }
    }
  }
}
