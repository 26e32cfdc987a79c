import swagger from "@fastify/swagger";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { Logger } from "pino";

import type { Metrics } from "../metrics";
import type { Submission } from "./filter";
import type { MarketDesk } from "./marketDesk";
import type { DeskOrder } from "./orderStore";
import type { Rates } from "./rates";
import { AT_MARKET, BOOK, FRAME, HEALTH, MARKETS, ORDER, REFUSAL, SUBMISSION } from "./schemas";

/** Parts that answer over HTTP. */
interface HttpOptions {
  desks: ReadonlyMap<string, MarketDesk>;
  metrics: Metrics;
  /** Requests that an address may make. */
  addressRates: Rates;
  log: Logger;
  health: () => Promise<{ status: "ok" | "failing"; checks: Record<string, string> }>;
}

/** An order has some 350 bytes. */
const MOST_BODY_BYTES = 4_096;
/** A request that takes longer to arrive is cut off: many slow ones would hold all connections. */
const ARRIVAL_MS = 5_000;
const MOST_CONNECTIONS = 2_000;
/** Answers that are no fault of the order. */
const STATUS: Readonly<Record<string, number>> = {
  TooManyOrders: 429,
  OrderWaiting: 409,
  NodeAway: 503,
  StoreFull: 503,
};

