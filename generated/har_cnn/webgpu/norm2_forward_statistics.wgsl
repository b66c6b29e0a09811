// kernel    norm2_forward_statistics   test = 16nb+n < count; mean = (sum over nb,n of if test then p[nb,c,0,n] else 0) / count; t = p[nb,c,0,n] - mean; values = count * 122
//           variance = ((sum over nb,n of if test then t * t else 0) * 122 + (sum over nb,n of if test then q[nb,c,0,n] else 0)) / values
//           rate = 1 / sqrt(variance + 0.00001); s[c] = mean; r[c] = rate; rm[c] = rm[c] * 0.9 + mean * 0.1
//           rv[c] = if 1 < values then rv[c] * 0.9 + variance * values / max(values - 1, 1) * 0.1 else rv[c]
// shape     c = 64, nb = 2, n = 16   (f32)
// schedule  unroll n 8 · grid c
// cost      11.3 kFLOP · 16.9 kB read · 1024 B written · 0.6 FLOP/B · 3 accumulators
// source    kernels/layers/batch_norm.ts sha256:73937e79   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> p: array<f32>;
@group(1) @binding(1) var<storage, read> q: array<f32>;
@group(1) @binding(2) var<storage, read_write> rm: array<f32>;
@group(1) @binding(3) var<storage, read_write> rv: array<f32>;
@group(1) @binding(4) var<storage, read_write> s: array<f32>;
@group(1) @binding(5) var<storage, read_write> r: array<f32>;
@group(1) @binding(6) var<storage, read> params: array<f32>;

@compute @workgroup_size(64) // 1 workgroups
fn norm2_forward_statistics(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  let params_at_step: i32 = step * 9;
  if (point < 64) {
    let c = point;
    let at_c: i32 = c * 16;
    let count: f32 = params[params_at_step];

    // seed
    var s_sum: f32 = 0f;

    // reduce
    for (var nb = 0; nb < 2; nb += 1) {
      let p_at_c_nb: i32 = at_c + nb * 1024;
      for (var n = 0; n < 16; n += 8) {
        let test0: bool = f32(nb * 16 + n) < count;
        let p0: f32 = p[p_at_c_nb + n];
        s_sum += select(0f, p0, test0);
        let test1: bool = f32(nb * 16 + n + 1) < count;
        let p1: f32 = p[p_at_c_nb + n + 1];
        s_sum += select(0f, p1, test1);
        let test2: bool = f32(nb * 16 + n + 2) < count;
        let p2: f32 = p[p_at_c_nb + n + 2];
        s_sum += select(0f, p2, test2);
        let test3: bool = f32(nb * 16 + n + 3) < count;
        let p3: f32 = p[p_at_c_nb + n + 3];
        s_sum += select(0f, p3, test3);
        let test4: bool = f32(nb * 16 + n + 4) < count;
        let p4: f32 = p[p_at_c_nb + n + 4];
        s_sum += select(0f, p4, test4);
        let test5: bool = f32(nb * 16 + n + 5) < count;
        let p5: f32 = p[p_at_c_nb + n + 5];
        s_sum += select(0f, p5, test5);
        let test6: bool = f32(nb * 16 + n + 6) < count;
        let p6: f32 = p[p_at_c_nb + n + 6];
        s_sum += select(0f, p6, test6);
        let test7: bool = f32(nb * 16 + n + 7) < count;
        let p7: f32 = p[p_at_c_nb + n + 7];
        s_sum += select(0f, p7, test7);
      }
    }

    // finish
    let mean: f32 = s_sum / count;

    // seed
    var r_sum: f32 = 0f;
    var r_sum_2: f32 = 0f;

    // reduce
    for (var nb = 0; nb < 2; nb += 1) {
      let at_c_nb: i32 = at_c + nb * 1024;
      for (var n = 0; n < 16; n += 8) {
        let test0: bool = f32(nb * 16 + n) < count;
        let p0: f32 = p[at_c_nb + n];
        let t0: f32 = p0 - mean;
        r_sum += select(0f, t0 * t0, test0);
        let q0: f32 = q[at_c_nb + n];
        r_sum_2 += select(0f, q0, test0);
        let test1: bool = f32(nb * 16 + n + 1) < count;
        let p1: f32 = p[at_c_nb + n + 1];
        let t1: f32 = p1 - mean;
        r_sum += select(0f, t1 * t1, test1);
        let q1: f32 = q[at_c_nb + n + 1];
        r_sum_2 += select(0f, q1, test1);
        let test2: bool = f32(nb * 16 + n + 2) < count;
        let p2: f32 = p[at_c_nb + n + 2];
        let t2: f32 = p2 - mean;
        r_sum += select(0f, t2 * t2, test2);
        let q2: f32 = q[at_c_nb + n + 2];
        r_sum_2 += select(0f, q2, test2);
        let test3: bool = f32(nb * 16 + n + 3) < count;
        let p3: f32 = p[at_c_nb + n + 3];
        let t3: f32 = p3 - mean;
        r_sum += select(0f, t3 * t3, test3);
        let q3: f32 = q[at_c_nb + n + 3];
        r_sum_2 += select(0f, q3, test3);
        let test4: bool = f32(nb * 16 + n + 4) < count;
        let p4: f32 = p[at_c_nb + n + 4];
        let t4: f32 = p4 - mean;
        r_sum += select(0f, t4 * t4, test4);
        let q4: f32 = q[at_c_nb + n + 4];
        r_sum_2 += select(0f, q4, test4);
        let test5: bool = f32(nb * 16 + n + 5) < count;
        let p5: f32 = p[at_c_nb + n + 5];
        let t5: f32 = p5 - mean;
        r_sum += select(0f, t5 * t5, test5);
        let q5: f32 = q[at_c_nb + n + 5];
        r_sum_2 += select(0f, q5, test5);
        let test6: bool = f32(nb * 16 + n + 6) < count;
        let p6: f32 = p[at_c_nb + n + 6];
        let t6: f32 = p6 - mean;
        r_sum += select(0f, t6 * t6, test6);
        let q6: f32 = q[at_c_nb + n + 6];
        r_sum_2 += select(0f, q6, test6);
        let test7: bool = f32(nb * 16 + n + 7) < count;
        let p7: f32 = p[at_c_nb + n + 7];
        let t7: f32 = p7 - mean;
        r_sum += select(0f, t7 * t7, test7);
        let q7: f32 = q[at_c_nb + n + 7];
        r_sum_2 += select(0f, q7, test7);
      }
    }

    // finish
    let rm_c: f32 = rm[c];
    let rv_c: f32 = rv[c];
    let values: f32 = count * 122f;
    let variance: f32 = (r_sum * 122f + r_sum_2) / values;
    let rate: f32 = 1f / sqrt(variance + 0.00001f);
    s[c] = mean;
    r[c] = rate;
    rm[c] = rm_c * 0.9f + mean * 0.1f;
    rv[c] = select(rv_c, rv_c * 0.9f + variance * (values / max(values - 1f, 1f)) * 0.1f, 1f < values);
  }
}
