/**
 * Finds the fastest schedule of each kernel by trying: candidates of the target, then neighbours of the best.
 *
 * Every candidate is checked against the interpreter before it is timed, and runs in a worker of its own, which is ended
 * when it gives no answer. The machine's speed changes while others use it, so what is compared is timed in turns.
 *
 * @module
 */
import { type CompiledNet, compileTarget, kernelsOf, plan } from "../../codegen/compile.ts";
import type { Storage } from "../../codegen/ir/interpret.ts";
import type { Kernel } from "../../codegen/ir/ir.ts";
import { nestText } from "../../codegen/ir/text.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { neighbours } from "../../codegen/schedule/neighbours.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import { type Schedule, scheduleText } from "../../codegen/schedule/schedule.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { formulaHash, isStorable, normalized, type TunedKernel } from "../../codegen/schedule/tuning.ts";
import { backendOf } from "../backends/backends.ts";
import { platform } from "../platform/here.ts";
import type { Thread } from "../platform/platform.ts";
import type { Answer, Trial, Turn } from "./tune_worker.ts";
import { compareStorages } from "../check/differences.ts";
import { type Call, kernelCase, teamCalls } from "../check/kernel.ts";
import { rowsFor } from "../check/random_data.ts";

/** A candidate that was not timed, or not to the end. */
export interface Refusal {
  /** Its schedule, in words. */
  readonly schedule: string;
  /** Why. */
  readonly reason: string;
  /** Whether it computed something else than the interpreter: a fault of the compiler. */
  readonly wrong: boolean;
}

/** What tuning found for a kernel. */
export interface TunedRow {
  /** Its name. */
  readonly kernel: string;
  /** Its part of a training step's time; undefined where only this kernel was asked for. */
  readonly share?: number;
  /** Seconds of one run on one thread: as it was, and with the schedule that was chosen. */
  readonly before: number;
  /** The same number where nothing was faster. */
  readonly after: number;
  /** The schedule that was chosen, in words. */
  readonly schedule: string;
  /** Whether it is another one than was stored, or than the first guess where nothing was. */
  readonly changed: boolean;
  /** Candidates that were timed. */
  readonly tried: number;
  /** Candidates that were given up, or are wrong. */
  readonly refused: readonly Refusal[];
  /**
   * What to store; nothing where the target's first guess is best.
   *
   * @ignore the compiler's own types
   */
  readonly entry?: TunedKernel;
}

/** How tuning is done. */
export interface TuneSettings {
  /** Seconds for all kernels of a net and a target; each gets one heat of candidates at least. Default 120. */
  readonly budget?: number;
  /** Only this kernel. Default: those with a noticeable share of a step. */
  readonly kernel?: string;
  /** Seconds after which a candidate that gives no answer is given up. Default 30. */
  readonly patience?: number;
  /** Called with each kernel as it is done. */
  readonly onKernel?: (row: TunedRow) => void | Promise<void>;
}

/** Kernels below this part of a step's time are left alone. */
const NOTICEABLE = 0.02;
/** What is stored is replaced only by what takes this part less time: less is noise. */
const MARGIN = 0.03;
/** Candidates that run against the best so far. */
const HEAT = 6;
/** Rounds of a heat, and how many more at most while times still fall: V8 optimizes meanwhile. */
const ROUNDS = 5, MOST_ROUNDS = 20;
/** A round that brings no time down by more than this part is the last. */
const STILL = 0.01;
/** Candidates this much slower than the best of the heat get no more turns. */
const HOPELESS = 1.5;
/** Milliseconds of a turn, and of the first, which is not counted. */
const TURN = 10, WARM_UP = 50;
/** Milliseconds that a worker has to start: longer than it takes to check the types of its file. */
const STARTING = 180_000;
/** Milliseconds until a worker that hangs has really stopped (Deno takes two seconds). */
const ENDING = 2500;

