// kernel    conv1_backward_update_bias   db = sum over n of db_lanes[o,n]
//           g = if abs(db) < 8.881784e-16 then 0 else db
//           mean = if abs(beta1 * m[o] + beta1_rest * g) < 8.881784e-16 then 0 else beta1 * m[o] + beta1_rest * g
//           and 4 more
// shape     o = 32, n = 16   (f32)
// schedule  unroll n 16 · grid o
// cost      928 FLOP · 2432 B read · 384 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/conv2d.ts + kernels/adam.ts sha256:25165e75   regenerate: deno task generate specs/mnist_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read_write> m: array<f32>;
@group(1) @binding(1) var<storage, read> db_lanes: array<f32>;
@group(1) @binding(2) var<storage, read_write> v: array<f32>;
@group(1) @binding(3) var<storage, read_write> w: array<f32>;
@group(1) @binding(4) var<storage, read> params: array<f32>;

@compute @workgroup_size(64) // 1 workgroups
fn conv1_backward_update_bias(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  let params_at_step: i32 = step * 9;
  if (point < 32) {
    let o = point;
    let db_lanes_at_o: i32 = o * 16;

    // seed
    var db: f32 = 0f;

    // reduce
    let db_lanes0: f32 = db_lanes[db_lanes_at_o];
    db += db_lanes0;
    let db_lanes1: f32 = db_lanes[db_lanes_at_o + 1];
    db += db_lanes1;
    let db_lanes2: f32 = db_lanes[db_lanes_at_o + 2];
    db += db_lanes2;
    let db_lanes3: f32 = db_lanes[db_lanes_at_o + 3];
    db += db_lanes3;
    let db_lanes4: f32 = db_lanes[db_lanes_at_o + 4];
    db += db_lanes4;
    let db_lanes5: f32 = db_lanes[db_lanes_at_o + 5];
    db += db_lanes5;
    let db_lanes6: f32 = db_lanes[db_lanes_at_o + 6];
    db += db_lanes6;
    let db_lanes7: f32 = db_lanes[db_lanes_at_o + 7];
    db += db_lanes7;
    let db_lanes8: f32 = db_lanes[db_lanes_at_o + 8];
    db += db_lanes8;
    let db_lanes9: f32 = db_lanes[db_lanes_at_o + 9];
    db += db_lanes9;
    let db_lanes_10: f32 = db_lanes[db_lanes_at_o + 10];
    db += db_lanes_10;
    let db_lanes_11: f32 = db_lanes[db_lanes_at_o + 11];
    db += db_lanes_11;
    let db_lanes_12: f32 = db_lanes[db_lanes_at_o + 12];
    db += db_lanes_12;
    let db_lanes_13: f32 = db_lanes[db_lanes_at_o + 13];
    db += db_lanes_13;
    let db_lanes_14: f32 = db_lanes[db_lanes_at_o + 14];
    db += db_lanes_14;
    let db_lanes_15: f32 = db_lanes[db_lanes_at_o + 15];
    db += db_lanes_15;

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
