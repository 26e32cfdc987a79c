import type { Act, FrameView, MarketFacts, Status, TapeLine, ToSign } from "../protocol";

/** Most lines that the tape keeps. */
const MOST_LINES = 2_000;

/** All that the page knows. */
export interface State {
  facts: MarketFacts;
  status: Status;
  /** The frame in progress. */
  live: FrameView;
  /** The frame on the screen: the one in progress, or one of the past. */
  shown: FrameView;
  tape: TapeLine[];
}

type Listener = (state: State) => void;

/** The server's facts, and the reader's choice of them. */
export class Store {
  private known: Partial<State> = { tape: [] };
  private readonly listeners: Listener[] = [];
  private scheduled = false;
  /** The frame that is looked at; undefined for what happens now. */
  chosen: number | undefined;

  /** Calls somebody whenever there is something new, at most once a picture. */
  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  get state(): State | undefined {
    const { facts, status, live } = this.known;
    return facts && status && live ? (this.known as State) : undefined;
  }

  /** Opens the line to the server; the browser opens it again where it breaks. */
  connect(): void {
    const source = new EventSource("/events");
    const on = (topic: string, take: (data: never) => void) =>
      source.addEventListener(topic, (event) => {
        take(JSON.parse((event as MessageEvent<string>).data) as never);
        this.changed();
      });
    on("facts", (facts: MarketFacts) => (this.known.facts = facts));
    on("status", (status: Status) => (this.known.status = status));
    on("view", (view: FrameView) => {
      this.known.live = view;
      if (this.chosen === undefined || this.chosen >= view.frame) this.known.shown = view;
      else this.known.shown ??= view;
    });
    on("tape", ({ reset, lines }: { reset: boolean; lines: TapeLine[] }) => {
      this.known.tape = [...(reset ? [] : this.known.tape!), ...lines].slice(-MOST_LINES);
      if (reset && this.chosen !== undefined) void this.choose(this.chosen);
    });
    on("gas", (gas: Record<string, number>) => {
      this.known.tape = this.known.tape!.map((line) =>
        gas[line.transaction] === undefined ? line : { ...line, gas: gas[line.transaction]! },
      );
    });
    source.onerror = () => {
      if (this.known.status === undefined) return;
      this.known.status = { ...this.known.status, node: "silent", text: "the page's server does not answer" };
      this.changed();
    };
  }

  /** Looks at a frame; at what happens now where none is named or it is still to come. */
  async choose(frame: number | undefined): Promise<void> {
    this.chosen = frame;
    const { live } = this.known;
    if (frame === undefined || (live !== undefined && frame >= live.frame)) {
      if (live !== undefined) this.known.shown = live;
    } else {
      const response = await fetch(`/api/frame/${frame}`);
      // Another frame may have been chosen meanwhile.
      if (this.chosen !== frame) return;
      if (response.ok) this.known.shown = (await response.json()) as FrameView;
      else this.chosen = undefined;
    }
    this.changed();
  }

  /** Tells whoever listens. */
  changed(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      const { state } = this;
      if (state !== undefined) for (const listener of this.listeners) listener(state);
    });
  }
}

/** Asks the server to do something. @throws Error in its words */
export async function act(what: Act): Promise<{ said?: string; toSign?: ToSign }> {
  const token = document.querySelector<HTMLMetaElement>("meta[name=watch-token]")?.content ?? "";
  const response = await fetch("/api/act", {
    method: "POST",
    headers: { "content-type": "application/json", "x-watch-token": token },
    body: JSON.stringify(what),
  });
  const answer = (await response.json()) as { error?: string; said?: string; toSign?: ToSign };
  if (!response.ok) throw new Error(answer.error ?? "the server refused");
  return answer;
}

/** Asks the server for something. */
export async function ask<T>(path: string): Promise<T> {
  return (await (await fetch(path)).json()) as T;
}