/**
 * Tunes kernels of a net for a target, those that take longest first.
 *
 * @param stored schedules found earlier, whether they still fit or not: they are what is to be beaten.
 * @throws {Error} when a kernel's first guess is wrong, or hangs.
 */
export async function tuneNet(
  spec: Spec,
  registry: Registry,
  target: Target,
  stored: (kernel: Kernel) => Schedule | undefined,
  { budget = 120, kernel: only, patience = 30, onKernel }: TuneSettings = {},
): Promise<TunedRow[]> {
  const deadline = performance.now() + 1000 * budget;
  const { plan: whole } = plan(spec, registry, { layout: target.layout });
  const all = only === undefined
    ? kernelsOf({ ...whole, evaluate: whole.train })
    : kernelsOf(whole).filter(({ name }) => name === only);
  const benches: { bench: Bench; seconds: number }[] = [];
  for (const kernel of all) {
    const bench = new Bench(kernel, whole, spec, target, 1000 * patience);
    // one kernel needs no comparison with the others
    benches.push({ bench, seconds: only === undefined ? await bench.timeOne(stored(kernel)) : 1 });
  }
  const total = benches.reduce((sum, { seconds }) => sum + seconds, 0);
  const noticeable = benches.filter(({ seconds }) => seconds >= NOTICEABLE * total)
    .sort((a, b) => b.seconds - a.seconds);
  const rows: TunedRow[] = [];
  for (const [i, { bench, seconds }] of noticeable.entries()) {
    const left = noticeable.slice(i).reduce((sum, { seconds }) => sum + seconds, 0);
    const now = performance.now();
    const found = await bench.tune(stored(bench.kernel), now + (deadline - now) * seconds / left);
    const row = { ...found, ...only === undefined && { share: seconds / total } };
    rows.push(row);
    await onKernel?.(row);
  }
  return rows;
}

/** A schedule whose code was checked and can be timed. */
interface Contender {
  readonly schedule: Schedule;
  readonly worker: CandidateWorker;
  readonly call: Call;
  /** Shortest time of this heat, in milliseconds. */
  least: number;
}

/** One kernel, and all that is tried for it. */
class Bench {
  readonly #refused: Refusal[] = [];
  /** Loop nests that have been tried: other words may mean the same. */
  readonly #seen = new Set<string>();
  #tried = 0;
  #case: ReturnType<typeof kernelCase> | undefined;
  readonly #candidates: readonly Schedule[];

  readonly kernel: Kernel;
  readonly plan: Plan;
  readonly spec: Spec;
  readonly target: Target;
  readonly patience: number;

  constructor(kernel: Kernel, plan: Plan, spec: Spec, target: Target, patience: number) {
    this.kernel = kernel;
    this.plan = plan;
    this.spec = spec;
    this.target = target;
    this.patience = patience;
    this.#candidates = [...target.candidates(kernel)];
  }

  /** Seconds of the schedule to be beaten. */
  async timeOne(stored: Schedule | undefined): Promise<number> {
    const incumbent = await this.#incumbent(stored);
    try {
      await this.#race([incumbent]);
      if (incumbent.least === Infinity) throw this.#failure();
      return incumbent.least / 1000;
    } finally {
      incumbent.worker.end();
    }
  }

