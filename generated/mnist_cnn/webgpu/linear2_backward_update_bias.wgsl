// kernel    linear2_backward_update_bias   db = sum over nb,n of dy[nb,o,n]
//           g = if abs(db) < 8.881784e-16 then 0 else db
//           mean = if abs(beta1 * m[o] + beta1_rest * g) < 8.881784e-16 then 0 else beta1 * m[o] + beta1_rest * g
//           and 4 more
// shape     o = 10, nb = 4, n = 16   (f32)
// schedule  unroll n 16 · grid o
// cost      770 FLOP · 2680 B read · 120 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/linear.ts + kernels/adam.ts sha256:b2621302   regenerate: deno task generate specs/mnist_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read_write> m: array<f32>;
@group(1) @binding(1) var<storage, read> dy: array<f32>;
@group(1) @binding(2) var<storage, read_write> v: array<f32>;
@group(1) @binding(3) var<storage, read_write> w: array<f32>;
@group(1) @binding(4) var<storage, read> params: array<f32>;

@compute @workgroup_size(64) // 1 workgroups
fn linear2_backward_update_bias(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  let params_at_step: i32 = step * 9;
  if (point < 10) {
    let o = point;
    let dy_at_o: i32 = o * 16;

    // seed
    var db: f32 = 0f;

    // reduce
    for (var nb = 0; nb < 4; nb += 1) {
      let dy_at_o_nb: i32 = dy_at_o + nb * 160;
      let dy0: f32 = dy[dy_at_o_nb];
      db += dy0;
      let dy1: f32 = dy[dy_at_o_nb + 1];
      db += dy1;
      let dy2: f32 = dy[dy_at_o_nb + 2];
      db += dy2;
      let dy3: f32 = dy[dy_at_o_nb + 3];
      db += dy3;
      let dy4: f32 = dy[dy_at_o_nb + 4];
      db += dy4;
      let dy5: f32 = dy[dy_at_o_nb + 5];
      db += dy5;
      let dy6: f32 = dy[dy_at_o_nb + 6];
      db += dy6;
      let dy7: f32 = dy[dy_at_o_nb + 7];
      db += dy7;
      let dy8: f32 = dy[dy_at_o_nb + 8];
      db += dy8;
      let dy9: f32 = dy[dy_at_o_nb + 9];
      db += dy9;
      let dy_10: f32 = dy[dy_at_o_nb + 10];
      db += dy_10;
      let dy_11: f32 = dy[dy_at_o_nb + 11];
      db += dy_11;
      let dy_12: f32 = dy[dy_at_o_nb + 12];
      db += dy_12;
      let dy_13: f32 = dy[dy_at_o_nb + 13];
      db += dy_13;
      let dy_14: f32 = dy[dy_at_o_nb + 14];
      db += dy_14;
      let dy_15: f32 = dy[dy_at_o_nb + 15];
      db += dy_15;
    }

    // finish
    let m_o: f32 = m[o];
    let v_o: f32 = v[o];
    let w_o: f32 = w[o];
    let beta1: f32 = params[params_at_step + 1];
    let beta1_rest: f32 = params[params_at_step + 2];
    let g: f32 = select(db, 0f, abs(db) < 8.881784197001252e-16f);
    let t: f32 = beta1 * m_o + beta1_rest * g;
    let mean: f32 = select(t, 0f, abs(t) < 8.881784197001252e-16f);
    let beta2: f32 = params[params_at_step + 4];
    let beta2_rest: f32 = params[params_at_step + 5];
    let t_2: f32 = beta2 * v_o + beta2_rest * g * g;
    let square: f32 = select(t_2, 0f, abs(t_2) < 7.888609052210118e-31f);
    let step_size: f32 = params[params_at_step + 6];
    let v_scale: f32 = params[params_at_step + 7];
    let epsilon: f32 = params[params_at_step + 8];
    m[o] = mean;
    v[o] = square;
    w[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
  }
}
