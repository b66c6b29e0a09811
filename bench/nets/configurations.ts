/**
 * How each net is trained: by this compiler, and by PyTorch in several ways.
 *
 * @module
 */

/** A way to train. */
export interface Configuration {
  readonly name: string;
  /** In a table, and at length. */
  readonly title: string;
  readonly explained: string;
  readonly program: "kernelwright" | "pytorch";
  readonly threads: "all" | "one";
  /** Whether PyTorch is tuned by hand. */
  readonly tuned?: boolean;
  /** Variables that are set for it. */
  readonly env?: Readonly<Record<string, string>>;
}

/** An allocator that gives no memory back, which a step would ask for again. */
const KEEP_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: "33554432",
  MALLOC_TRIM_THRESHOLD_: "4294967296",
  MALLOC_TOP_PAD_: "67108864",
};

/** For libraries that look at the processor: what V8 has, too. */
const AVX2 = {
  DNNL_MAX_CPU_ISA: "AVX2",
  ONEDNN_MAX_CPU_ISA: "AVX2",
  OPENBLAS_CORETYPE: "Haswell",
  ATEN_CPU_CAPABILITY: "avx2",
};

/** All of them; the first is ours, which the others are compared with. */
export const CONFIGURATIONS: readonly Configuration[] = [
  {
    name: "ours",
    title: "Kernelwright",
    explained: "wasm_relaxed at full speed, all cores",
    program: "kernelwright",
    threads: "all",
  },
  {
    name: "ours1",
    title: "Kernelwright, 1 thread",
    explained: "the same on one thread; measured when --only names it",
    program: "kernelwright",
    threads: "one",
  },
  {
    name: "installed",
    title: "PyTorch as installed",
    explained: "PyTorch with its defaults, all cores",
    program: "pytorch",
    threads: "all",
  },
  {
    name: "tuned",
    title: "PyTorch tuned",
    explained: "channels last, its fastest Adam, no denormals, an allocator that keeps memory; all cores",
    program: "pytorch",
    threads: "all",
    tuned: true,
    env: KEEP_MEMORY,
  },
  {
    name: "avx2",
    title: "PyTorch tuned, no AVX-512",
    explained: "the same without AVX-512, which V8 does not use",
    program: "pytorch",
    threads: "all",
    tuned: true,
    env: { ...KEEP_MEMORY, ...AVX2 },
  },
  {
    name: "tuned1",
    title: "PyTorch tuned, 1 thread",
    explained: "tuned, on one thread, which suits small nets",
    program: "pytorch",
    threads: "one",
    tuned: true,
    env: KEEP_MEMORY,
  },
];

/** Ours, on all cores. */
export const OURS = CONFIGURATIONS[0];

/** What is measured where nothing else is asked for. */
export const USUAL: readonly Configuration[] = CONFIGURATIONS.filter(({ name }) => name !== "ours1");