  /** Looks for something faster until there is nothing left to try, or until the deadline, but for one heat at least. */
  async tune(stored: Schedule | undefined, deadline: number): Promise<TunedRow> {
    this.#seen.clear();
    this.#refused.length = 0;
    this.#tried = 0;
    const incumbent = await this.#incumbent(stored);
    let best = incumbent;
    try {
      const queue = [...this.#candidates];
      let centre: Schedule | undefined, heats = 0;
      const timeLeft = () => heats === 0 || performance.now() < deadline;
      for (; timeLeft(); heats++) {
        if (queue.length === 0 && centre !== best.schedule) {
          centre = best.schedule;
          queue.push(...neighbours(this.kernel, centre, this.target.spread));
        }
        if (queue.length === 0) break;
        const challengers: Contender[] = [];
        try {
          while (challengers.length < HEAT && queue.length > 0 && timeLeft()) {
            const schedule = normalized(queue.shift()!);
            const challenger = isStorable(schedule) ? await this.#enter(schedule) : undefined;
            if (challenger) challengers.push(challenger);
          }
          if (challengers.length === 0) continue;
          this.#tried += challengers.length;
          const winner = await this.#race([best, ...challengers]);
          if (winner !== undefined && winner !== best) {
            if (best !== incumbent) best.worker.end();
            best = winner;
          }
        } finally {
          for (const { worker } of challengers) if (worker !== best.worker) worker.end();
        }
      }
      // luck may have helped the winner of many heats: once more, the two of them
      await this.#race([incumbent, best], 2 * ROUNDS, Infinity);
      if (incumbent.least === Infinity) throw this.#failure();
      const { schedule, least } = best.least < (1 - MARGIN) * incumbent.least ? best : incumbent;
      const first = normalized(this.#candidates[0]), was = stored ? normalized(stored) : first;
      return {
        kernel: this.kernel.name,
        before: incumbent.least / 1000,
        after: least / 1000,
        schedule: scheduleText(schedule),
        changed: JSON.stringify(schedule) !== JSON.stringify(was),
        tried: this.#tried,
        refused: [...this.#refused],
        ...JSON.stringify(schedule) !== JSON.stringify(first) &&
          { entry: { hash: formulaHash(this.kernel), schedule } },
      };
    } finally {
      incumbent.worker.end();
      best.worker.end();
    }
  }

  /** What is stored, or the first guess where nothing is or it does not fit. */
  async #incumbent(stored: Schedule | undefined): Promise<Contender> {
    const contender = stored && await this.#enter(normalized(stored)) ||
      await this.#enter(normalized(this.#candidates[0]));
    if (!contender) throw this.#failure();
    return contender;
  }

  #failure(): Error {
    const { schedule, reason } = this.#refused.at(-1) ?? { schedule: "its first guess", reason: "no time" };
    return new Error(`${this.kernel.name}: ${schedule}: ${reason}`);
  }

  #refuse(schedule: Schedule, reason: string, wrong = false): void {
    this.#refused.push({ schedule: scheduleText(schedule), reason, wrong });
  }

  /** Compiles a schedule, and runs it in a worker on random data. Gives nothing when it is refused or was there before. */
  async #enter(schedule: Schedule): Promise<Contender | undefined> {
    const compiled = this.#compile(schedule);
    if (!compiled) return undefined;
    const { kernel, target } = this, { net, bindings } = compiled;
    const { nest } = net.kernels.get(kernel.name)!;
    if (this.#seen.has(nestText(nest))) return undefined;
    this.#seen.add(nestText(nest));
    this.#case ??= kernelCase(kernel, bindings, net.plan, this.spec, 0);
    const { given, expected } = this.#case, symbols = Object.keys(nest.tensors);
    let worker: CandidateWorker | undefined;
    try {
      const trial = {
        backend: target.backend,
        prepared: await backendOf(target).prepareKernels(net, rowsFor(net.plan), kernel.name),
        kernel: kernel.name,
        storages: symbols.map((symbol) => given[symbol]),
        calls: teamCalls(nest),
      };
      worker = new CandidateWorker(this.patience);
      const storages = await worker.run(trial);
      const found = Object.fromEntries(symbols.map((symbol, i) => [symbol, storages[i]]));
      const { ok, error, tolerance } = compareStorages(kernel, found, expected, target);
      if (ok) {
        const [call] = teamCalls(nest, 1);
        await worker.time({ call, milliseconds: WARM_UP });
        return { schedule, worker, call, least: Infinity };
      }
      this.#refuse(schedule, `it is wrong: its error is ${error}, at most ${tolerance} is rounding`, true);
    } catch (error) {
      this.#refuse(schedule, (error as Error).message);
      await worker?.stopped();
    }
    worker?.end();
    return undefined;
  }

