/// <reference lib="dom" />
/**
 * Isolates the page where its host sends no headers for that: it puts them to the answers of the site's own files, and to
 * no other page of the host. It keeps no file.
 *
 * @module
 */

/** What a service worker has that no other worker has. */
interface Scope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(name: string, listener: (event: ServiceEvent) => void): void;
}

interface ServiceEvent {
  readonly request: Request;
  waitUntil(promise: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}

const scope = globalThis as unknown as Scope;

/** The site's folder, which this script is in. */
const ROOT = new URL("./", location.href).href;
/** What it has there. */
const OWN = /^(?:|index\.html|app-[0-9a-f]{12}\/.*|data\/.*)$/;

scope.addEventListener("install", () => void scope.skipWaiting());
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (event) => {
  const { url, cache, mode } = event.request, { origin, pathname } = new URL(url), address = origin + pathname;
  if (!address.startsWith(ROOT) || !OWN.test(address.slice(ROOT.length))) return;
  if (cache === "only-if-cached" && mode !== "same-origin") return;
  event.respondWith(fetch(event.request).then(isolated));
});

/** An answer that isolates. */
function isolated(response: Response): Response {
  // that of a redirection has no status, and cannot be made anew
  if (response.status === 0 || response.type === "opaqueredirect") return response;
  const headers = new Headers(response.headers);
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-embedder-policy", "require-corp");
  headers.set("cross-origin-resource-policy", "same-origin");
  const { body, status, statusText } = response;
  return new Response(body, { status, statusText, headers });
}
