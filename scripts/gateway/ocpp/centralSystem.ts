import { timingSafeEqual, createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { readFile } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";

import { RPCServer } from "ocpp-rpc";
import type { Logger } from "pino";

import type { Station } from "./station";
import type { Connection } from "./connection";
import { serve16 } from "./v16";
import { serve201 } from "./v201";

/** Parts of a {@link CentralSystem}. */
interface CentralSystemOptions {
  listen: { host: string; port: number };
  tls?: { cert: string; key: string } | undefined;
  /** Stations that are let in, each with its password. */
  stations: ReadonlyMap<string, { station: Station; password: string }>;
  log: Logger;
  onConnected: (connected: number) => void;
}

const MOST_CONNECTIONS = 1_000;
const MOST_MESSAGE_BYTES = 65_536;
const ARRIVAL_MS = 5_000;
/** Messages that no schema allows before a station is let go. */
const MOST_BAD_MESSAGES = 10;

interface Client extends Connection {
  identity: string;
  protocol: string;
  on(event: string, listener: (argument: unknown) => void): void;
  close(options: { code: number; reason: string }): Promise<unknown>;
}

/** Lets stations of OCPP 1.6-J and 2.0.1 in, by allow-list and password, and holds them to the schemas of both. */
export class CentralSystem {
  private readonly connected = new Map<string, Client>();

  private constructor(
    private readonly http: Server,
    private readonly rpc: RPCServer,
  ) {}

  static async open(options: CentralSystemOptions): Promise<CentralSystem> {
    const { tls, listen, log } = options;
    const limits = { headersTimeout: ARRIVAL_MS, requestTimeout: ARRIVAL_MS, connectionsCheckingInterval: 1_000 };
    const http =
      tls === undefined
        ? createServer(limits)
        : createTlsServer({ ...limits, cert: await readFile(tls.cert), key: await readFile(tls.key) });
    http.maxConnections = MOST_CONNECTIONS;
    const rpc = new RPCServer({
      ...{ protocols: ["ocpp2.0.1", "ocpp1.6"], strictMode: true, maxBadMessages: MOST_BAD_MESSAGES },
      wssOptions: { maxPayload: MOST_MESSAGE_BYTES, perMessageDeflate: false },
    });
    const system = new CentralSystem(http, rpc);
    rpc.auth((accept, reject, { identity, password }) => {
      const known = options.stations.get(identity);
      // Compared all the same where there is none, so that nobody learns which exist.
      const isRight = sameText(password ?? Buffer.alloc(0), Buffer.from(known?.password ?? ""));
      if (known !== undefined && isRight) return accept({});
      log.warn({ station: identity.slice(0, 48) }, "a station was not let in");
      reject(401, "Unauthorized");
    });
    rpc.on("client", (client: Client) => system.welcome(client, options));
    http.on("upgrade", (request, socket, head) => void rpc.handleUpgrade(request, socket as Socket, head));
    http.on("request", (_, response) => response.writeHead(426).end());
    await new Promise<void>((resolve) => http.listen(listen.port, listen.host, resolve));
    return system;
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await this.rpc.close({ code: 1001, reason: "the gateway stops" });
    await new Promise((resolve) => this.http.close(resolve));
  }

  private welcome(client: Client, { stations, log, onConnected }: CentralSystemOptions): void {
    const { identity, protocol } = client;
    const { station } = stations.get(identity)!;
    const told = log.child({ station: identity });
    // A station that lost its connection and comes back takes its own place.
    const before = this.connected.get(identity);
    this.connected.set(identity, client);
    void before?.close({ code: 1000, reason: "connected again" }).catch(() => undefined);
    if (protocol === "ocpp1.6") serve16(client, station);
    else serve201(client, station);
    client.on("badMessage", (event) => {
      const { error } = event as { error?: Error };
      told.warn({ error: error?.message.slice(0, 200) }, "a message that no schema allows");
    });
    client.on("strictValidationFailure", (event) => {
      const { error } = event as { error?: Error };
      told.warn({ error: error?.message.slice(0, 200) }, "a message that no schema allows");
    });
    client.on("close", () => {
      if (this.connected.get(identity) === client) {
        this.connected.delete(identity);
        station.limit = undefined;
      }
      onConnected(this.connected.size);
    });
    told.info({ protocol }, "station connected");
    onConnected(this.connected.size);
  }
}

function sameText(one: Buffer, other: Buffer): boolean {
  const digest = (text: Buffer) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other)) && other.length > 0;
}
