import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { InputError } from "../core/errors";
import { readAct, readDraft } from "./actSchema";
import { bundlePage, gzippedBytes } from "./bundle";
import type { Watch } from "./watch";

/** Most that a page may send, bytes. */
const MOST_BYTES = 16_384;
const HOST = "127.0.0.1";

/** Nothing from elsewhere, nothing inline, no frame around it. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};

/** A page that is served. */
export interface LiveServer {
  url: string;
  /** Weight of the page, gzipped, bytes. */
  pageBytes: number;
  close: () => Promise<void>;
}

/**
 * Serves the live page to this machine alone. Whoever acts shows that it is the page itself: its origin, and a token that
 * only a page of this origin can read; names that somebody else has pointed here are not answered.
 *
 * @param port 0 for any that is free.
 */
export async function serveLive(watch: Watch, port: number): Promise<LiveServer> {
  const token = randomBytes(24).toString("base64url");
  const files = await bundlePage(token);
  const own = new Set<string>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!own.has(request.headers.host ?? "")) return send(response, 421, { error: "this server has another name" });
    const url = new URL(request.url ?? "/", `http://${HOST}`);
    if (request.method === "POST" && url.pathname === "/api/act") return act(request, response);
    if (request.method !== "GET") return send(response, 405, { error: "no such method" });
    const file = files.get(url.pathname);
    if (file !== undefined) {
      const zipped = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
      response.writeHead(200, {
        ...{ "content-type": file.type, "cache-control": "no-store", vary: "accept-encoding" },
        ...(zipped && { "content-encoding": "gzip" }),
      });
      response.end(zipped ? file.gzipped : file.plain);
      return;
    }
    if (url.pathname === "/events") return watch.stream.open(response, watch.opening());
    return view(url, response);
  }

  async function view({ pathname, searchParams }: URL, response: ServerResponse): Promise<void> {
    const frame = Number(/^\/api\/(?:frame|scenario)\/(\d{1,10})$/.exec(pathname)?.[1]);
    if (pathname.startsWith("/api/frame/")) {
      const found = watch.frame(frame);
      return found === undefined
        ? send(response, 404, { error: "that frame is not over, or the market did not exist" })
        : send(response, 200, found);
    }
    if (pathname.startsWith("/api/scenario/")) {
      const scenario = watch.scenario(frame);
      if (scenario === undefined) return send(response, 404, { error: "nothing is known of that frame" });
      response.setHeader("content-disposition", `attachment; filename="frame-${frame}.json"`);
      return send(response, 200, scenario, 2);
    }
    const hash = /^\/api\/transaction\/(0x[0-9a-f]{64})$/.exec(pathname)?.[1];
    if (hash !== undefined) {
      const found = await watch.transaction(hash);
      return send(response, found === undefined ? 404 : 200, found ?? { error: "the node does not know it" });
    }
    if (pathname === "/api/because") {
      const [at, fill, pile] = ["frame", "fill", "pile"].map((name) => Number(searchParams.get(name) ?? Number.NaN));
      const question = Number.isInteger(fill) ? { fill: fill! } : { pile: pile! };
      return send(response, 200, { because: await watch.because(at!, question) });
    }
    if (pathname === "/api/prospect") {
      const draft = readDraft(searchParams);
      if (draft === undefined) return send(response, 400, { error: "no such order" });
      return send(response, 200, watch.prospect(draft));
    }
    send(response, 404, { error: "nothing here" });
  }

  async function act(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin, host } = request.headers;
    const shown = Buffer.from(String(request.headers["x-watch-token"] ?? ""));
    const known = Buffer.from(token);
    const isPage = shown.length === known.length && timingSafeEqual(shown, known) && origin === `http://${host}`;
    if (!isPage) return send(response, 403, { error: "only the page itself may do this" });
    const text = await bodyOf(request);
    const asked = text === undefined ? undefined : readAct(text);
    if (asked === undefined) return send(response, 400, { error: "no such act" });
    try {
      send(response, 200, await watch.act(asked));
    } catch (error) {
      send(response, 409, { error: error instanceof Error ? error.message : String(error) });
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, 502, { error: error instanceof Error ? error.message : String(error) });
      else response.end();
    });
  });
  const bound = await listen(server, port);
  for (const name of [HOST, "localhost"]) own.add(`${name}:${bound}`);
  return {
    url: `http://${HOST}:${bound}/`,
    pageBytes: gzippedBytes(files),
    close: async () => {
      watch.stream.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, status: number, data: unknown, indent = 0): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  response.end(JSON.stringify(data, undefined, indent));
}

/** @returns undefined where it is too long */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(taken ? new InputError("--port", `something else listens at ${HOST}:${port}; name another`) : error);
    });
    server.listen(port, HOST, resolve);
  });
  return (server.address() as AddressInfo).port;
}
