// kernel    linear2_backward_update_weight   dw = sum over nb,n of x[nb,16ib+i,n] * dy[nb,o,n]; gradient = dw + l2 * w[ib,o,i]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[ib,o,i] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[ib,o,i] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[ib,o,i] = mean; v[ib,o,i] = square
//           w[ib,o,i] = w[ib,o,i] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     ib = 8, o = 10, i = 16, nb = 4, n = 16   (f32)
// schedule  tile i 2 · vectorize n · grid ib, o, i · split n 4, nb 4
// cost      183.0 kFLOP · 50.7 kB read · 15.4 kB written · 2.8 FLOP/B · 2 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:6e9ac70c   regenerate: deno task generate specs/mnist_mlp.json
// kernel    linear1_backward_update_weight   dw = sum over nb,n of x[nb,i,n] * dy[nb,16ob+o,n]; gradient = dw + l2 * w[ob,i,o]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[ob,i,o] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[ob,i,o] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[ob,i,o] = mean; v[ob,i,o] = square
//           w[ob,i,o] = w[ob,i,o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     ob = 8, i = 784, o = 16, nb = 4, n = 16   (f32)
// schedule  tile i 2, o 4 · unroll n 4 · vectorize n · grid ob, i, o
// cost      14.4 MFLOP · 1.4 MB read · 1.2 MB written · 5.4 FLOP/B · 8 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:7f78132d   regenerate: deno task generate specs/mnist_mlp.json
// kernel    linear1_backward_update_bias   db = sum over nb,n of dy[nb,o,n]; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           m[o] = mean; v[o] = square; w[o] = w[o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 128, nb = 4, n = 16   (f32)
// schedule  vectorize n · grid o · split n 4, nb 4
// cost      9.9 kFLOP · 34.3 kB read · 1536 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:61ad4881   regenerate: deno task generate specs/mnist_mlp.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read_write> m: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read_write> w: array<f32>;
@group(1) @binding(4) var<storage, read_write> v: array<f32>;
@group(1) @binding(5) var<storage, read> params: array<f32>;
@group(1) @binding(6) var<storage, read_write> m_2: array<f32>;
@group(1) @binding(7) var<storage, read> x_2: array<vec4<f32>>;
@group(1) @binding(8) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(9) var<storage, read_write> w_2: array<f32>;
@group(1) @binding(10) var<storage, read_write> v_2: array<f32>;
@group(1) @binding(11) var<storage, read_write> m_3: array<f32>;
@group(1) @binding(12) var<storage, read_write> v_3: array<f32>;
@group(1) @binding(13) var<storage, read_write> w_3: array<f32>;
var<workgroup> sums_4: array<vec4<f32>, 128>;

