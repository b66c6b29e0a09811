/// <reference lib="dom" />
/**
 * The net of this screen: a worker that trains it, and what is known of it.
 *
 * @module
 */
import { CallError, connect, type Connection } from "../../workers/calls.ts";
import type { OpenChoice, Opened, Tested, TrainerMethods, TrainerProgress } from "../../workers/trainer_methods.ts";

/** How the net stands. */
export interface Standing {
  /** Undefined while it is opened. */
  readonly opened?: Opened;
  readonly trains: boolean;
  /** Images seen. */
  readonly images: number;
  readonly passes: number;
  /** Images each second, lately. */
  readonly rate?: number;
  /** Of the last steps. */
  readonly loss?: number;
  readonly test?: Tested;
  /** What is waited for, in words. */
  readonly waits?: string;
  /** What went wrong, in one line. */
  readonly wrong?: string;
}

const NOTHING: Standing = { trains: false, images: 0, passes: 0 };

/** The net, which is opened as soon as this is made. */
export class TrainedNet {
  #connection: Connection<TrainerMethods> | undefined;
  #standing: Standing = NOTHING;
  #choice: Omit<OpenChoice, "seed"> = { target: "wasm" };
  /** Another one after each reset. */
  #seed = 0;
  #opening: Promise<unknown> = Promise.resolve();
  /** The training that was asked for last, and whether it is to end: what trained before it tells no more how it ended. */
  #run: { paused: boolean } | undefined;
  /** Images of the page's own: a worker that is started anew gets them. */
  #own: readonly [images: Uint8Array, labels: Uint8Array] | undefined;
  readonly #onChange: (standing: Standing, event?: TrainerProgress) => void;

  /** `onChange`: called whenever something is known that was not; with what the worker has told, if it has. */
  constructor(onChange: (standing: Standing, event?: TrainerProgress) => void) {
    this.#onChange = onChange;
  }

  /** How it stands. */
  get standing(): Standing {
    return this.#standing;
  }

  #set(changes: Partial<Standing>, event?: TrainerProgress): void {
    // for who measures how long that takes from the page's beginning
    if (event?.kind === "steps" && this.#standing.images === 0) {
      performance.clearMarks();
      performance.mark("first step");
    }
    this.#standing = { ...this.#standing, ...changes };
    this.#onChange(this.#standing, event);
  }

  #methods() {
    if (this.#connection) return this.#connection.methods;
    this.#connection = connect<TrainerMethods>(
      new Worker(new URL("../../workers/trainer.ts", import.meta.url), { type: "module" }),
    );
    const { methods } = this.#connection;
    if (this.#own) methods.own(...this.#own).catch(() => {});
    return methods;
  }

  /** Opens a net with new weights, in place of the one that is there. */
  async open(choice: Omit<OpenChoice, "seed"> = this.#choice): Promise<void> {
    this.#choice = choice;
    this.#run = undefined;
    this.#standing = NOTHING;
    this.#set({ waits: "the net is opened" });
    const opening = this.#methods().open({ ...choice, seed: this.#seed++ });
    this.#opening = opening;
    try {
      const opened = await opening;
      if (this.#opening === opening) this.#set({ opened, waits: undefined });
    } catch (error) {
      if (this.#opening !== opening) return;
      // a worker whose script failed is gone, and one that could not load the net's may never: the next one is another
      if (!(error instanceof CallError && error.isInput)) {
        this.#connection?.close();
        this.#connection = undefined;
      }
      if (choice.target === "wasm") return this.#fail(error);
      await this.open({ target: "wasm" });
      this.#set({ wrong: "This browser gives no GPU that can train this net. Threads will train instead." });
    }
  }

  /** What there is for WebGPU. */
  gpu(): Promise<string> {
    return this.#methods().gpu();
  }

  #fail(error: unknown): void {
    this.#run = undefined;
    this.#set({ trains: false, waits: undefined, rate: undefined, wrong: (error as Error).message });
  }

  /** Trains until it is paused, as soon as the net is open; one that could not be opened is opened again. */
  async train(): Promise<void> {
    if (!this.#standing.opened && !this.#standing.waits) void this.open();
    const opening = this.#opening, run = this.#run = { paused: false }, isLast = () => this.#run === run;
    this.#set({ trains: true, wrong: undefined });
    try {
      await opening;
      if (isLast() && !run.paused) {
        if (this.#standing.images === 0) this.#set({ waits: "images are loaded" });
        await this.#methods().train((event) => {
          if (this.#opening === opening) this.#set(changesOf(event), event);
        });
      }
      if (!isLast()) return;
      this.#run = undefined;
      this.#set({ trains: false, rate: undefined, waits: undefined });
    } catch (error) {
      if (isLast()) this.#fail(error);
    }
  }

  /** Ends training after a step, and waits for that; what is done stays. */
  async pause(): Promise<void> {
    if (!this.#run) return;
    this.#run.paused = true;
    // where the worker has failed, training tells it
    await this.#methods().pause().catch(() => {});
  }

  /** Ten probabilities; nothing where there is no net. */
  async predict(image: Uint8Array): Promise<readonly number[] | undefined> {
    try {
      await this.#opening;
      return await this.#methods().predict(image);
    } catch {
      // another net is opened meanwhile, or that failed, which is told elsewhere
      return undefined;
    }
  }

  /** Gives images of the page's own, to be learned from too. */
  async own(images: Uint8Array, labels: Uint8Array): Promise<void> {
    const methods = this.#methods();
    this.#own = [images, labels];
    // where the worker has failed, training tells it
    await methods.own(images, labels).catch(() => {});
  }

  /** A checkpoint. */
  save(): Promise<Uint8Array> {
    return this.#methods().save();
  }

  /** Takes a checkpoint, and tests it. @throws {CallError} when it is none of this net. */
  async restore(file: Uint8Array): Promise<Tested> {
    const opening = this.#opening, { trains } = this.#standing;
    await opening;
    const test = await this.#methods().restore(file).catch((error) => {
      // a file that is none changes nothing
      if (trains && this.#opening === opening) void this.train();
      throw error;
    });
    if (this.#opening === opening) this.#set({ images: 0, passes: 0, loss: undefined, test, wrong: undefined });
    return test;
  }
}

/** What is known of the net when its worker has told something. */
function changesOf(event: TrainerProgress): Partial<Standing> {
  if (event.kind === "data") return {};
  if (event.kind === "pass") return { passes: event.pass };
  if (event.kind === "test") return { test: event.test };
  return { images: event.images, loss: event.loss, waits: undefined, ...event.rate && { rate: event.rate } };
}
