// kernel    linear3_backward_update_weight   dw = sum over nb,n of x[16nb+n,i] * dy[nb,o,n]
//           gradient = dw + l2 * w[o,i]
//           g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           and 5 more
// shape     o = 10, i = 84, nb = 4, n = 16   (f32)
// schedule  tile o 2 · unroll n 16 · vectorize i · grid o, i
// cost      120.1 kFLOP · 34.1 kB read · 10.1 kB written · 2.7 FLOP/B · 2 accumulators
// source    kernels/linear.ts + kernels/adam.ts sha256:261407be   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read_write> m: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<f32>;
@group(1) @binding(3) var<storage, read_write> w: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read_write> v: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> params: array<f32>;

@compute @workgroup_size(64) // 2 workgroups
fn linear3_backward_update_weight(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  let params_at_step: i32 = step * 9;
  if (point < 105) {
    let o = (point / 21) * 2;
    let i = (point % 21) * 4;
    let dy_at_o: i32 = o * 16;
    let m_at_o: i32 = o * 84;

    // seed
    var dw0: vec4<f32> = vec4<f32>(0f);
    var dw1: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var nb = 0; nb < 4; nb += 1) {
      let x_at_i_nb: i32 = i + nb * 1344;
      let dy_at_o_nb: i32 = dy_at_o + nb * 160;
      let x0: vec4<f32> = x[x_at_i_nb / 4];
      let dy00_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb]);
      dw0 += x0 * dy00_all;
      let dy10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 16]);
      dw1 += x0 * dy10_all;
      let x1: vec4<f32> = x[(x_at_i_nb + 84) / 4];
      let dy01_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 1]);
      dw0 += x1 * dy01_all;
      let dy11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 17]);
      dw1 += x1 * dy11_all;
      let x2: vec4<f32> = x[(x_at_i_nb + 168) / 4];
      let dy02_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 2]);
      dw0 += x2 * dy02_all;
      let dy12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 18]);
      dw1 += x2 * dy12_all;
      let x3: vec4<f32> = x[(x_at_i_nb + 252) / 4];
      let dy03_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 3]);
      dw0 += x3 * dy03_all;
      let dy13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 19]);
      dw1 += x3 * dy13_all;
      let x4: vec4<f32> = x[(x_at_i_nb + 336) / 4];
      let dy04_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 4]);
      dw0 += x4 * dy04_all;
      let dy14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 20]);
      dw1 += x4 * dy14_all;
      let x5: vec4<f32> = x[(x_at_i_nb + 420) / 4];
      let dy05_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 5]);
      dw0 += x5 * dy05_all;
      let dy15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 21]);
      dw1 += x5 * dy15_all;
      let x6: vec4<f32> = x[(x_at_i_nb + 504) / 4];
      let dy06_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 6]);
      dw0 += x6 * dy06_all;
      let dy16_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 22]);
      dw1 += x6 * dy16_all;
      let x7: vec4<f32> = x[(x_at_i_nb + 588) / 4];
      let dy07_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 7]);
      dw0 += x7 * dy07_all;
      let dy17_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 23]);
      dw1 += x7 * dy17_all;
      let x8: vec4<f32> = x[(x_at_i_nb + 672) / 4];
      let dy08_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 8]);
      dw0 += x8 * dy08_all;
      let dy18_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 24]);
      dw1 += x8 * dy18_all;
      let x9: vec4<f32> = x[(x_at_i_nb + 756) / 4];
      let dy09_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 9]);
      dw0 += x9 * dy09_all;
      let dy19_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 25]);
      dw1 += x9 * dy19_all;
      let x_10: vec4<f32> = x[(x_at_i_nb + 840) / 4];
      let dy_0_10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 10]);
      dw0 += x_10 * dy_0_10_all;
      let dy_1_10_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 26]);
      dw1 += x_10 * dy_1_10_all;
      let x_11: vec4<f32> = x[(x_at_i_nb + 924) / 4];
      let dy_0_11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 11]);
      dw0 += x_11 * dy_0_11_all;
      let dy_1_11_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 27]);
      dw1 += x_11 * dy_1_11_all;
      let x_12: vec4<f32> = x[(x_at_i_nb + 1008) / 4];
      let dy_0_12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 12]);
      dw0 += x_12 * dy_0_12_all;
      let dy_1_12_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 28]);
      dw1 += x_12 * dy_1_12_all;
      let x_13: vec4<f32> = x[(x_at_i_nb + 1092) / 4];
      let dy_0_13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 13]);
      dw0 += x_13 * dy_0_13_all;
      let dy_1_13_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 29]);
      dw1 += x_13 * dy_1_13_all;
      let x_14: vec4<f32> = x[(x_at_i_nb + 1176) / 4];
      let dy_0_14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 14]);
      dw0 += x_14 * dy_0_14_all;
      let dy_1_14_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 30]);
      dw1 += x_14 * dy_1_14_all;
      let x_15: vec4<f32> = x[(x_at_i_nb + 1260) / 4];
      let dy_0_15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 15]);
      dw0 += x_15 * dy_0_15_all;
      let dy_1_15_all: vec4<f32> = vec4<f32>(dy[dy_at_o_nb + 31]);
      dw1 += x_15 * dy_1_15_all;
    }

    // finish
    let m0: vec4<f32> = m[(m_at_o + i) / 4];
    let w0: vec4<f32> = w[(m_at_o + i) / 4];
    let v0: vec4<f32> = v[(m_at_o + i) / 4];
    let beta1_all: vec4<f32> = vec4<f32>(params[params_at_step + 1]);
    let l2_all: vec4<f32> = vec4<f32>(params[params_at_step + 3]);
    let gradient0: vec4<f32> = dw0 + l2_all * w0;
    let g0: vec4<f32> = select(gradient0, vec4<f32>(0f), abs(gradient0) < vec4<f32>(8.881784197001252e-16f));
    let beta1_rest_all: vec4<f32> = vec4<f32>(params[params_at_step + 2]);
    let t0: vec4<f32> = beta1_all * m0 + beta1_rest_all * g0;
    let mean0: vec4<f32> = select(t0, vec4<f32>(0f), abs(t0) < vec4<f32>(8.881784197001252e-16f));
    let beta2_all: vec4<f32> = vec4<f32>(params[params_at_step + 4]);
    let beta2_rest_all: vec4<f32> = vec4<f32>(params[params_at_step + 5]);
    let t0_2: vec4<f32> = beta2_all * v0 + beta2_rest_all * g0 * g0;
    let square0: vec4<f32> = select(t0_2, vec4<f32>(0f), abs(t0_2) < vec4<f32>(7.888609052210118e-31f));
    let step_size_all: vec4<f32> = vec4<f32>(params[params_at_step + 6]);
    let v_scale_all: vec4<f32> = vec4<f32>(params[params_at_step + 7]);
    let epsilon_all: vec4<f32> = vec4<f32>(params[params_at_step + 8]);
    m[(m_at_o + i) / 4] = mean0;
    v[(m_at_o + i) / 4] = square0;
    w[(m_at_o + i) / 4] = w0 - step_size_all * mean0 / (sqrt(square0) * v_scale_all + epsilon_all);
    let m1: vec4<f32> = m[(m_at_o + i + 84) / 4];
    let w1: vec4<f32> = w[(m_at_o + i + 84) / 4];
    let v1: vec4<f32> = v[(m_at_o + i + 84) / 4];
    let gradient1: vec4<f32> = dw1 + l2_all * w1;
    let g1: vec4<f32> = select(gradient1, vec4<f32>(0f), abs(gradient1) < vec4<f32>(8.881784197001252e-16f));
    let t1: vec4<f32> = beta1_all * m1 + beta1_rest_all * g1;
    let mean1: vec4<f32> = select(t1, vec4<f32>(0f), abs(t1) < vec4<f32>(8.881784197001252e-16f));
    let t1_2: vec4<f32> = beta2_all * v1 + beta2_rest_all * g1 * g1;
    let square1: vec4<f32> = select(t1_2, vec4<f32>(0f), abs(t1_2) < vec4<f32>(7.888609052210118e-31f));
    m[(m_at_o + i + 84) / 4] = mean1;
    v[(m_at_o + i + 84) / 4] = square1;
    w[(m_at_o + i + 84) / 4] = w1 - step_size_all * mean1 / (sqrt(square1) * v_scale_all + epsilon_all);
  }
}
