import { type AuditEvent, Contradiction, type EventPlace } from "./auditEvent";

/** Which event touched what last. */
export interface EventTrail {
  /** @param subject such as "pile 3" */
  lastEvent(subject: string): EventPlace | undefined;
  touch(subject: string, place: EventPlace): void;
}

/** An event's arguments in the types that the ABI gives them, and what it says against what is known. */
export class EventReader {
  constructor(
    private readonly event: AuditEvent,
    private readonly trail: EventTrail,
  ) {}

  get isOfAnotherMarket(): boolean {
    return this.event.source === "otherMarket";
  }

  value(name: string): unknown {
    return this.event.args[name];
  }

  amount(name: string): bigint {
    return this.value(name) as bigint;
  }

  number(name: string): number {
    return Number(this.value(name));
  }

  text(name: string): string {
    return this.value(name) as string;
  }

  flag(name: string): boolean {
    return this.value(name) as boolean;
  }

  words(name: string): readonly bigint[] {
    return [...(this.value(name) as Iterable<bigint>)];
  }

  /** Time of the event's block, s. */
  time(): number {
    const { timestamp, name } = this.event;
    if (timestamp === undefined) throw new Error(`the time of a ${name} was not read`);
    return timestamp;
  }

  /** Remembers that this event touched some subjects. */
  touch(...subjects: string[]): void {
    const { name, block, index, transaction } = this.event;
    for (const subject of subjects) this.trail.touch(subject, { name, block, index, transaction });
  }

  /** @throws Contradiction where the event tells another figure than the events before it give */
  expect(subject: string, field: string, rebuilt: unknown, told: unknown): void {
    if (rebuilt !== told) this.contradict(subject, field, rebuilt, told);
  }

  /** @throws Contradiction always */
  contradict(subject: string, field: string, rebuilt: unknown, told: unknown): never {
    const { name, block, index, transaction } = this.event;
    throw new Contradiction({
      ...{ subject, field, rebuilt, contract: told, lastEvent: this.trail.lastEvent(subject) },
      contradictedBy: { name, block, index, transaction },
    });
  }
}
