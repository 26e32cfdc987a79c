const hex = (digits: number, description: string) => ({
  ...{ type: "string", pattern: `^0x[0-9a-fA-F]{${digits}}$`, description },
});
const numbers = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { type: "integer" }]));
const strings = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { type: "string" }]));

/** A signed order as it comes in. */
export const SUBMISSION = {
  type: "object",
  additionalProperties: false,
  required: ["account", "terms", "r", "vs"],
  properties: {
    account: hex(40, "the pile's account, whose key signed"),
    terms: {
      ...{ type: "string", pattern: "^(0x[0-9a-fA-F]{1,64}|[0-9]{1,78})$" },
      description: "packed terms, hexadecimal or decimal, as submitBatch takes them",
    },
    r: hex(64, "first half of the signature"),
    vs: hex(64, "second half, the parity of y in its highest bit (EIP-2098)"),
  },
} as const;

/** Why something was not done. */
export const REFUSAL = { type: "object", properties: strings("error", "message") } as const;

/** An order as the desk tells of it. */
export const ORDER = {
  type: "object",
  properties: {
    ...strings("id", "market", "account", "state", "reason", "tx"),
    ...numbers("pile", "nonce", "deadline", "block", "receivedMs", "endedMs"),
  },
} as const;

export const BOOK = {
  type: "array",
  items: {
    type: "object",
    properties: {
      ...strings("account", "side"),
      ...numbers("pile", "price", "energyWh", "displayedWh", "firstFrame", "expiryFrame"),
    },
  },
} as const;

const FILL = {
  type: "object",
  properties: { ...strings("seller", "buyer", "by"), ...numbers("energyWh", "price") },
} as const;

export const FRAME = {
  type: "object",
  properties: { ...numbers("frame", "loadW"), settled: { type: "boolean" }, fills: { type: "array", items: FILL } },
} as const;

export const MARKETS = {
  type: "array",
  items: {
    type: "object",
    properties: {
      ...strings("name", "address"),
      ...numbers("frameSeconds", "auctionSeconds", "tickSize", "minEnergyWh"),
      domain: {
        type: "object",
        properties: { ...strings("name", "version", "verifyingContract"), ...numbers("chainId") },
      },
    },
  },
} as const;

export const HEALTH = {
  type: "object",
  properties: {
    status: { type: "string" },
    checks: { type: "object", additionalProperties: { type: "string" } },
  },
} as const;

export const AT_MARKET = { type: "object", properties: strings("market"), required: ["market"] } as const;
