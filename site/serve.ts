/**
 * Serves the site on this machine, and to no other.
 *
 *     deno task site:serve [--plain] [--port PORT] [FOLDER]
 *
 * Its answers isolate the page from other origins, so that threads may share memory. With `--plain` they do not, as those
 * of a host that sends no headers of one's own: then the site's service worker does.
 *
 * @module
 */
import process from "node:process";
import { extname, join, normalize } from "node:path";
import { InputError } from "../codegen/error.ts";

/** Where the task builds it, and what is asked for where nobody says. */
const FOLDER = join(import.meta.dirname!, "..", "runs", "site"), PORT = 8765;

const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
};

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".gz": "application/gzip",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** How it is served. */
export interface ServeOptions {
  /** Without headers that isolate the page. Default: with them. */
  readonly plain?: boolean;
  /** 0: any that is free. */
  readonly port?: number;
  readonly folder?: string;
}

/** What serves it. */
export interface Served {
  readonly address: string;
  /** Ends it. */
  close(): Promise<void>;
}

/**
 * Serves the site.
 *
 * @throws {InputError} when it is not built, or the port is taken.
 */
export async function serveSite({ plain = false, port = PORT, folder = FOLDER }: ServeOptions = {}): Promise<Served> {
  const built = await Deno.stat(join(folder, "index.html")).then(({ isFile }) => isFile, () => false);
  if (!built) throw new InputError(`there is no site in "${folder}"; build it by "deno task site"`);
  const options = { hostname: "127.0.0.1", port, onListen() {} };
  try {
    const server = Deno.serve(options, (request) => respond(folder, request, plain ? {} : ISOLATION));
    return { address: `http://127.0.0.1:${server.addr.port}/`, close: () => server.shutdown() };
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new InputError(`port ${port} is in use; give another one: deno task site:serve --port ${port + 1}`);
  }
}

async function respond(folder: string, request: Request, headers: Record<string, string>): Promise<Response> {
  const plainText = { ...headers, "content-type": "text/plain; charset=utf-8" };
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("only GET\n", { status: 405, headers: plainText });
  }
  try {
    // of a path from the root, nothing is left above it
    const path = normalize(decodeURIComponent(new URL(request.url).pathname));
    const file = path.endsWith("/") ? `${path}index.html` : path;
    const bytes = await Deno.readFile(join(folder, file));
    const cache = file.startsWith("/app-") ? "max-age=31536000, immutable" : "no-cache";
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    return new Response(bytes, { headers: { ...headers, "content-type": type, "cache-control": cache } });
  } catch {
    return new Response("there is no such file\n", { status: 404, headers: plainText });
  }
}

/** What a command line says. */
function optionsOf(args: readonly string[]): ServeOptions {
  let options: ServeOptions = {};
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--plain") options = { ...options, plain: true };
    else if (args[i] === "--port") {
      const port = Number(args[++i]);
      if (!Number.isInteger(port) || port < 0 || port > 65535) {
        throw new InputError(`--port is ${args[i] ?? "not given"}; it takes a number from 0 to 65535`);
      }
      options = { ...options, port };
    } else if (args[i].startsWith("-")) {
      throw new InputError(`${args[i]} is not known; there are --plain and --port PORT`);
    } else options = { ...options, folder: args[i] };
  }
  return options;
}

if (import.meta.main) {
  try {
    const options = optionsOf(Deno.args), { address } = await serveSite(options);
    console.log(`${address}${options.plain ? " without headers that isolate the page" : ""}; Ctrl+C ends it`);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "InputError") throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