@compute @workgroup_size(64) // 388 workgroups
fn linear2_backward_update_weight_and_2_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 241 % 388;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (group < 160) {
      let member = mine / 4;
      let tile = group * 4 + mine % 4;
      let leads = member == 0;
      let ib = tile / 80;
      let o = tile / 8 % 10;
      let i = (tile % 8) * 2;
      let n_member = member / 4;
      let nb_member = member % 4;
      let x_at_nb_member: i32 = nb_member * 2048;
      let x_at_nb_member_ib: i32 = x_at_nb_member + ib * 256;
      let x_at_nb_member_ib_i: i32 = x_at_nb_member_ib + i * 16;
      let x_at_nb_member_ib_i_n_member: i32 = x_at_nb_member_ib_i + n_member * 4;
      let dy_at_nb_member: i32 = nb_member * 160;
      let dy_at_nb_member_o: i32 = dy_at_nb_member + o * 16;
      let dy_at_nb_member_o_n_member: i32 = dy_at_nb_member_o + n_member * 4;
      let at_ib: i32 = ib * 160;
      let at_ib_o: i32 = at_ib + o * 16;

      // seed
      var dw0: vec4<f32> = vec4<f32>(0f);
      var dw1: vec4<f32> = vec4<f32>(0f);

      // reduce
      let x0: vec4<f32> = x[x_at_nb_member_ib_i_n_member / 4];
      let dy_nbon: vec4<f32> = dy[dy_at_nb_member_o_n_member / 4];
      dw0 += x0 * dy_nbon;
      let x1: vec4<f32> = x[(x_at_nb_member_ib_i_n_member + 16) / 4];
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
        let m0: f32 = m[at_ib_o + i];
        let w0: f32 = w[at_ib_o + i];
        let v0: f32 = v[at_ib_o + i];
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
        m[at_ib_o + i] = mean0;
        v[at_ib_o + i] = square0;
        w[at_ib_o + i] = w0 - step_size * mean0 / (sqrt(square0) * v_scale + epsilon);
        let m1: f32 = m[at_ib_o + i + 1];
        let w1: f32 = w[at_ib_o + i + 1];
        let v1: f32 = v[at_ib_o + i + 1];
        let gradient1: f32 = dw_total1 + l2 * w1;
        let g1: f32 = select(gradient1, 0f, abs(gradient1) < 8.881784197001252e-16f);
        let t1: f32 = beta1 * m1 + beta1_rest * g1;
        let mean1: f32 = select(t1, 0f, abs(t1) < 8.881784197001252e-16f);
        let t1_2: f32 = beta2 * v1 + beta2_rest * g1 * g1;
        let square1: f32 = select(t1_2, 0f, abs(t1_2) < 1.1754943508222875e-38f);
        m[at_ib_o + i + 1] = mean1;
        v[at_ib_o + i + 1] = square1;
        w[at_ib_o + i + 1] = w1 - step_size * mean1 / (sqrt(square1) * v_scale + epsilon);
      }
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (point >= 10240 && point < 22784) {
      let ob = (point - 10240) / 1568;
      let i = ((point - 10240) / 4 % 392) * 2;
      let o = ((point - 10240) % 4) * 4;
      let x_at_i: i32 = i * 16;
      let dy_at_ob: i32 = ob * 256;
      let dy_at_ob_o: i32 = dy_at_ob + o * 16;
      let at_ob: i32 = ob * 12544;
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

      // reduce
      for (var nb = 0; nb < 4; nb += 1) {
        let x_at_i_nb: i32 = x_at_i + nb * 12544;
        let dy_at_ob_o_nb: i32 = dy_at_ob_o + nb * 2048;
        let x00: vec4<f32> = x_2[x_at_i_nb / 4];
        let dy00: vec4<f32> = dy_2[dy_at_ob_o_nb / 4];
        dw00 += x00 * dy00;
        let dy10: vec4<f32> = dy_2[(dy_at_ob_o_nb + 16) / 4];
        dw01 += x00 * dy10;
        let dy20: vec4<f32> = dy_2[(dy_at_ob_o_nb + 32) / 4];
        dw02 += x00 * dy20;
        let dy30: vec4<f32> = dy_2[(dy_at_ob_o_nb + 48) / 4];
        dw03 += x00 * dy30;
        let x10: vec4<f32> = x_2[(x_at_i_nb + 16) / 4];
        dw10 += x10 * dy00;
        dw11 += x10 * dy10;
        dw12 += x10 * dy20;
        dw13 += x10 * dy30;
        let x01: vec4<f32> = x_2[(x_at_i_nb + 4) / 4];
        let dy01: vec4<f32> = dy_2[(dy_at_ob_o_nb + 4) / 4];
        dw00 += x01 * dy01;
        let dy11: vec4<f32> = dy_2[(dy_at_ob_o_nb + 20) / 4];
        dw01 += x01 * dy11;
        let dy21: vec4<f32> = dy_2[(dy_at_ob_o_nb + 36) / 4];
        dw02 += x01 * dy21;
        let dy31: vec4<f32> = dy_2[(dy_at_ob_o_nb + 52) / 4];
        dw03 += x01 * dy31;
        let x11: vec4<f32> = x_2[(x_at_i_nb + 20) / 4];
        dw10 += x11 * dy01;
        dw11 += x11 * dy11;
        dw12 += x11 * dy21;
        dw13 += x11 * dy31;
        let x02: vec4<f32> = x_2[(x_at_i_nb + 8) / 4];
        let dy02: vec4<f32> = dy_2[(dy_at_ob_o_nb + 8) / 4];
        dw00 += x02 * dy02;
        let dy12: vec4<f32> = dy_2[(dy_at_ob_o_nb + 24) / 4];
        dw01 += x02 * dy12;
        let dy22: vec4<f32> = dy_2[(dy_at_ob_o_nb + 40) / 4];
        dw02 += x02 * dy22;
        let dy32: vec4<f32> = dy_2[(dy_at_ob_o_nb + 56) / 4];
        dw03 += x02 * dy32;
        let x12: vec4<f32> = x_2[(x_at_i_nb + 24) / 4];
        dw10 += x12 * dy02;
        dw11 += x12 * dy12;
        dw12 += x12 * dy22;
        dw13 += x12 * dy32;
        let x03: vec4<f32> = x_2[(x_at_i_nb + 12) / 4];
        let dy03: vec4<f32> = dy_2[(dy_at_ob_o_nb + 12) / 4];
        dw00 += x03 * dy03;
        let dy13: vec4<f32> = dy_2[(dy_at_ob_o_nb + 28) / 4];
        dw01 += x03 * dy13;
        let dy23: vec4<f32> = dy_2[(dy_at_ob_o_nb + 44) / 4];
        dw02 += x03 * dy23;
        let dy33: vec4<f32> = dy_2[(dy_at_ob_o_nb + 60) / 4];
        dw03 += x03 * dy33;
        let x13: vec4<f32> = x_2[(x_at_i_nb + 28) / 4];
        dw10 += x13 * dy03;
        dw11 += x13 * dy13;
        dw12 += x13 * dy23;
        dw13 += x13 * dy33;
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
      let m00: f32 = m_2[at_ob_i + o];
      let w00: f32 = w_2[at_ob_i + o];
      let v00: f32 = v_2[at_ob_i + o];
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
      m_2[at_ob_i + o] = mean00;
      v_2[at_ob_i + o] = square00;
      w_2[at_ob_i + o] = w00 - step_size * mean00 / (sqrt(square00) * v_scale + epsilon);
      let m01: f32 = m_2[at_ob_i + o + 1];
      let w01: f32 = w_2[at_ob_i + o + 1];
      let v01: f32 = v_2[at_ob_i + o + 1];
      let gradient01: f32 = dw_total01 + l2 * w01;
      let g01: f32 = select(gradient01, 0f, abs(gradient01) < 8.881784197001252e-16f);
      let t01: f32 = beta1 * m01 + beta1_rest * g01;
      let mean01: f32 = select(t01, 0f, abs(t01) < 8.881784197001252e-16f);
      let t01_2: f32 = beta2 * v01 + beta2_rest * g01 * g01;
      let square01: f32 = select(t01_2, 0f, abs(t01_2) < 1.1754943508222875e-38f);
      m_2[at_ob_i + o + 1] = mean01;
      v_2[at_ob_i + o + 1] = square01;
      w_2[at_ob_i + o + 1] = w01 - step_size * mean01 / (sqrt(square01) * v_scale + epsilon);
      let m02: f32 = m_2[at_ob_i + o + 2];
      let w02: f32 = w_2[at_ob_i + o + 2];
      let v02: f32 = v_2[at_ob_i + o + 2];
      let gradient02: f32 = dw_total02 + l2 * w02;
      let g02: f32 = select(gradient02, 0f, abs(gradient02) < 8.881784197001252e-16f);
      let t02: f32 = beta1 * m02 + beta1_rest * g02;
      let mean02: f32 = select(t02, 0f, abs(t02) < 8.881784197001252e-16f);
      let t02_2: f32 = beta2 * v02 + beta2_rest * g02 * g02;
      let square02: f32 = select(t02_2, 0f, abs(t02_2) < 1.1754943508222875e-38f);
      m_2[at_ob_i + o + 2] = mean02;
      v_2[at_ob_i + o + 2] = square02;
      w_2[at_ob_i + o + 2] = w02 - step_size * mean02 / (sqrt(square02) * v_scale + epsilon);
      let m03: f32 = m_2[at_ob_i + o + 3];
      let w03: f32 = w_2[at_ob_i + o + 3];
      let v03: f32 = v_2[at_ob_i + o + 3];
      let gradient03: f32 = dw_total03 + l2 * w03;
      let g03: f32 = select(gradient03, 0f, abs(gradient03) < 8.881784197001252e-16f);
      let t03: f32 = beta1 * m03 + beta1_rest * g03;
      let mean03: f32 = select(t03, 0f, abs(t03) < 8.881784197001252e-16f);
      let t03_2: f32 = beta2 * v03 + beta2_rest * g03 * g03;
      let square03: f32 = select(t03_2, 0f, abs(t03_2) < 1.1754943508222875e-38f);
      m_2[at_ob_i + o + 3] = mean03;
      v_2[at_ob_i + o + 3] = square03;
      w_2[at_ob_i + o + 3] = w03 - step_size * mean03 / (sqrt(square03) * v_scale + epsilon);
      let m10: f32 = m_2[at_ob_i + o + 16];
      let w10: f32 = w_2[at_ob_i + o + 16];
      let v10: f32 = v_2[at_ob_i + o + 16];
      let gradient10: f32 = dw_total10 + l2 * w10;
      let g10: f32 = select(gradient10, 0f, abs(gradient10) < 8.881784197001252e-16f);
      let t10: f32 = beta1 * m10 + beta1_rest * g10;
      let mean10: f32 = select(t10, 0f, abs(t10) < 8.881784197001252e-16f);
      let t10_2: f32 = beta2 * v10 + beta2_rest * g10 * g10;
      let square10: f32 = select(t10_2, 0f, abs(t10_2) < 1.1754943508222875e-38f);
      m_2[at_ob_i + o + 16] = mean10;
      v_2[at_ob_i + o + 16] = square10;
      w_2[at_ob_i + o + 16] = w10 - step_size * mean10 / (sqrt(square10) * v_scale + epsilon);
      let m11: f32 = m_2[at_ob_i + o + 17];
      let w11: f32 = w_2[at_ob_i + o + 17];
      let v11: f32 = v_2[at_ob_i + o + 17];
      let gradient11: f32 = dw_total11 + l2 * w11;
      let g11: f32 = select(gradient11, 0f, abs(gradient11) < 8.881784197001252e-16f);
      let t11: f32 = beta1 * m11 + beta1_rest * g11;
      let mean11: f32 = select(t11, 0f, abs(t11) < 8.881784197001252e-16f);
      let t11_2: f32 = beta2 * v11 + beta2_rest * g11 * g11;
      let square11: f32 = select(t11_2, 0f, abs(t11_2) < 1.1754943508222875e-38f);
      m_2[at_ob_i + o + 17] = mean11;
      v_2[at_ob_i + o + 17] = square11;
      w_2[at_ob_i + o + 17] = w11 - step_size * mean11 / (sqrt(square11) * v_scale + epsilon);
      let m12: f32 = m_2[at_ob_i + o + 18];
      let w12: f32 = w_2[at_ob_i + o + 18];
      let v12: f32 = v_2[at_ob_i + o + 18];
      let gradient12: f32 = dw_total12 + l2 * w12;
      let g12: f32 = select(gradient12, 0f, abs(gradient12) < 8.881784197001252e-16f);
      let t12: f32 = beta1 * m12 + beta1_rest * g12;
      let mean12: f32 = select(t12, 0f, abs(t12) < 8.881784197001252e-16f);
      let t12_2: f32 = beta2 * v12 + beta2_rest * g12 * g12;
      let square12: f32 = select(t12_2, 0f, abs(t12_2) < 1.1754943508222875e-38f);
      m_2[at_ob_i + o + 18] = mean12;
      v_2[at_ob_i + o + 18] = square12;
      w_2[at_ob_i + o + 18] = w12 - step_size * mean12 / (sqrt(square12) * v_scale + epsilon);
      let m13: f32 = m_2[at_ob_i + o + 19];
      let w13: f32 = w_2[at_ob_i + o + 19];
      let v13: f32 = v_2[at_ob_i + o + 19];
      let gradient13: f32 = dw_total13 + l2 * w13;
      let g13: f32 = select(gradient13, 0f, abs(gradient13) < 8.881784197001252e-16f);
      let t13: f32 = beta1 * m13 + beta1_rest * g13;
      let mean13: f32 = select(t13, 0f, abs(t13) < 8.881784197001252e-16f);
      let t13_2: f32 = beta2 * v13 + beta2_rest * g13 * g13;
      let square13: f32 = select(t13_2, 0f, abs(t13_2) < 1.1754943508222875e-38f);
      m_2[at_ob_i + o + 19] = mean13;
      v_2[at_ob_i + o + 19] = square13;
      w_2[at_ob_i + o + 19] = w13 - step_size * mean13 / (sqrt(square13) * v_scale + epsilon);
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (group >= 356 && group < 388) {
      let member = mine / 4;
      let tile = (group - 356) * 4 + mine % 4;
      let leads = member == 0;
      let o = tile;
      let n_member = member / 4;
      let nb_member = member % 4;
      let dy_at_nb_member: i32 = nb_member * 2048;
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
        let m_o: f32 = m_3[o];
        let v_o: f32 = v_3[o];
        let w_o: f32 = w_3[o];
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
        m_3[o] = mean;
        v_3[o] = square;
        w_3[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
      }
    }
  }
}
