/**
 * Calls a function of a module in a page of Chromium and prints, as JSON, what it returns. The page is isolated, so that
 * it may have threads. It is a program of its own as `browser.ts` is, and serves the module's folder meanwhile.
 *
 *     deno run --allow-read --allow-write --allow-env --allow-run --allow-sys=homedir,osRelease --allow-net=127.0.0.1 tests/browser_module.ts CHROMIUM FOLDER MODULE FUNCTION ARGUMENTS [webgpu]
 *
 * MODULE: a file in the folder. ARGUMENTS: a list, as JSON. webgpu: the page has WebGPU, by SwiftShader: in software.
 *
 * @module
 */
import { join } from "node:path";

/** What the page did. */
export interface Call {
  /** What the function returned. */
  readonly returned: unknown;
  /** Whether the page may have memory that threads share. */
  readonly isolated: boolean;
  /** Messages on the console, errors, and what was asked for and not there. */
  readonly messages: readonly string[];
  /** Files of the folder that were asked for. */
  readonly files: readonly string[];
}

/** How Chromium is told to give pages WebGPU where there is no GPU. */
const WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** It has its icon itself: a browser asks for one else. */
const PAGE = '<!doctype html><link rel="icon" href="data:,">';

if (import.meta.main) {
  const [executablePath, folder, module, name, args, webgpu] = Deno.args;
  const files: string[] = [], messages: string[] = [];
  const isolation = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const file = new URL(request.url).pathname.slice(1);
    if (file === "") return new Response(PAGE, { headers: { ...isolation, "content-type": "text/html" } });
    try {
      const text = await Deno.readTextFile(join(folder, file));
      files.push(file);
      return new Response(text, { headers: { ...isolation, "content-type": "text/javascript" } });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
  // or the driver looks where only a program with all permissions may
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  const quiet = ["background-networking", "component-update", "sync"].map((what) => `--disable-${what}`);
  const gpu = webgpu === undefined ? ["--disable-gpu"] : WEBGPU;
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--no-first-run", ...quiet, ...gpu] });
  const page = await browser.newPage();
  page.on("console", (message) => messages.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => messages.push(`error: ${error.message}`));
  await page.goto(`http://127.0.0.1:${server.addr.port}/`);
  const returned = await page.evaluate(
    async ([module, name, args]) => (await import(module))[name](...JSON.parse(args)),
    [`/${module}`, name, args],
  );
  // deno-lint-ignore no-explicit-any -- no types of browsers are known here
  const isolated = await page.evaluate(() => (globalThis as any).crossOriginIsolated);
  await browser.close();
  await server.shutdown();
  const call: Call = { returned, isolated, messages, files };
  console.log(JSON.stringify(call));
}
