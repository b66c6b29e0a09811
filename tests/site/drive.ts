/**
 * Shows the site in Chromium, to a function of a module that does something with it, and prints what that returns as JSON.
 * It is a program of its own as `../browser.ts` is.
 *
 *     deno run --allow-read --allow-write --allow-env --allow-run --allow-sys=homedir,osRelease --allow-net=127.0.0.1 tests/site/drive.ts CHROMIUM FOLDER MODULE FUNCTION ARGUMENTS
 *
 * FOLDER: of the site. MODULE: a file in `tests/site/`. The function is called with what opens a page, and with ARGUMENTS,
 * a list as JSON.
 *
 * @module
 */
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { serveSite } from "../../site/serve.ts";

/** How the site is looked at. */
export interface VisitOptions {
  /** Behind the address of the site, such as `#compiler`. */
  readonly address?: string;
  /** Whether the server sends no headers that isolate the page. Default: it sends them. */
  readonly plain?: boolean;
  /** Whether there are service workers. Default: yes. */
  readonly serviceWorkers?: boolean;
  /** Whether there is WebGPU, by an adapter in software. Default: no. */
  readonly gpu?: boolean;
  /** Whether the engine has relaxed SIMD. Default: yes. */
  readonly relaxed?: boolean;
  readonly scheme?: "light" | "dark";
  /** Of the window, in pixels. Default: 1280 x 900. */
  readonly width?: number;
  readonly height?: number;
  /** Whether it is touched. Default: no. */
  readonly touch?: boolean;
}

/** A page that is open. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Address of the site. */
  readonly site: string;
  /** Messages on the console, and errors. */
  readonly messages: string[];
  /** What was asked for elsewhere. */
  readonly foreign: string[];
  /** Paths of what was asked for here, from the site's folder; those of workers are not seen by every version. */
  readonly files: string[];
  /** How often the page was loaded. */
  loads(): number;
  /**
   * Milliseconds of processor time that the page's own thread takes at most in one go while something is done: what other
   * programs take of a busy machine is not in it.
   */
  longestTask(work: () => Promise<void>): Promise<number>;
  /** Animation frames of over 50 ms since the last call. */
  longFrames(): Promise<Frame[]>;
  /** Pixels that the page is wider than its window. */
  overflow(): Promise<number>;
  /** What axe-core finds, in a line each. `but`: what of the page it does not look at. */
  violations(but?: string): Promise<string[]>;
  /** Workers of the page, those of workers among them, as the system counts the threads: see {@linkcode workerThreads}. */
  threads(): Promise<number>;
  /** Seconds of processor time that the browser has taken, all its processes together. */
  processor(): Promise<number>;
  /** Bytes of memory that the largest process of the browser has: that of the page. */
  resident(): Promise<number>;
  close(): Promise<void>;
}

/** An animation frame. */
export interface Frame {
  /** Of the scripts in it, and of all. */
  readonly milliseconds: number;
  readonly whole: number;
  /** When it began, from when the page was asked for. */
  readonly at: number;
  /** The scripts, with what each took. */
  readonly of: readonly string[];
}

/** What opens the site. */
export type Open = (options?: VisitOptions) => Promise<Visit>;

/** A function that is called with the site. */
export type Scenario<Args extends readonly unknown[], Result> = (open: Open, ...args: Args) => Promise<Result>;

/** Notes what of a long frame is scripts, style and layout: what other programs take of a loaded machine is left out. */
const WATCH_FRAMES = `{
  globalThis.frames_seen = [];
  const watch = new PerformanceObserver((list) => {
    for (const frame of list.getEntries()) {
      const scripts = frame.scripts.reduce((sum, { duration }) => sum + duration, 0);
      const of = frame.scripts.map(({ invoker, sourceURL, duration }) => invoker + " " + sourceURL.split("/").at(-1) + " " + Math.round(duration));
      globalThis.frames_seen.push({ milliseconds: scripts, whole: frame.duration, at: Math.round(frame.startTime), of });
    }
  });
  try { watch.observe({ type: "long-animation-frame", buffered: true }); } catch {}
}`;

