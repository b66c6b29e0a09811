/**
 * Kernelwright: a network's spec goes in, proven, readable, shape-specialised kernels come out, and a small runtime
 * trains with them.
 *
 * @example Train on data of your own, nothing written to disk
 * ```ts
 * import { fromArrays, parseSpec, train } from "./mod.ts";
 *
 * const spec = parseSpec({
 *   name: "xor",
 *   input: [2],
 *   batchSize: 4,
 *   layers: [{ type: "linear", outFeatures: 8 }, { type: "tanh" }, { type: "linear", outFeatures: 2 }],
 *   loss: { type: "softmaxCrossEntropy" },
 *   training: { epochs: 300, optimizer: { type: "adam", learningRate: 0.05 } },
 * });
 * const data = fromArrays(new Float32Array([0, 0, 0, 1, 1, 0, 1, 1]), [0, 1, 1, 0], [2]);
 * const { report } = await train(spec, { train: data, test: data }, { threads: 1 });
 * console.log(report.test.correct, "of", report.test.total);
 * ```
 *
 * @module
 */
export { InputError, printable } from "./codegen/error.ts";
export { JsonError, parseJson } from "./codegen/json.ts";
export type { Shape } from "./codegen/language/layer.ts";
export { MOST_EPOCHS } from "./codegen/language/schema.ts";
export { type Optimization, OPTIMIZATIONS } from "./codegen/compile.ts";
export type { LayerSummary } from "./codegen/graph/lanes.ts";
export { SpecError, type SpecMistake, type SpecPath } from "./codegen/graph/mistakes.ts";
export type { Group, LayerOptions, Options, SchedulerOptions, Spec } from "./codegen/graph/spec.ts";
export type { Tuning } from "./codegen/schedule/tuning.ts";
export type { Checkpoint, TensorValues, TrainingState } from "./runtime/files/checkpoint.ts";
export { saveCheckpoint } from "./runtime/files/checkpoint_file.ts";
export type { Classes, Halves, Integers, NumberList, Samples } from "./runtime/data/arrays.ts";
export {
  type Answers,
  type Dataset,
  type DataSplit,
  fromArrays,
  type LabelledDataset,
  limitSamples,
  type Numbers,
} from "./runtime/data/data.ts";
export {
  type IdxOptions,
  loadIdxDirectory,
  loadIdxTestSet,
  loadMnist,
  storageNote,
} from "./runtime/data/idx/folder.ts";
export { sameFile, writeAtomically, writeDurably } from "./runtime/files/files.ts";
export { type FileKind, holdsSomething, prepareCheckpoint, prepareFile } from "./runtime/files/replace.ts";
export { asStarted, type ProgramStart } from "./runtime/platform/commands.ts";
export { compareGenerated, type Difference, repairGenerated } from "./runtime/files/generated.ts";
export {
  type Bandwidth,
  boundsChecksWords,
  type Gpu,
  type Instructions,
  type Machine,
  type MachineOptions,
  type Mode,
  type Packing,
  PACKING_WORDS,
  type Probe,
  type Rate,
} from "./runtime/measure/machine/facts.ts";
export { Net, type NetEvaluation, type NetStepResult, type NetTraining } from "./runtime/net/net.ts";
export { type NetPrediction, PredictNet } from "./runtime/net/predict_net.ts";
export { type SelfTest, SelfTestError } from "./runtime/net/check.ts";
export type { OpenNetOptions } from "./runtime/net/options.ts";
export type { Labelled } from "./runtime/net/samples.ts";
export type { NetStep, NetTrainOptions } from "./runtime/net/training.ts";
export { classText } from "./runtime/run/class_names.ts";
export { lossText, METRICS, type Metrics, metricsIn, metricText, metricTexts } from "./runtime/run/metrics.ts";
export { count, duration, nounOf, type Pace, ProgressBar, progressLine, type Screen } from "./runtime/run/progress.ts";
export { MOST_THREADS } from "./runtime/run/options.ts";
export { DeviceError } from "./runtime/backends/device_error.ts";
export type { GpuReport } from "./runtime/backends/session.ts";
export type { Profile, ProfiledKernel } from "./runtime/measure/profile.ts";
export type { Trace, TraceEvent } from "./runtime/measure/trace.ts";
export { profileTable } from "./runtime/report/profile_table.ts";
export { type ImageOptions, type InputSamples, readInputs } from "./runtime/data/inputs.ts";
export type { ClassReport, MissedSample, TestReport } from "./runtime/run/outcome.ts";
export { type Prediction, Predictor } from "./runtime/run/predict.ts";
export type { ImportedParameters, WeightNames } from "./runtime/files/weights.ts";
export { loadReport, parseReport, prepareReport, type ReportFile, type ReportPlace } from "./runtime/report/report.ts";
export type { GpuKernelRow, GpuRuns, KernelGroup, KernelRow } from "./runtime/measure/kernel_groups.ts";
export type { RunStart } from "./runtime/run/start.ts";
export type { KernelTime } from "./runtime/measure/time_kernels.ts";
export type { ScheduleTime, Spread } from "./runtime/measure/time_schedules.ts";
export type { Refusal, TunedRow } from "./runtime/measure/tune/results.ts";
export type { TuneSettings } from "./runtime/measure/tune/tune.ts";
export { loadTuning, saveTuning } from "./runtime/files/tuning_file.ts";
export type { VerifyRow } from "./runtime/check/row.ts";
export type { VerifyOptions } from "./runtime/check/verify.ts";
export { DivergedError, ProfileError, StoppedError } from "./runtime/run/errors.ts";
export type { RunOptions, Trained } from "./runtime/run/run_options.ts";
export { VERSION } from "./runtime/run/version.ts";
export type { DataReport, EpochReport, PartialEpoch, Progress, TrainingReport } from "./runtime/run/training_report.ts";

export { chooseTarget, type TargetChoice } from "./api/choose_target.ts";
export {
  compile,
  type Compiled,
  type CompileOptions,
  generatedFiles,
  type KernelStages,
  kernelStages,
} from "./api/compile.ts";
export { type DataOptions, loadData, loadTestData, targetNote } from "./api/data.ts";
export { evaluate, type EvaluateOptions, type Evaluation } from "./api/evaluate.ts";
export { kernelGroups, measureMachine, timeKernels, timeSchedules, trainingWork } from "./api/measure.ts";
export { open, type OpenOptions } from "./api/open.ts";
export { loadPredictor, type PredictorOptions } from "./api/predict.ts";
export { type Registry, registry } from "./api/registry.ts";
export { reportHtml } from "./api/report.ts";
export { jsonSchema, loadSpec, parseSpec, specNames } from "./api/spec.ts";
export { backendOf } from "./runtime/backends/backends.ts";
export { stepsInEpoch } from "./runtime/backends/rows.ts";
export {
  kernelsBeside,
  netLayers,
  networkDrawing,
  type PlacedTensor,
  type StepKernel,
  type TrainingStep,
  trainingStep,
} from "./api/step.ts";
export { findTarget, processorTargets, runsHere, type Target, targets } from "./api/targets.ts";
export { runStart, train, type TrainOptions } from "./api/train.ts";
export { tune, type TuneOptions } from "./api/tune.ts";
export { verifyNet } from "./api/verify.ts";
export { exportOnnx, loadCheckpoint, loadNames, loadWeights, type WeightOptions, type Weights } from "./api/weights.ts";
