/// <reference lib="dom" />
/**
 * Drawings with their labels, kept in this browser, and as a file.
 *
 * @module
 */
import { SIDE } from "./strokes.ts";

/** What was drawn, and what digit it is. */
export interface Drawing {
  readonly label: number;
  /** 28 x 28 bytes. */
  readonly image: Uint8Array;
}

/** A drawing as it is kept. */
export interface Kept extends Drawing {
  readonly id: number;
}

/** Most drawings that are kept. */
export const MOST = 200;

const DATABASE = "kernelwright", STORE = "drawings";
/** What a file says that it is. */
const KIND = "kernelwright drawings";

/** A request as a promise. */
function done<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Drawings in this browser; where it keeps nothing, as long as the page is open. */
export class Store {
  #database: Promise<IDBDatabase | undefined> | undefined;
  /** Where there is no database. */
  readonly #here = new Map<number, Drawing>();
  #next = 1;

  /** Whether they stay when the page is closed. */
  async stays(): Promise<boolean> {
    return await this.#open() !== undefined;
  }

  /** All drawings, those that were kept first before others. */
  async all(): Promise<Kept[]> {
    const store = await this.#store("readonly");
    if (!store) return [...this.#here].map(([id, drawing]) => ({ id, ...drawing }));
    const [ids, drawings] = await Promise.all([done(store.getAllKeys()), done<Drawing[]>(store.getAll())]);
    return drawings.map((drawing, i) => ({ id: ids[i] as number, ...drawing }));
  }

  /**
   * Keeps some.
   *
   * @throws {Error} in one line, when there are too many, or the browser has no room: then none of them is kept.
   */
  async add(drawings: readonly Drawing[]): Promise<void> {
    if (drawings.length > MOST) throw new Error(`${MOST} drawings are kept at most, and these are ${drawings.length}`);
    const store = await this.#store("readwrite");
    // counted where they are added, in one transaction: another tab may add some, too
    const there = store ? await done(store.count()) : this.#here.size;
    if (there + drawings.length > MOST) {
      throw new Error(`${MOST} drawings are kept at most, and there are ${there}; delete some first`);
    }
    if (!store) {
      for (const drawing of drawings) this.#here.set(this.#next++, drawing);
      return;
    }
    const { transaction } = store,
      ended = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
    // what fails before it is waited for is told, too, but once
    ended.catch(() => {});
    try {
      for (const { label, image } of drawings) store.add({ label, image });
      await ended;
    } catch (error) {
      const isFull = (error as Error | null)?.name === "QuotaExceededError";
      throw new Error(
        isFull
          ? "this browser has no room for more; delete some drawings, or export them to a file first"
          : `this browser could not keep it: ${(error as Error | null)?.message ?? "it says no more"}`,
      );
    }
  }

  /** Deletes one. */
  async delete(id: number): Promise<void> {
    const store = await this.#store("readwrite");
    if (store) await done(store.delete(id));
    else this.#here.delete(id);
  }

  async #store(mode: IDBTransactionMode): Promise<IDBObjectStore | undefined> {
    return (await this.#open())?.transaction(STORE, mode).objectStore(STORE);
  }

  #open(): Promise<IDBDatabase | undefined> {
    return this.#database ??= (async () => {
      try {
        const request = indexedDB.open(DATABASE, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(STORE, { autoIncrement: true });
        const database = await done(request);
        // the browser may close it, as when somebody clears what it keeps: the next one who asks opens it anew
        database.onclose = () => this.#database = undefined;
        return database;
      } catch {
        // a private window, say
        return undefined;
      }
    })();
  }
}

/** The text of a file with drawings. */
export function fileOf(drawings: readonly Drawing[]): string {
  const list = drawings.map(({ label, image }) => ({ label, image: btoa(String.fromCharCode(...image)) }));
  return JSON.stringify({ kind: KIND, drawings: list }, null, 1) + "\n";
}

/**
 * The drawings of a file.
 *
 * @throws {Error} in one line, saying what is wrong with it.
 */
export function drawingsOf(text: string): Drawing[] {
  let read: { readonly kind?: unknown; readonly drawings?: unknown };
  try {
    read = JSON.parse(text);
  } catch {
    throw new Error("it is no JSON; a file with drawings is what Export writes");
  }
  if (read?.kind !== KIND || !Array.isArray(read.drawings)) {
    throw new Error("it has no drawings; a file with drawings is what Export writes");
  }
  return read.drawings.map((each: Partial<Record<"label" | "image", unknown>> | null, i) => {
    const { label, image } = each ?? {};
    if (!Number.isInteger(label) || Number(label) < 0 || Number(label) > 9) {
      throw new Error(`drawing ${i + 1} has no label from 0 to 9`);
    }
    try {
      const bytes = Uint8Array.from(atob(String(image)), (character) => character.charCodeAt(0));
      if (bytes.length === SIDE * SIDE) return { label: Number(label), image: bytes };
    } catch {
      // it is no base64
    }
    throw new Error(`drawing ${i + 1} has no image of ${SIDE} x ${SIDE} bytes`);
  });
}
