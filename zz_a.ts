import {
  evaluate,
  exportOnnx,
  limitSamples,
  loadMnist,
  loadPredictor,
  loadSpec,
  loadWeights,
  saveCheckpoint,
  train,
} from "./mod.ts";
const { train: tr, test } = await loadMnist();
for (const name of ["mnist_cnn", "lenet5", "mnist_mlp"]) {
  const spec = await loadSpec(`specs/${name}.json`);
  const trained = await train(spec, { train: limitSamples(tr, 6400), test }, { epochs: 1, threads: 1 });
  const weights = { spec, parameters: trained.parameters as never };
  await saveCheckpoint(`/tmp/h/${name}.safetensors`, weights);
  const again = await loadWeights(`/tmp/h/${name}.safetensors`);
  const ev = await evaluate(again, test, { threads: 1 });
  console.log(name, trained.report.test.correct, ev.correct, ev.loss === trained.report.test.loss, ev.classes[3]);
  for (const target of ["wasm_relaxed", "wasm", "typescript"]) {
    for (const batchSize of [1, 3, 16]) {
      const t0 = performance.now();
      const p = await loadPredictor(again, { target, batchSize });
      const t1 = performance.now();
      const n = 500, got = p.predict(test.inputs.subarray(0, n * 784) as Uint8Array);
      const right = got.filter(({ label }, i) => label === test.labels[i]).length;
      const x = test.inputs.subarray(0, 784) as Uint8Array;
      const times = [];
      for (let i = 0; i < 500; i++) {
        const s = performance.now();
        p.predict(x);
        times.push(performance.now() - s);
      }
      times.sort((a, b) => a - b);
      console.log(target, batchSize, "load", (t1 - t0).toFixed(0), right, "/", n, (1000 * times[250]).toFixed(1), "us");
    }
  }
  await Deno.writeFile(`/tmp/h/${name}.onnx`, await exportOnnx(again));
}
