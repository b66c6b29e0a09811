/// <reference lib="dom" />
/**
 * Whether threads may share memory on this page, and what is done that they may.
 *
 * @module
 */

/** What says that this tab was loaded anew for it, once. */
const TRIED = "kernelwright: loaded anew to be isolated";
/** Milliseconds that a service worker gets to start. */
const PATIENCE = 3000;

/** Whether the page is isolated, and if not, why. */
export interface Isolation {
  readonly isolated: boolean;
  readonly why?: string;
  /** Whether the page is about to be loaded anew. */
  readonly leaves?: boolean;
}

/**
 * Isolates the page where its host does not, by the service worker; then it is loaded anew, once in a tab: where that did
 * not help, it says why.
 */
export async function isolate(): Promise<Isolation> {
  if (globalThis.crossOriginIsolated) {
    forget();
    return { isolated: true };
  }
  if (!globalThis.isSecureContext) return refused("its address is no safe origin: https, or this machine");
  if (!navigator.serviceWorker) return refused("this browser has no service workers here");
  try {
    if (sessionStorage.getItem(TRIED)) return refused("loading it anew by way of the service worker did not help");
    if (!await started()) return refused("the service worker could not be started");
    // without this note the page could be loaded anew for ever
    sessionStorage.setItem(TRIED, "yes");
    if (!sessionStorage.getItem(TRIED)) return refused("this browser keeps nothing");
  } catch {
    return refused("this browser does not let it start a service worker");
  }
  location.reload();
  return { isolated: false, leaves: true };
}

const refused = (why: string): Isolation => ({ isolated: false, why });

function forget(): void {
  try {
    sessionStorage.removeItem(TRIED);
  } catch {
    // then nothing was noted
  }
}

/** Starts the service worker; whether it answers for the page's files from now on. */
async function started(): Promise<boolean> {
  const registered = await navigator.serviceWorker.register(new URL("../service_worker.js", import.meta.url));
  if (!registered) return false;
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE));
  return await Promise.race([navigator.serviceWorker.ready, late]) !== undefined;
}