  /** A net of just this kernel. */
  #compile(
    schedule: Schedule,
  ): { net: CompiledNet; bindings: Readonly<Record<string, string>> } | undefined {
    const { kernel, plan: whole } = this;
    const planned = [...whole.train.kernels, ...whole.evaluate.kernels].find((k) => k.kernel.name === kernel.name)!;
    const alone = {
      ...whole,
      train: { kernels: [planned], barriers: [false] },
      evaluate: { kernels: [], barriers: [] },
    };
    try {
      return {
        net: compileTarget({ plan: alone, fusions: [], swaps: [] }, this.target, () => schedule),
        bindings: planned.bindings,
      };
    } catch (error) {
      this.#refuse(schedule, (error as Error).message);
      return undefined;
    }
  }

  /** Times contenders in turns. Returns the fastest. */
  async #race(contenders: readonly Contender[], rounds = ROUNDS, hopeless = HOPELESS): Promise<Contender | undefined> {
    for (const contender of contenders) contender.least = Infinity;
    let running = [...new Set(contenders)];
    const least = () => Math.min(...running.map(({ least }) => least));
    for (let round = 1; round <= MOST_ROUNDS && running.length > 0; round++) {
      let still = true;
      for (const contender of running) {
        try {
          const time = await contender.worker.time({ call: contender.call, milliseconds: TURN });
          if (time < (1 - STILL) * contender.least) still = false;
          contender.least = Math.min(contender.least, time);
        } catch (error) {
          contender.least = Infinity;
          this.#refuse(contender.schedule, (error as Error).message);
          await contender.worker.stopped();
        }
      }
      const limit = hopeless * least();
      running = running.filter((contender) => contender.least < Infinity && contender.least <= limit);
      if (round >= rounds && still) break;
    }
    return running.find((contender) => contender.least === least());
  }
}

function startWorker(): Thread {
  const { RunawayWorker: Worker } = platform;
  return new Worker(new URL("./tune_worker.ts", import.meta.url), { type: "module" });
}

/** The worker of one candidate, which may hang. */
class CandidateWorker {
  readonly #worker = startWorker();
  readonly #patience: number;
  #hangs = false;

  constructor(patience: number) {
    this.#patience = patience;
    this.#deaf();
  }

  /** To be called at once: it waits for the message that the worker has started. */
  async run(trial: Trial): Promise<readonly Storage[]> {
    await this.#answer(STARTING);
    return (await this.#ask(trial) as Extract<Answer, { storages: unknown }>).storages;
  }

  async time(turn: Turn): Promise<number> {
    return (await this.#ask(turn) as Extract<Answer, { milliseconds: unknown }>).milliseconds;
  }

  end(): void {
    this.#worker.terminate();
  }

  /** Ends it; if it hangs, waits until it takes no time from others any more. */
  async stopped(): Promise<void> {
    this.end();
    if (this.#hangs) await new Promise((resolve) => setTimeout(resolve, ENDING));
  }

  async #ask(message: Trial | Turn): Promise<Answer> {
    this.#worker.postMessage(message);
    return await this.#answer(this.#patience);
  }

  /** @throws {Error} when the candidate fails, or does not answer. */
  async #answer(patience: number): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => {
      this.#hangs = true;
      reject(new Error(`no answer in ${patience / 1000} s`));
    }, patience);
    this.#worker.onmessage = ({ data: answer }: MessageEvent<Answer>) =>
      "error" in answer ? reject(new Error(answer.error)) : resolve(answer);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#deaf();
    }
  }

  /** What fails while nothing is asked is told by the silence to the next question. */
  #deaf(): void {
    this.#worker.onmessage = null;
    this.#worker.onerror = (event) => event.preventDefault();
  }
}
