import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { z } from "zod";

import { InputError } from "../core/errors";

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "expected an address, 0x and 40 hexadecimal digits");
const port = z.number().int().min(0).max(65_535);
const listen = z.strictObject({ host: z.string().default("127.0.0.1"), port });
const key = z.union([
  z.strictObject({ env: z.string() }),
  z.strictObject({ keystore: z.string(), passwordEnv: z.string() }),
]);

const word = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "expected 32 bytes, 0x and 64 hexadecimal digits");
const meterText = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= 31, "expected at most 31 bytes");
const recordMeter = z.strictObject({
  curve: z.enum(["secp256r1", "secp256k1"]),
  ...{ x: word, y: word, serialField: z.enum(["GS", "MS"]), serial: meterText },
  pageKind: z.string().regex(/^[A-Z]$/, "expected a capital letter"),
  ...{ synchronised: z.boolean(), importRegister: meterText, exportRegister: meterText.optional() },
});

const station = z.strictObject({
  id: z.string().regex(/^[\w.:-]{1,48}$/),
  market: z.string(),
  passwordEnv: z.string().optional(),
  password: z.string().min(1).max(40).optional(),
  key,
  meterKey: key.optional(),
  recordMeter: recordMeter.optional(),
  /** Whether it discharges cars: a limit below 0 is what it is to feed in. OCPP 2.0.1 alone. */
  discharges: z.boolean().default(false),
  ratedW: z.number().int().min(1).max(16_777_215),
});

const need = z.strictObject({
  energyWh: z.number().int().min(1).max(500_000),
  stayMinutes: z.number().min(1).max(10_080),
  limitPrice: z
    .number()
    .int()
    .min(1)
    .max(2 ** 40 - 1),
});

const ocpp = z.strictObject({
  listen,
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional(),
  stations: z.array(station).min(1),
  policy: z.enum(["waterline", "impatient", "valley", "patient", "wholeNeed"]).default("waterline"),
  drivers: z
    .record(z.string().max(36), need.extend({ side: z.enum(["charge", "discharge"]).default("charge") }))
    .default({}),
  defaults: need,
});

const SCHEMA = z.strictObject({
  rpcUrl: z.url(),
  data: z.string(),
  listen,
  /** `wall`: a live chain's; `chain`: a development chain's own time, which may run apart from the wall's. */
  clock: z.enum(["wall", "chain"]).default("wall"),
  blockSeconds: z.number().min(0.1).max(60).default(12),
  confirmations: z.number().int().min(0).max(1_000).default(5),
  gasPrice: z.number().int().min(0).optional(),
  requestsPerSecond: z.number().min(1).default(20),
  keeper: key,
  markets: z
    .array(
      z.strictObject({
        name: z.string().regex(/^\w{1,31}$/),
        address,
        publications: z.string().optional(),
        operator: key.optional(),
        planner: z.strictObject({ file: z.string(), key }).optional(),
        leadSeconds: z.number().min(1).optional(),
      }),
    )
    .min(1),
  ocpp: ocpp.optional(),
});

/** Settings that a gateway is started with. */
export type GatewayConfig = z.infer<typeof SCHEMA>;
/** The part about charging stations. */
export type OcppConfig = z.infer<typeof ocpp>;

/** Checks a gateway's settings. @param file as errors name it @throws InputError with the place of the first that is wrong */
export function parseConfig(value: unknown, file: string): GatewayConfig {
  const parsed = SCHEMA.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new InputError(file, issue.message, { path: issue.path.map(String).join(".") });
}

/** Reads a gateway's settings; paths in it are those of its folder. @throws InputError */
export async function readConfig(file: string): Promise<GatewayConfig> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new InputError(file, `cannot be read: ${error.code ?? error.message}`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(file, `is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const config = parseConfig(value, file);
  const at = (path: string) => resolve(dirname(file), path);
  config.data = at(config.data);
  for (const market of config.markets) {
    if (market.publications !== undefined && !/^https?:/.test(market.publications)) {
      market.publications = at(market.publications);
    }
    if (market.planner !== undefined) market.planner.file = at(market.planner.file);
  }
  return config;
}
