// kernel    linear1_forward_chunks   y_chunks[ic,nb,ob,o,n] = sum over i of x[nb,196ic+i,n] * w[ob,196ic+i,o]
// shape     ic = 32, nb = 4, ob = 8, o = 16, n = 16, i = 196   (f32)
// schedule  tile o 4, n 2 · unroll i 7 · vectorize n · grid ic, nb, ob, o, n
// cost      102.8 MFLOP · 4.8 MB read · 1.0 MB written · 18 FLOP/B · 8 accumulators
// source    kernels/linear.ts sha256:370de271   regenerate: deno task generate specs/mnist_cnn.json
@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> w: array<f32>;
@group(1) @binding(2) var<storage, read_write> y_chunks: array<vec4<f32>>;

@compute @workgroup_size(64) // 128 workgroups
fn linear1_forward_chunks(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 8192) {
    let ic = point / 256;
    let nb = point / 64 % 4;
    let ob = point / 8 % 8;
    let o = (point / 2 % 4) * 4;
    let n = (point % 2) * 8;
    let x_at_nb: i32 = nb * 100352;
    let x_at_nb_ic: i32 = x_at_nb + ic * 3136;
    let x_at_nb_ic_n: i32 = x_at_nb_ic + n;
    let w_at_ob: i32 = ob * 100352;
    let w_at_ob_ic: i32 = w_at_ob + ic * 3136;
    let w_at_ob_ic_o: i32 = w_at_ob_ic + o;
    let y_chunks_at_ic: i32 = ic * 8192;
    let y_chunks_at_ic_nb: i32 = y_chunks_at_ic + nb * 2048;
    let y_chunks_at_ic_nb_ob: i32 = y_chunks_at_ic_nb + ob * 256;
    let y_chunks_at_ic_nb_ob_o: i32 = y_chunks_at_ic_nb_ob + o * 16;

    // seed
    var y_chunks00: vec4<f32> = vec4<f32>(0f);
    var y_chunks01: vec4<f32> = vec4<f32>(0f);
    var y_chunks10: vec4<f32> = vec4<f32>(0f);
    var y_chunks11: vec4<f32> = vec4<f32>(0f);
    var y_chunks20: vec4<f32> = vec4<f32>(0f);
    var y_chunks21: vec4<f32> = vec4<f32>(0f);
    var y_chunks30: vec4<f32> = vec4<f32>(0f);
    var y_chunks31: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var i = 0; i < 196; i += 7) {
      let x_at_nb_ic_n_i: i32 = x_at_nb_ic_n + i * 16;
      let w_at_ob_ic_o_i: i32 = w_at_ob_ic_o + i * 16;
      let x00: vec4<f32> = x[x_at_nb_ic_n_i / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i]);
      y_chunks00 += x00 * w00_all;
      let x01: vec4<f32> = x[(x_at_nb_ic_n_i + 4) / 4];
      y_chunks01 += x01 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 1]);
      y_chunks10 += x00 * w01_all;
      y_chunks11 += x01 * w01_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 2]);
      y_chunks20 += x00 * w02_all;
      y_chunks21 += x01 * w02_all;
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 3]);
      y_chunks30 += x00 * w03_all;
      y_chunks31 += x01 * w03_all;
      let x10: vec4<f32> = x[(x_at_nb_ic_n_i + 16) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 16]);
      y_chunks00 += x10 * w10_all;
      let x11: vec4<f32> = x[(x_at_nb_ic_n_i + 20) / 4];
      y_chunks01 += x11 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 17]);
      y_chunks10 += x10 * w11_all;
      y_chunks11 += x11 * w11_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 18]);
      y_chunks20 += x10 * w12_all;
      y_chunks21 += x11 * w12_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 19]);
      y_chunks30 += x10 * w13_all;
      y_chunks31 += x11 * w13_all;
      let x20: vec4<f32> = x[(x_at_nb_ic_n_i + 32) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 32]);
      y_chunks00 += x20 * w20_all;
      let x21: vec4<f32> = x[(x_at_nb_ic_n_i + 36) / 4];
      y_chunks01 += x21 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 33]);
      y_chunks10 += x20 * w21_all;
      y_chunks11 += x21 * w21_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 34]);
      y_chunks20 += x20 * w22_all;
      y_chunks21 += x21 * w22_all;
      let w23_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 35]);
      y_chunks30 += x20 * w23_all;
      y_chunks31 += x21 * w23_all;
      let x30: vec4<f32> = x[(x_at_nb_ic_n_i + 48) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 48]);
      y_chunks00 += x30 * w30_all;
      let x31: vec4<f32> = x[(x_at_nb_ic_n_i + 52) / 4];
      y_chunks01 += x31 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 49]);
      y_chunks10 += x30 * w31_all;
      y_chunks11 += x31 * w31_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 50]);
      y_chunks20 += x30 * w32_all;
      y_chunks21 += x31 * w32_all;
      let w33_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 51]);
      y_chunks30 += x30 * w33_all;
      y_chunks31 += x31 * w33_all;
      let x40: vec4<f32> = x[(x_at_nb_ic_n_i + 64) / 4];
      let w40_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 64]);
      y_chunks00 += x40 * w40_all;
      let x41: vec4<f32> = x[(x_at_nb_ic_n_i + 68) / 4];
      y_chunks01 += x41 * w40_all;
      let w41_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 65]);
      y_chunks10 += x40 * w41_all;
      y_chunks11 += x41 * w41_all;
      let w42_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 66]);
      y_chunks20 += x40 * w42_all;
      y_chunks21 += x41 * w42_all;
      let w43_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 67]);
      y_chunks30 += x40 * w43_all;
      y_chunks31 += x41 * w43_all;
      let x50: vec4<f32> = x[(x_at_nb_ic_n_i + 80) / 4];
      let w50_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 80]);
      y_chunks00 += x50 * w50_all;
      let x51: vec4<f32> = x[(x_at_nb_ic_n_i + 84) / 4];
      y_chunks01 += x51 * w50_all;
      let w51_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 81]);
      y_chunks10 += x50 * w51_all;
      y_chunks11 += x51 * w51_all;
      let w52_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 82]);
      y_chunks20 += x50 * w52_all;
      y_chunks21 += x51 * w52_all;
      let w53_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 83]);
      y_chunks30 += x50 * w53_all;
      y_chunks31 += x51 * w53_all;
      let x60: vec4<f32> = x[(x_at_nb_ic_n_i + 96) / 4];
      let w60_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 96]);
      y_chunks00 += x60 * w60_all;
      let x61: vec4<f32> = x[(x_at_nb_ic_n_i + 100) / 4];
      y_chunks01 += x61 * w60_all;
      let w61_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 97]);
      y_chunks10 += x60 * w61_all;
      y_chunks11 += x61 * w61_all;
      let w62_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 98]);
      y_chunks20 += x60 * w62_all;
      y_chunks21 += x61 * w62_all;
      let w63_all: vec4<f32> = vec4<f32>(w[w_at_ob_ic_o_i + 99]);
      y_chunks30 += x60 * w63_all;
      y_chunks31 += x61 * w63_all;
    }

    // finish
    y_chunks[(y_chunks_at_ic_nb_ob_o + n) / 4] = y_chunks00;
    y_chunks[(y_chunks_at_ic_nb_ob_o + n + 4) / 4] = y_chunks01;
    y_chunks[(y_chunks_at_ic_nb_ob_o + n + 16) / 4] = y_chunks10;
    y_chunks[(y_chunks_at_ic_nb_ob_o + n + 20) / 4] = y_chunks11;
    y_chunks[(y_chunks_at_ic_nb_ob_o + n + 32) / 4] = y_chunks20;
    y_chunks[(y_chunks_at_ic_nb_ob_o + n + 36) / 4] = y_chunks21;
    y_chunks[(y_chunks_at_ic_nb_ob_o + n + 48) / 4] = y_chunks30;
    y_chunks[(y_chunks_at_ic_nb_ob_o + n + 52) / 4] = y_chunks31;
  }
}
