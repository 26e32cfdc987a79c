import pino from "pino";

import { readConfig } from "./config";
import { runGateway } from "./service";

/**
 * A gateway in a process of its own, without Hardhat: measured, or killed, by the one that forked it. Its settings are
 * the file that it is given; it tells where its desk listens once it does.
 */
async function main(): Promise<void> {
  const log = pino({ level: process.env["ADBEV_GATEWAY_LOG"] ?? "warn" }, pino.destination(2));
  const gateway = await runGateway({ config: await readConfig(process.argv[2]!), log });
  process.send?.({ url: gateway.url });
  const stop = () => void gateway.stop().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  // Whoever forked it has ended.
  process.once("disconnect", stop);
}

void main();
