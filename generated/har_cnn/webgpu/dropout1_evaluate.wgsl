// kernel    dropout1_evaluate   y[nb,c,l,n] = x[nb,c,l,n]
// shape     nb = 2, c = 64, l = 61, n = 16   (f32)
// schedule  vectorize n · grid nb, c, l, n
// cost      0 FLOP · 499.7 kB read · 499.7 kB written · 0.0 FLOP/B
// source    kernels/layers/dropout.ts sha256:a941fe91   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 488 workgroups
fn dropout1_evaluate(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 31232) {
    let nb = point / 15616;
    let c = point / 244 % 64;
    let l = point / 4 % 61;
    let n = (point % 4) * 4;
    let at_nb: i32 = nb * 62464;
    let at_nb_c: i32 = at_nb + c * 976;
    let at_nb_c_l: i32 = at_nb_c + l * 16;
    let x_nbcln: vec4<f32> = x[(at_nb_c_l + n) / 4];
    y[(at_nb_c_l + n) / 4] = x_nbcln;
  }
}