/** Opens the site in a Chromium of its own. */
async function visit(executablePath: string, built: string, options: VisitOptions): Promise<Visit> {
  const { address = "", plain, serviceWorkers = true, gpu, relaxed = true, scheme = "light", touch = false } = options;
  const folder = relaxed ? built : await withoutRelaxed(built);
  const served = await serveSite({ folder, plain, port: 0 });
  const { chromium } = await import("playwright-core");
  const quiet = ["background-networking", "component-update", "sync"].map((what) => `--disable-${what}`);
  const graphics = gpu ? ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"] : ["--disable-gpu"];
  const args = ["--no-sandbox", "--no-first-run", ...quiet, ...graphics];
  const browser = await chromium.launch({ executablePath, args });
  const context = await browser.newContext({
    ...{ viewport: { width: options.width ?? 1280, height: options.height ?? 900 }, hasTouch: touch },
    ...{ colorScheme: scheme, serviceWorkers: serviceWorkers ? "allow" as const : "block" as const },
  });
  // machines may be busy
  context.setDefaultTimeout(120_000);
  const page = await context.newPage(), messages: string[] = [], foreign: string[] = [], files: string[] = [];
  let loads = 0;
  page.on("domcontentloaded", () => loads++);
  page.on("console", (message) => messages.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => messages.push(`error: ${error.message}`));
  context.on("request", (request) => {
    const url = request.url();
    if (url.startsWith(served.address)) files.push(url.slice(served.address.length));
    else if (!/^(?:data|blob):/.test(url)) foreign.push(url);
  });
  await page.addInitScript(WATCH_FRAMES);
  await page.goto(`${served.address}${address}`);
  return {
    ...{ page, context, site: served.address, messages, foreign, files },
    loads: () => loads,
    longestTask: (work) => longestTask(browser, page, work),
    longFrames: () => page.evaluate("globalThis.frames_seen.splice(0)") as Promise<Frame[]>,
    overflow: () => page.evaluate("document.documentElement.scrollWidth - innerWidth") as Promise<number>,
    violations: (but) => violations(page, but),
    threads: () => workerThreads(Deno.pid),
    processor: () => processorTime(Deno.pid),
    resident: () => largestProcess(Deno.pid),
    close: async () => {
      await browser.close();
      await served.close();
      if (folder !== built) await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A thread of a process that this one has started, or one of those: of Linux, where threads have names. */
interface Thread {
  readonly process: number;
  readonly name: string;
  /** Bytes of memory that its process has. */
  readonly resident: number;
}

/** Those threads, as the system tells them. */
async function threadsOf(parent: number): Promise<Thread[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eL", "-o", "pid=,ppid=,rss=,comm="] }).output();
  const all = [...new TextDecoder().decode(stdout).matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/gm)].map(
    ([, process, parent, kilobytes, name]) => ({
      ...{ process: Number(process), parent: Number(parent), resident: 1024 * Number(kilobytes), name },
    }),
  );
  const parents = new Map(all.map(({ process, parent }) => [process, parent]));
  const isOurs = (id: number): boolean => id === parent || (parents.has(id) && isOurs(parents.get(id)!));
  return all.filter(({ process }) => process !== parent && isOurs(process));
}

/** Threads that run workers. */
const workerThreads = async (parent: number) =>
  (await threadsOf(parent)).filter(({ name }) => name.startsWith("DedicatedWorker")).length;

/** Seconds of processor time of a process's own processes. */
async function processorTime(parent: number): Promise<number> {
  const ids = new Set((await threadsOf(parent)).map(({ process }) => process));
  const { stdout } = await new Deno.Command("cat", { args: [...ids].map((id) => `/proc/${id}/stat`), stderr: "null" })
    .output();
  // behind the name, which may have spaces: fields 14 and 15, in hundredths of a second
  return new TextDecoder().decode(stdout).trim().split("\n").reduce((sum, line) => {
    const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) / 100;
  }, 0);
}

/** Bytes of memory that the largest of a process's own processes has. */
const largestProcess = async (parent: number) =>
  Math.max(0, ...(await threadsOf(parent)).map(({ resident }) => resident));

/** A copy of the site for an engine that refuses relaxed SIMD, in its workers. */
async function withoutRelaxed(built: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "site" });
  const copy = async (inside: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(built, inside))) {
      const path = join(inside, name);
      if (isDirectory) {
        await Deno.mkdir(join(folder, path));
        await copy(path);
      } else if (/^site_workers_\w+\.js$/.test(name)) {
        const text = await Deno.readTextFile(join(built, path));
        await Deno.writeTextFile(join(folder, path), `WebAssembly.validate = () => false;\n${text}`);
      } else await Deno.copyFile(join(built, path), join(folder, path));
    }
  };
  await copy("");
  return folder;
}

/** An event of a trace: what a thread did, and the processor time that it took, in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

async function longestTask(browser: Browser, page: Page, work: () => Promise<void>): Promise<number> {
  await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] });
  await work();
  const trace = JSON.parse(new TextDecoder().decode(await browser.stopTracing()));
  const events: readonly TraceEvent[] = trace.traceEvents;
  const threads = new Set(
    events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(({ name, pid, tid }) => name === "RunTask" && threads.has(`${pid} ${tid}`));
  if (tasks.length === 0) throw new Error("the trace has no task of the page");
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
}

/** What axe-core finds wrong with the page as it is. */
async function violations(page: Page, but?: string): Promise<string[]> {
  const path = new URL(import.meta.resolve("axe-core")).pathname;
  // by the debugger: the page's policy lets no foreign script in
  await page.evaluate(`${await Deno.readTextFile(path)};undefined`);
  return await page.evaluate(
    `axe.run({ exclude: ${
      JSON.stringify(but === undefined ? [] : [but])
    } }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + " at " + target + ": " + failureSummary.replaceAll("\\n", " "))))`,
  );
}

if (import.meta.main) {
  const [executablePath, folder, module, name, args] = Deno.args;
  // or the driver looks where only a program with all permissions may
  Deno.env.set("__IS_WSL_TEST__", "1");
  const scenarios = await import(new URL(module, import.meta.url).href);
  const result = await scenarios[name](
    (options: VisitOptions = {}) => visit(executablePath, folder, options),
    ...JSON.parse(args),
  );
  console.log(JSON.stringify(result ?? null));
  Deno.exit(0);
}
