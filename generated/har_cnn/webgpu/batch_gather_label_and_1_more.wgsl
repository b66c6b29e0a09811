// kernel    batch_gather_label   label[nb,n] = labels[order[step,16nb+n]]
// shape     nb = 2, n = 16   (f32)
// schedule  grid nb, n
// cost      0 FLOP · 256 B read · 128 B written · 0.0 FLOP/B
// source    kernels/step/batch.ts sha256:b0d1c03e   regenerate: deno task generate specs/har_cnn.json
// kernel    conv1_norm1_relu1_forward_evaluate_forward   value = sum over c,r of x[nb,c,p+r,n] * w[o,c,r]
//           value_2 = b[o] + (value - rm[o]) * g[o]
//           y[nb,o,p,n] = max(value_2, 0)
// shape     nb = 2, o = 64, p = 126, n = 16, c = 9, r = 3   (f32)
// schedule  tile o 4, p 2 · unroll r 3 · vectorize n · grid nb, o, p, n
// cost      14.7 MFLOP · 155.1 kB read · 1.0 MB written · 12 FLOP/B · 8 accumulators
// source    kernels/layers/conv1d.ts + kernels/layers/batch_norm.ts + kernels/layers/relu.ts sha256:75626257   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> order: array<i32>;
@group(1) @binding(1) var<storage, read> labels: array<i32>;
@group(1) @binding(2) var<storage, read_write> label: array<i32>;
@group(1) @binding(3) var<storage, read> b: array<f32>;
@group(1) @binding(4) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> w: array<f32>;
@group(1) @binding(6) var<storage, read> rm: array<f32>;
@group(1) @binding(7) var<storage, read> g: array<f32>;
@group(1) @binding(8) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 127 workgroups
fn batch_gather_label_and_1_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 78 % 127;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let order_at_step: i32 = step * 32;
    if (point < 32) {
      let nb = point / 16;
      let n = point % 16;
      let order_at_step_nb: i32 = order_at_step + nb * 16;
      let label_at_nb: i32 = nb * 16;
      let order_stepnbn: i32 = order[order_at_step_nb + n];
      let labels_order: i32 = labels[order_stepnbn];
      label[label_at_nb + n] = labels_order;
    }
  }
  {
    if (point >= 64 && point < 8128) {
      let nb = (point - 64) / 4032;
      let o = ((point - 64) / 252 % 16) * 4;
      let p = ((point - 64) / 4 % 63) * 2;
      let n = ((point - 64) % 4) * 4;
      let x_at_nb: i32 = nb * 18432;
      let x_at_nb_p: i32 = x_at_nb + p * 16;
      let x_at_nb_p_n: i32 = x_at_nb_p + n;
      let w_at_o: i32 = o * 27;
      let y_at_nb: i32 = nb * 129024;
      let y_at_nb_o: i32 = y_at_nb + o * 2016;
      let y_at_nb_o_p: i32 = y_at_nb_o + p * 16;

      // seed
      var value00: vec4<f32> = vec4<f32>(0f);
      var value01: vec4<f32> = vec4<f32>(0f);
      var value10: vec4<f32> = vec4<f32>(0f);
      var value11: vec4<f32> = vec4<f32>(0f);
      var value20: vec4<f32> = vec4<f32>(0f);
      var value21: vec4<f32> = vec4<f32>(0f);
      var value30: vec4<f32> = vec4<f32>(0f);
      var value31: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var c = 0; c < 9; c += 1) {
        let x_at_nb_p_n_c: i32 = x_at_nb_p_n + c * 2048;
        let w_at_o_c: i32 = w_at_o + c * 3;
        let x0: vec4<f32> = x[x_at_nb_p_n_c / 4];
        let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_c]);
        value00 += x0 * w00_all;
        let x1: vec4<f32> = x[(x_at_nb_p_n_c + 16) / 4];
        value01 += x1 * w00_all;
        let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 27]);
        value10 += x0 * w10_all;
        value11 += x1 * w10_all;
        let w20_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 54]);
        value20 += x0 * w20_all;
        value21 += x1 * w20_all;
        let w30_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 81]);
        value30 += x0 * w30_all;
        value31 += x1 * w30_all;
        let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 1]);
        value00 += x1 * w01_all;
        let x2: vec4<f32> = x[(x_at_nb_p_n_c + 32) / 4];
        value01 += x2 * w01_all;
        let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 28]);
        value10 += x1 * w11_all;
        value11 += x2 * w11_all;
        let w21_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 55]);
        value20 += x1 * w21_all;
        value21 += x2 * w21_all;
        let w31_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 82]);
        value30 += x1 * w31_all;
        value31 += x2 * w31_all;
        let w02_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 2]);
        value00 += x2 * w02_all;
        let x3: vec4<f32> = x[(x_at_nb_p_n_c + 48) / 4];
        value01 += x3 * w02_all;
        let w12_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 29]);
        value10 += x2 * w12_all;
        value11 += x3 * w12_all;
        let w22_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 56]);
        value20 += x2 * w22_all;
        value21 += x3 * w22_all;
        let w32_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 83]);
        value30 += x2 * w32_all;
        value31 += x3 * w32_all;
      }

      // finish
      let rm0_all: vec4<f32> = vec4<f32>(rm[o]);
      let g0_all: vec4<f32> = vec4<f32>(g[o]);
      let b0_all: vec4<f32> = vec4<f32>(b[o]);
      let value00_2: vec4<f32> = b0_all + (value00 - rm0_all) * g0_all;
      y[(y_at_nb_o_p + n) / 4] = max(value00_2, vec4<f32>(0f));
      let value01_2: vec4<f32> = b0_all + (value01 - rm0_all) * g0_all;
      y[(y_at_nb_o_p + n + 16) / 4] = max(value01_2, vec4<f32>(0f));
      let rm1_all: vec4<f32> = vec4<f32>(rm[o + 1]);
      let g1_all: vec4<f32> = vec4<f32>(g[o + 1]);
      let b1_all: vec4<f32> = vec4<f32>(b[o + 1]);
      let value10_2: vec4<f32> = b1_all + (value10 - rm1_all) * g1_all;
      y[(y_at_nb_o_p + n + 2016) / 4] = max(value10_2, vec4<f32>(0f));
      let value11_2: vec4<f32> = b1_all + (value11 - rm1_all) * g1_all;
      y[(y_at_nb_o_p + n + 2032) / 4] = max(value11_2, vec4<f32>(0f));
      let rm2_all: vec4<f32> = vec4<f32>(rm[o + 2]);
      let g2_all: vec4<f32> = vec4<f32>(g[o + 2]);
      let b2_all: vec4<f32> = vec4<f32>(b[o + 2]);
      let value20_2: vec4<f32> = b2_all + (value20 - rm2_all) * g2_all;
      y[(y_at_nb_o_p + n + 4032) / 4] = max(value20_2, vec4<f32>(0f));
      let value21_2: vec4<f32> = b2_all + (value21 - rm2_all) * g2_all;
      y[(y_at_nb_o_p + n + 4048) / 4] = max(value21_2, vec4<f32>(0f));
      let rm3_all: vec4<f32> = vec4<f32>(rm[o + 3]);
      let g3_all: vec4<f32> = vec4<f32>(g[o + 3]);
      let b3_all: vec4<f32> = vec4<f32>(b[o + 3]);
      let value30_2: vec4<f32> = b3_all + (value30 - rm3_all) * g3_all;
      y[(y_at_nb_o_p + n + 6048) / 4] = max(value30_2, vec4<f32>(0f));
      let value31_2: vec4<f32> = b3_all + (value31 - rm3_all) * g3_all;
      y[(y_at_nb_o_p + n + 6064) / 4] = max(value31_2, vec4<f32>(0f));
    }
  }
}
