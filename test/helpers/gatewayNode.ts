import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { rpc } from "./nodes";

/** Stands before a node and can be away for a while, at the same address. */
export class AwayNode {
  private server: Server | undefined;
  private port = 0;

  constructor(private readonly node: string) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Answers from now on. */
  async comeBack(): Promise<void> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const { id, method, params } = JSON.parse(Buffer.concat(parts).toString()) as {
          id: number;
          method: string;
          params: unknown[];
        };
        void rpc(this.node, method, params).then(
          (text) => response.end(JSON.stringify({ ...(JSON.parse(text) as object), id })),
          () => response.destroy(),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Answers nobody. */
  async goAway(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.closeAllConnections();
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  }
}
