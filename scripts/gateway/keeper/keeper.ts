import type { Logger } from "pino";

import type { ChainClock } from "../../chain/clock";
import { isTransportFailure } from "../../chain/nodeFailures";
import { ContractRefusal } from "../../chain/refusal";
import { InputError } from "../../core/errors";
import { WrongChain } from "../send/signingProvider";
import type { Duty } from "./duty";

/** Refusals that say that somebody else was faster, or that it is too early or too late by a block. */
const HARMLESS = new Set([
  ...["FrameAlreadyCleared", "NothingToSettle", "FrameWindowNotOpen", "FrameWindowClosed", "FrameNotOver"],
  ...["FrameAlreadyPublished", "PublishedTooLate", "ReadingsAwaited", "ReadingExists", "WrongPhase"],
]);

/** Told how a duty went: metrics. */
type DutyWatcher = (duty: string, outcome: "done" | "nothing" | "refused" | "failed") => void;

/** Looks after markets: one duty after another, each failing for itself. */
export class Keeper {
  private stopping = false;
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;
  /** When all duties were last gone through without the node being away, ms; undefined before the first time. */
  lastRound: number | undefined;

  /**
   * @param duties in the order in which they are attended to
   * @param pauseMs between two rounds over all of them
   */
  constructor(
    private readonly duties: readonly { market: string; duty: Duty }[],
    private readonly clock: ChainClock,
    private readonly log: Logger,
    private readonly pauseMs: number,
    private readonly watch: DutyWatcher = () => undefined,
  ) {}

  /** Begins, and goes on until {@link stop}. */
  start(): void {
    this.running ??= this.run();
  }

  /** Ends after the duty that is being attended to. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  /** Attends to every duty once. */
  async round(): Promise<void> {
    let reached = true;
    for (const { market, duty } of this.duties) {
      if (this.stopping) return;
      try {
        const sent = await duty.attend(await this.clock.now());
        this.watch(duty.name, sent > 0 ? "done" : "nothing");
      } catch (error) {
        reached &&= this.tell(market, duty, error);
      }
    }
    if (reached) this.lastRound = Date.now();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      await this.round();
      if (this.stopping) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.pauseMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** @returns whether the node was there */
  private tell(market: string, duty: Duty, error: unknown): boolean {
    const { name } = duty;
    if (error instanceof ContractRefusal) {
      this.watch(name, "refused");
      const level = HARMLESS.has(error.error) ? "debug" : "warn";
      this.log[level]({ market, duty: name, refusal: error.message }, "refused by the contract");
      return true;
    }
    this.watch(name, "failed");
    const away = isTransportFailure(error) || error instanceof WrongChain;
    const message = error instanceof Error ? error.message.split("\n", 1)[0]!.slice(0, 300) : String(error);
    if (away) this.log.warn({ market, duty: name, error: message }, "the node cannot be asked; trying again");
    else if (error instanceof InputError) this.log.error({ market, duty: name, error: message }, "bad input");
    else this.log.error({ market, duty: name, error: message }, "duty failed; trying again");
    return !away;
  }
}
