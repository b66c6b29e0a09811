// kernel    linear1_backward_update_weight   dw = sum over nb,n of x[nb,16ib+i,n] * dy[nb,o,n]; gradient = dw + l2 * w[ib,o,i]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[ib,o,i] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[ib,o,i] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[ib,o,i] = mean; v[ib,o,i] = square
//           w[ib,o,i] = w[ib,o,i] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     ib = 25, o = 120, i = 16, nb = 4, n = 16   (f32)
// schedule  tile o 2, i 2 · unroll n 4, nb 4 · vectorize n · grid ib, o, i
// cost      6.9 MFLOP · 709.1 kB read · 576.0 kB written · 5.3 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:ec243b52   regenerate: deno task generate specs/lenet5.json
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

@compute @workgroup_size(64) // 288 workgroups
fn linear1_backward_update_weight_and_1_more(
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
    if (point < 12000) {
      let ib = point / 480;
      let o = (point / 8 % 60) * 2;
      let i = (point % 8) * 2;
      let x_at_ib: i32 = ib * 256;
      let x_at_ib_i: i32 = x_at_ib + i * 16;
      let dy_at_o: i32 = o * 16;
      let at_ib: i32 = ib * 1920;
      let at_ib_o: i32 = at_ib + o * 16;

      // seed
      var dw00: vec4<f32> = vec4<f32>(0f);
      var dw01: vec4<f32> = vec4<f32>(0f);
      var dw10: vec4<f32> = vec4<f32>(0f);
      var dw11: vec4<f32> = vec4<f32>(0f);

      // reduce
      let x000: vec4<f32> = x[x_at_ib_i / 4];
      let dy000: vec4<f32> = dy[dy_at_o / 4];
      dw00 += x000 * dy000;
      let x010: vec4<f32> = x[(x_at_ib_i + 16) / 4];
      dw01 += x010 * dy000;
      let dy010: vec4<f32> = dy[(dy_at_o + 16) / 4];
      dw10 += x000 * dy010;
      dw11 += x010 * dy010;
      let x001: vec4<f32> = x[(x_at_ib_i + 4) / 4];
      let dy001: vec4<f32> = dy[(dy_at_o + 4) / 4];
      dw00 += x001 * dy001;
      let x011: vec4<f32> = x[(x_at_ib_i + 20) / 4];
      dw01 += x011 * dy001;
      let dy011: vec4<f32> = dy[(dy_at_o + 20) / 4];
      dw10 += x001 * dy011;
      dw11 += x011 * dy011;
      let x002: vec4<f32> = x[(x_at_ib_i + 8) / 4];
      let dy002: vec4<f32> = dy[(dy_at_o + 8) / 4];
      dw00 += x002 * dy002;
      let x012: vec4<f32> = x[(x_at_ib_i + 24) / 4];
      dw01 += x012 * dy002;
      let dy012: vec4<f32> = dy[(dy_at_o + 24) / 4];
      dw10 += x002 * dy012;
      dw11 += x012 * dy012;
      let x003: vec4<f32> = x[(x_at_ib_i + 12) / 4];
      let dy003: vec4<f32> = dy[(dy_at_o + 12) / 4];
      dw00 += x003 * dy003;
      let x013: vec4<f32> = x[(x_at_ib_i + 28) / 4];
      dw01 += x013 * dy003;
      let dy013: vec4<f32> = dy[(dy_at_o + 28) / 4];
      dw10 += x003 * dy013;
      dw11 += x013 * dy013;
      let x100: vec4<f32> = x[(x_at_ib_i + 6400) / 4];
      let dy100: vec4<f32> = dy[(dy_at_o + 1920) / 4];
      dw00 += x100 * dy100;
      let x110: vec4<f32> = x[(x_at_ib_i + 6416) / 4];
      dw01 += x110 * dy100;
      let dy110: vec4<f32> = dy[(dy_at_o + 1936) / 4];
      dw10 += x100 * dy110;
      dw11 += x110 * dy110;
      let x101: vec4<f32> = x[(x_at_ib_i + 6404) / 4];
      let dy101: vec4<f32> = dy[(dy_at_o + 1924) / 4];
      dw00 += x101 * dy101;
      let x111: vec4<f32> = x[(x_at_ib_i + 6420) / 4];
      dw01 += x111 * dy101;
      let dy111: vec4<f32> = dy[(dy_at_o + 1940) / 4];
      dw10 += x101 * dy111;
      dw11 += x111 * dy111;
      let x102: vec4<f32> = x[(x_at_ib_i + 6408) / 4];
      let dy102: vec4<f32> = dy[(dy_at_o + 1928) / 4];
      dw00 += x102 * dy102;
      let x112: vec4<f32> = x[(x_at_ib_i + 6424) / 4];
      dw01 += x112 * dy102;
      let dy112: vec4<f32> = dy[(dy_at_o + 1944) / 4];
      dw10 += x102 * dy112;
      dw11 += x112 * dy112;
      let x103: vec4<f32> = x[(x_at_ib_i + 6412) / 4];
      let dy103: vec4<f32> = dy[(dy_at_o + 1932) / 4];
      dw00 += x103 * dy103;
      let x113: vec4<f32> = x[(x_at_ib_i + 6428) / 4];
      dw01 += x113 * dy103;
      let dy113: vec4<f32> = dy[(dy_at_o + 1948) / 4];
      dw10 += x103 * dy113;
      dw11 += x113 * dy113;
      let x200: vec4<f32> = x[(x_at_ib_i + 12800) / 4];
      let dy200: vec4<f32> = dy[(dy_at_o + 3840) / 4];
      dw00 += x200 * dy200;
      let x210: vec4<f32> = x[(x_at_ib_i + 12816) / 4];
      dw01 += x210 * dy200;
      let dy210: vec4<f32> = dy[(dy_at_o + 3856) / 4];
      dw10 += x200 * dy210;
      dw11 += x210 * dy210;
      let x201: vec4<f32> = x[(x_at_ib_i + 12804) / 4];
      let dy201: vec4<f32> = dy[(dy_at_o + 3844) / 4];
      dw00 += x201 * dy201;
      let x211: vec4<f32> = x[(x_at_ib_i + 12820) / 4];
      dw01 += x211 * dy201;
      let dy211: vec4<f32> = dy[(dy_at_o + 3860) / 4];
      dw10 += x201 * dy211;
      dw11 += x211 * dy211;
      let x202: vec4<f32> = x[(x_at_ib_i + 12808) / 4];
      let dy202: vec4<f32> = dy[(dy_at_o + 3848) / 4];
      dw00 += x202 * dy202;
      let x212: vec4<f32> = x[(x_at_ib_i + 12824) / 4];
      dw01 += x212 * dy202;
      let dy212: vec4<f32> = dy[(dy_at_o + 3864) / 4];
      dw10 += x202 * dy212;
      dw11 += x212 * dy212;
      let x203: vec4<f32> = x[(x_at_ib_i + 12812) / 4];
      let dy203: vec4<f32> = dy[(dy_at_o + 3852) / 4];
      dw00 += x203 * dy203;
      let x213: vec4<f32> = x[(x_at_ib_i + 12828) / 4];
      dw01 += x213 * dy203;
      let dy213: vec4<f32> = dy[(dy_at_o + 3868) / 4];
      dw10 += x203 * dy213;
      dw11 += x213 * dy213;
      let x300: vec4<f32> = x[(x_at_ib_i + 19200) / 4];
      let dy300: vec4<f32> = dy[(dy_at_o + 5760) / 4];
      dw00 += x300 * dy300;
      let x310: vec4<f32> = x[(x_at_ib_i + 19216) / 4];
      dw01 += x310 * dy300;
      let dy310: vec4<f32> = dy[(dy_at_o + 5776) / 4];
      dw10 += x300 * dy310;
      dw11 += x310 * dy310;
      let x301: vec4<f32> = x[(x_at_ib_i + 19204) / 4];
      let dy301: vec4<f32> = dy[(dy_at_o + 5764) / 4];
      dw00 += x301 * dy301;
      let x311: vec4<f32> = x[(x_at_ib_i + 19220) / 4];
      dw01 += x311 * dy301;
      let dy311: vec4<f32> = dy[(dy_at_o + 5780) / 4];
      dw10 += x301 * dy311;
      dw11 += x311 * dy311;
      let x302: vec4<f32> = x[(x_at_ib_i + 19208) / 4];
      let dy302: vec4<f32> = dy[(dy_at_o + 5768) / 4];
      dw00 += x302 * dy302;
      let x312: vec4<f32> = x[(x_at_ib_i + 19224) / 4];
      dw01 += x312 * dy302;
      let dy312: vec4<f32> = dy[(dy_at_o + 5784) / 4];
      dw10 += x302 * dy312;
      dw11 += x312 * dy312;
      let x303: vec4<f32> = x[(x_at_ib_i + 19212) / 4];
      let dy303: vec4<f32> = dy[(dy_at_o + 5772) / 4];
      dw00 += x303 * dy303;
      let x313: vec4<f32> = x[(x_at_ib_i + 19228) / 4];
      dw01 += x313 * dy303;
      let dy313: vec4<f32> = dy[(dy_at_o + 5788) / 4];
      dw10 += x303 * dy313;
      dw11 += x313 * dy313;

      // finish
      let dw_total00: f32 = ((dw00.x + dw00.y) + (dw00.z + dw00.w));
      let dw_total01: f32 = ((dw01.x + dw01.y) + (dw01.z + dw01.w));
      let dw_total10: f32 = ((dw10.x + dw10.y) + (dw10.z + dw10.w));
      let dw_total11: f32 = ((dw11.x + dw11.y) + (dw11.z + dw11.w));
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
    }
  }
  {
    if (point >= 12032 && point < 18432) {
      let nb = (point - 12032) / 1600;
      let c = (point - 12032) / 100 % 16;
      let i = (point - 12032) / 20 % 5;
      let j = (point - 12032) / 4 % 5;
      let n = ((point - 12032) % 4) * 4;
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
