/**
 * Blocks of a loop nest while `lower.ts` fills them.
 *
 * @module
 */
import { isVector, type Scalar, scalarOf, type Statement, type Type, typeOf, type Value } from "../ir/ir.ts";
import { ScheduleError } from "../schedule/schedule.ts";

/** Most statements of one kernel: above this, code is no longer read, and engines compile it slowly or not at all. */
export const STATEMENT_BUDGET = 4000;

/** The comments between what a reduction begins with, its loops, and what is made of it. */
export const SEED = "seed", REDUCE = "reduce", FINISH = "finish";

/** A local of a loop nest. */
export type Local = Extract<Value, { kind: "local" }>;

/** What all blocks of a nest have in common. */
export interface NestState {
  /** The kernel's name. */
  readonly kernel: string;
  /** Of all scalars by name: some languages declare locals once for a function. */
  readonly kinds: Map<string, Scalar>;
  /** How many there are. */
  statements: number;
}

/** A block of statements, with what is already computed in it and around it. */
export class Scope {
  readonly nest: NestState;
  readonly parent: Scope | undefined;
  readonly statements: Statement[] = [];
  readonly #values = new Map<string, Value>();
  readonly #names = new Set<string>();
  /** The number of the last name of a wish and kind. */
  readonly #numbers = new Map<string, number>();

  constructor(nest: NestState, parent?: Scope) {
    this.nest = nest;
    this.parent = parent;
  }

  /** A block inside of this one. */
  inner(): Scope {
    return new Scope(this.nest, this);
  }

  value(key: string): Value | undefined {
    return this.#values.get(key) ?? this.parent?.value(key);
  }

  keep(key: string, value: Value): Value {
    this.#values.set(key, value);
    return value;
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.parent?.has(name) ?? false);
  }

  /** A name not yet taken here or around, nor by a scalar of another type anywhere, as close to the wish as can be. */
  name(wish: string, type: Type): string {
    const { kinds } = this.nest, kind = isVector(type) ? undefined : scalarOf(type) === "f32" ? "f32" : "i32";
    const clashes = (name: string) => kind !== undefined && (kinds.get(name) ?? kind) !== kind;
    // names are never given back: all before the last one are taken
    const wanted = `${wish} ${kind}`;
    let i = this.#numbers.get(wanted) ?? 1, name = i === 1 ? wish : `${wish}_${i}`;
    while (this.has(name) || clashes(name)) name = `${wish}_${++i}`;
    this.#numbers.set(wanted, i);
    this.#names.add(name);
    if (kind) kinds.set(name, kind);
    return name;
  }

  /** Takes names that stand for something else. */
  reserve(names: readonly string[]): void {
    for (const name of names) this.#names.add(name);
  }

  /** @throws {ScheduleError} when the nest becomes too long. */
  emit(statement: Statement): void {
    this.statements.push(statement);
    if (++this.nest.statements > STATEMENT_BUDGET) {
      throw new ScheduleError(
        `${this.nest.kernel} would have more than ${STATEMENT_BUDGET} statements; use smaller tiles or unroll less`,
      );
    }
  }

  /** What the last comment here said. */
  get section(): string | undefined {
    const comment = this.statements.findLast((s) => s.kind === "comment");
    return comment?.kind === "comment" ? comment.text : undefined;
  }

  /** A comment, in place of one that nothing came behind; accumulators that follow others need none of their own. */
  note(text: string): void {
    if (this.statements.at(-1)?.kind === "comment") this.statements.pop();
    const last = this.statements.at(-1);
    if (text === SEED && this.section === SEED && last?.kind === "variable") return;
    this.statements.push({ kind: "comment", text });
  }

  /** A value by a name. */
  let(wish: string, value: Value): Local {
    const type = typeOf(value), name = this.name(wish, type);
    this.emit({ kind: "let", name, type, value });
    return { kind: "local", name, type };
  }

  /** An accumulator, and what it begins with in each lane. */
  variable(wish: string, type: Type, seed: number): Local {
    const name = this.name(wish, type), constant: Value = { kind: "constant", value: seed, type: scalarOf(type) };
    const value: Value = isVector(type) ? { kind: "splat", value: constant } : constant;
    this.emit({ kind: "variable", name, type, value });
    return { kind: "local", name, type };
  }
}
