// kernel    dropout1_forward   t = (62464nb+3904n+61c+l) * 2654435769 xor dropout1_key; t_2 = (t xor (t >> 16)) * 2146121005; t_3 = (t_2 xor (t_2 >> 15)) * 2221713035
//           keep = if ((t_3 xor (t_3 >> 16)) >> 8) * 5.960464e-8 < 0.5 then 0 else 2; mask[nb,c,l,n] = keep; y[nb,c,l,n] = x[nb,c,l,n] * keep
// shape     nb = 2, c = 64, l = 61, n = 16   (f32)
// schedule  vectorize n · grid nb, c, l, n
// cost      249.9 kFLOP · 499.7 kB read · 999.4 kB written · 0.2 FLOP/B
// source    kernels/layers/dropout.ts sha256:c5215a68   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read_write> mask: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> y: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> keys: array<u32>;

@compute @workgroup_size(64) // 488 workgroups
fn dropout1_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  if (point < 31232) {
    let nb = point / 15616;
    let c = point / 244 % 64;
    let l = point / 4 % 61;
    let n = (point % 4) * 4;
    let at_nb: i32 = nb * 62464;
    let at_nb_c: i32 = at_nb + c * 976;
    let at_nb_c_l: i32 = at_nb_c + l * 16;
    let x_nbcln: vec4<f32> = x[(at_nb_c_l + n) / 4];
    let dropout1_key: u32 = keys[step];
    let dropout1_key_all: vec4<u32> = vec4<u32>(dropout1_key);
    let t: vec4<u32> = ((vec4<u32>(nb * 62464 + n * 3904 + c * 61 + l + vec4<i32>(0, 3904, 7808, 11712)) * vec4<u32>(2654435769u)) ^ dropout1_key_all);
    let t_2: vec4<u32> = (t ^ (t >> vec4<u32>(16u))) * vec4<u32>(2146121005u);
    let t_3: vec4<u32> = (t_2 ^ (t_2 >> vec4<u32>(15u))) * vec4<u32>(2221713035u);
    let keep: vec4<f32> = select(vec4<f32>(2f), vec4<f32>(0f), vec4<f32>(((t_3 ^ (t_3 >> vec4<u32>(16u))) >> vec4<u32>(8u))) * vec4<f32>(5.960464477539063e-8f) < vec4<f32>(0.5f));
    mask[(at_nb_c_l + n) / 4] = keep;
    y[(at_nb_c_l + n) / 4] = x_nbcln * keep;
  }
}
