import type { ServerResponse } from "node:http";

/** Names of what the server tells by itself. */
export type Topic = "facts" | "view" | "tape" | "gas" | "status";

/** Topics of which only the latest counts: a reader that is slow is spared the others. */
const LATEST_ONLY: ReadonlySet<Topic> = new Set(["view", "status"]);
/** How often a word goes out that keeps proxies from closing the line, ms. */
const HEARTBEAT_MS = 15_000;

/** Pages that listen, by server-sent events. */
export class Stream {
  private readonly readers = new Map<ServerResponse, Map<Topic, string>>();
  private readonly heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS);

  constructor() {
    this.heartbeat.unref();
  }

  /** Lets a page listen. @param first What it is told at once. */
  open(response: ServerResponse, first: readonly [Topic, unknown][]): void {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
    response.write("retry: 1000\n\n");
    this.readers.set(response, new Map());
    response.on("close", () => this.readers.delete(response));
    for (const [topic, data] of first) response.write(messageOf(topic, JSON.stringify(data)));
  }

  /** Tells every page. */
  tell(topic: Topic, data: unknown): void {
    if (this.readers.size === 0) return;
    const text = messageOf(topic, JSON.stringify(data));
    for (const [response, waiting] of this.readers) {
      if (!response.writableNeedDrain || !LATEST_ONLY.has(topic)) {
        response.write(text);
        continue;
      }
      if (waiting.size === 0) {
        response.once("drain", () => {
          for (const late of waiting.values()) response.write(late);
          waiting.clear();
        });
      }
      waiting.set(topic, text);
    }
  }

  /** Ends all that listens. */
  close(): void {
    clearInterval(this.heartbeat);
    for (const response of this.readers.keys()) response.end();
  }

  private beat(): void {
    for (const response of this.readers.keys()) response.write(": still here\n\n");
  }
}

function messageOf(topic: Topic, text: string): string {
  return `event: ${topic}\ndata: ${text}\n\n`;
}