/** The order desk over HTTP, with its description at `/openapi.json`. */
export async function httpDesk(options: HttpOptions): Promise<FastifyInstance> {
  const { desks, metrics, addressRates, log, health } = options;
  const server = Fastify({
    ...{ bodyLimit: MOST_BODY_BYTES, requestTimeout: ARRIVAL_MS, connectionTimeout: 30_000 },
    http: { connectionsCheckingInterval: 1_000, headersTimeout: ARRIVAL_MS, requestTimeout: ARRIVAL_MS },
  });
  server.server.maxConnections = MOST_CONNECTIONS;
  await server.register(swagger, {
    openapi: { info: { title: "AdBEV gateway", description: "Signed orders in, the market's book out", version: "1" } },
  });
  server.addHook("onRequest", async (request, reply) => {
    if (addressRates.take(request.ip)) return;
    metrics.answers.inc({ market: "", answer: "TooManyRequests" });
    await refuse(reply, 429, "TooManyRequests", "this address asks too often; wait a second");
  });
  server.setErrorHandler(async (error: Error & { statusCode?: number; validation?: unknown }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return refuse(reply, status, "BadRequest", error.message.slice(0, 300));
    log.error({ error: error.message.slice(0, 300), url: request.url.slice(0, 100) }, "request failed");
    return refuse(reply, 500, "Failed", "the gateway could not do this; its log says why");
  });
  server.setNotFoundHandler(async (_, reply) =>
    refuse(reply, 404, "NotFound", "there is nothing here; GET /openapi.json describes all there is"),
  );
  const deskOf = (name: string) => desks.get(name.toLowerCase());
  const noMarket = async (reply: FastifyReply, name: string) =>
    refuse(reply, 404, "UnknownMarket", `no market ${name.slice(0, 60)}; GET /markets lists them`);

  server.get("/openapi.json", { schema: { hide: true } }, async () => server.swagger());
  server.get(
    "/markets",
    { schema: { summary: "Markets, their rules, and what orders are signed for", response: { 200: MARKETS } } },
    async () => Promise.all([...new Set(desks.values())].map(marketView)),
  );
  server.post<{ Params: { market: string }; Body: Record<"account" | "terms" | "r" | "vs", string> }>(
    "/markets/:market/orders",
    {
      schema: {
        ...{ summary: "Takes a signed order, by the market's name or address", params: AT_MARKET, body: SUBMISSION },
        response: { "2xx": ORDER, "4xx": REFUSAL, "5xx": REFUSAL },
      },
    },
    async ({ params, body }, reply) => {
      const desk = deskOf(params.market);
      if (desk === undefined) return noMarket(reply, params.market);
      const answer = await desk.submit(submissionOf(body));
      if (answer.accepted) return reply.code(answer.again ? 200 : 202).send(orderView(desk, answer.order));
      const { error, message } = answer.refusal;
      return refuse(reply, STATUS[error] ?? 422, error, message);
    },
  );
  server.get<{ Params: { market: string; id: string } }>(
    "/markets/:market/orders/:id",
    { schema: { summary: "What became of an order", response: { 200: ORDER, "4xx": REFUSAL } } },
    async ({ params }, reply) => {
      const desk = deskOf(params.market);
      if (desk === undefined) return noMarket(reply, params.market);
      const order = desk.order(params.id);
      return order === undefined
        ? refuse(reply, 404, "UnknownOrder", "the gateway has no such order, or forgot it after a week")
        : reply.send(orderView(desk, order));
    },
  );
  server.get<{ Params: { market: string } }>(
    "/markets/:market/book",
    { schema: { summary: "The live orders", params: AT_MARKET, response: { 200: BOOK, "4xx": REFUSAL } } },
    async ({ params }, reply) => {
      const desk = deskOf(params.market);
      return desk === undefined ? noMarket(reply, params.market) : reply.send(await desk.liveBook());
    },
  );
  server.get<{ Params: { market: string; frame: number }; Querystring: { account?: string } }>(
    "/markets/:market/frames/:frame",
    {
      schema: {
        summary: "What was decided about a frame: its trades and grid fills, or those of one account",
        params: { type: "object", properties: { market: { type: "string" }, frame: { type: "integer", minimum: 1 } } },
        querystring: { type: "object", properties: { account: { type: "string", maxLength: 42 } } },
        response: { 200: FRAME, "4xx": REFUSAL },
      },
    },
    async ({ params, query }, reply) => {
      const desk = deskOf(params.market);
      if (desk === undefined) return noMarket(reply, params.market);
      const frame = await desk.frame(params.frame);
      if (frame === undefined) return refuse(reply, 404, "NotCleared", `frame ${params.frame} was not cleared`);
      const own = query.account?.toLowerCase();
      const isOwn = (name: string) => own === undefined || name.toLowerCase() === own;
      return reply.send({ ...frame, fills: frame.fills.filter(({ seller, buyer }) => isOwn(seller) || isOwn(buyer)) });
    },
  );
  server.get(
    "/health",
    { schema: { summary: "Whether all is well", response: { "2xx": HEALTH, 503: HEALTH } } },
    async (_, reply) => {
      const answer = await health();
      return reply.code(answer.status === "ok" ? 200 : 503).send(answer);
    },
  );
  server.get("/metrics", { schema: { hide: true } }, async (_, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  return server;
}

/** An order's text as the filter takes it. */
export function submissionOf(body: Record<"account" | "terms" | "r" | "vs", string>): Submission {
  return { ...body, terms: BigInt(body.terms) };
}

/** An order as the desk tells of it. */
export function orderView(desk: MarketDesk, order: DeskOrder): Record<string, unknown> {
  const view: Partial<DeskOrder> = { ...order };
  delete view.signed;
  return { ...view, market: desk.options.market.name };
}

async function marketView(desk: MarketDesk): Promise<Record<string, unknown>> {
  const { client, name } = desk.options.market;
  const { frameSeconds, auctionSeconds, tickSize, minEnergyWh } = client.parameters;
  const { chainId, ...domain } = await client.orderDomain();
  return {
    ...{ name, address: client.address, frameSeconds, auctionSeconds },
    ...{ tickSize: Number(tickSize), minEnergyWh: Number(minEnergyWh) },
    domain: { ...domain, chainId: Number(chainId) },
  };
}

async function refuse(reply: FastifyReply, status: number, error: string, message: string): Promise<FastifyReply> {
  return reply.code(status).send({ error, message });
}
