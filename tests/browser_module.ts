/**
 * Calls a function of a module in a page of Chromium and prints, as JSON, what it returns and what the page did. It is a
 * program of its own as `browser.ts` is, and serves the module's folder meanwhile.
 *
 *     deno run --allow-read --allow-write --allow-env --allow-run --allow-sys=homedir,osRelease --allow-net=127.0.0.1 tests/browser_module.ts CHROMIUM FOLDER MODULE FUNCTION ARGUMENTS [OPTIONS]
 *
 * MODULE: a file in the folder. ARGUMENTS: a list, as JSON. OPTIONS: `PageOptions`, as JSON.
 *
 * @module
 */
import { extname, join, normalize } from "node:path";

/** How the folder is served, and what the browser may. */
export interface PageOptions {
  /** Whether the page may have memory that threads share: its headers isolate it from other origins. Default: it may. */
  readonly isolated?: boolean;
  /** Whether scripts, workers and requests are those of the folder alone, and text becomes no code. Default: no. */
  readonly policy?: boolean;
  /** Whether there is WebGPU, by an adapter in software. Default: no. */
  readonly gpu?: boolean;
  /** Seconds that workers get to end when the function has returned. Default: 5. */
  readonly patience?: number;
}

/** What the page did. */
export interface Call {
  /** What the function returned; nothing where it failed. */
  readonly returned?: unknown;
  /** What it failed with. */
  readonly thrown?: string;
  /** Whether the page may have memory that threads share. */
  readonly isolated: boolean;
  /** Messages on the console, errors, and what was asked for and not there. */
  readonly messages: readonly string[];
  /** Files of the folder that were asked for. */
  readonly files: readonly string[];
  /** What was asked for elsewhere. */
  readonly outside: readonly string[];
  /** Workers that live when the function has returned, and was given time to end them. */
  readonly workers: number;
  /** Chromium's version. */
  readonly version: string;
}

/** What serves a folder. */
export interface FolderServer {
  readonly origin: string;
  /** Files that were asked for, and are there. */
  readonly files: readonly string[];
  close(): Promise<void>;
}

const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
/** What a page with a trainer in it needs, and nothing else. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'";
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};
/** The page of a folder without one. */
const PAGE = "<!doctype html><title>a test</title>";

/** Serves the files of a folder, on this machine only. Its page is `index.html`, or an empty one. */
export function serveFolder(folder: string, { isolated = true, policy = false }: PageOptions = {}): FolderServer {
  const files: string[] = [];
  const common = { ...isolated && ISOLATION, ...policy && { "content-security-policy": POLICY } };
  const respond = (body: BodyInit | null, type: string) =>
    new Response(body, { headers: { ...common, "content-type": type } });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const asked = normalize(decodeURIComponent(new URL(request.url).pathname)).slice(1), file = asked || "index.html";
    try {
      const bytes = await Deno.readFile(join(folder, file));
      files.push(file);
      return respond(bytes, TYPES[extname(file)] ?? "application/octet-stream");
    } catch {
      if (asked === "") return respond(PAGE, "text/html");
      // a browser asks for it by itself
      return asked === "favicon.ico" ? new Response(null, { status: 204 }) : new Response(null, { status: 404 });
    }
  });
  return { origin: `http://127.0.0.1:${server.addr.port}`, files, close: () => server.shutdown() };
}

/** Opens the folder's page in Chromium, and calls the function there. */
async function callInPage(
  executablePath: string,
  folder: string,
  [module, name, args]: readonly [module: string, name: string, args: string],
  options: PageOptions,
): Promise<Call> {
  const server = serveFolder(folder, options);
  // or the driver looks where only a program with all permissions may
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  const quiet = ["background-networking", "component-update", "sync"].map((what) => `--disable-${what}`);
  const gpu = options.gpu ? ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"] : ["--disable-gpu"];
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--no-first-run", ...quiet, ...gpu] });
  const page = await browser.newPage(), messages: string[] = [], outside: string[] = [];
  page.on("console", (message) => messages.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => messages.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${server.origin}/`)) {
      outside.push(request.url());
    }
  });
  await page.goto(`${server.origin}/`);
  const result = await page.evaluate(
    async ([module, name, args]) => {
      try {
        return { returned: await (await import(module))[name](...JSON.parse(args)) };
      } catch (error) {
        return { thrown: `${error}` };
      }
    },
    [`/${module}`, name, args],
  );
  // deno-lint-ignore no-explicit-any -- no types of browsers are known here
  const isolated = await page.evaluate(() => (globalThis as any).crossOriginIsolated);
  const { patience = 5 } = options;
  for (const begin = Date.now(); page.workers().length > 0 && Date.now() - begin < 1000 * patience;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const workers = page.workers().length, version = browser.version();
  await browser.close();
  await server.close();
  return { ...result, isolated, messages, files: server.files, outside, workers, version };
}

if (import.meta.main) {
  const [executablePath, folder, module, name, args, options = "{}"] = Deno.args;
  console.log(JSON.stringify(await callInPage(executablePath, folder, [module, name, args], JSON.parse(options))));
}
