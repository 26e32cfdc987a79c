import type { Provider } from "ethers";

import { auditMarket, type AuditResult } from "../../quality/audit/audit";
import { deploymentBlock } from "../../chain/blocks";
import type { EnergyMoved } from "../../quality/audit/rebuiltMarket";
import type { MarketClient } from "../../chain/marketClient";
import type { DayResult } from "../dayResult";
import type { FaultLog, Faults } from "./faults";
import type { FaultyPort } from "./faultyPort";

/** A figure of a day with faults beside that of the same day without. */
export interface WithAndWithout {
  withFaults: number;
  without: number;
}

/** Proof that nothing was lost. Money in money units, energy in Wh. */
export interface NothingLost {
  /** Whether every line below holds. */
  holds: boolean;
  /** Deposits for the piles, and the final claims of piles, unsettled frames and the grid operator. */
  deposited: bigint;
  claims: Pick<AuditResult["money"], "ofPiles" | "inDelivery" | "ofGrid">;
  /** Tokens that the market holds. */
  held: bigint;
  /** Energy that piles bought and sold, and from and to the grid, by the events; and as the EVs were told. */
  booked: EnergyMoved;
  told: EnergyMoved;
  /** Submitted once more, and of that not refused. */
  repeated: number;
  bookedTwice: number;
  /** The state that was rebuilt from the chain's events, and whether it is the contracts'. */
  audit: AuditResult;
}

/** Effects of faults on a day. */
export interface FaultReport {
  planned: Readonly<Faults>;
  injected: FaultLog;
  cost: {
    /** Of charging EVs, Wh. */
    unservedWh: WithAndWithout;
    /** Sold by discharging EVs, Wh. */
    soldWh: WithAndWithout;
    /** Sum of absolute steps, W [T 4.4]. */
    pflW: WithAndWithout;
    /** Frames that nobody cleared. */
    framesUncleared: number;
    /** Orders and readings that piles without a connection could not send. */
    ordersLost: number;
    readingsLost: number;
  };
  proof: NothingLost;
}

/** A day that was played with faults, and where. */
export interface FaultyDay {
  client: MarketClient;
  provider: Provider;
  port: FaultyPort;
  /** Deposits for the piles, money units. */
  deposited: bigint;
  day: DayResult;
  /** The same day without faults. */
  faultless: DayResult;
}

/** Injected faults, their cost, and the proof that nothing was lost. */
export async function reportFaults(faulty: FaultyDay): Promise<FaultReport> {
  const { port, day, faultless } = faulty;
  const { log } = port;
  const compare = (figure: (result: DayResult) => number): WithAndWithout => ({
    ...{ withFaults: figure(day), without: figure(faultless) },
  });
  const sum = (figures: number[]) => figures.reduce((total, figure) => total + figure, 0);
  return {
    planned: port.faults,
    injected: log,
    cost: {
      unservedWh: compare(({ totals }) => totals.unservedWh),
      soldWh: compare(({ totals }) => totals.soldWh),
      pflW: compare(({ loads }) => loads.market.absoluteStepsW),
      framesUncleared: log.missed.length,
      ordersLost: sum(log.offline.map(({ ordersLost }) => ordersLost)),
      readingsLost: sum(log.offline.map(({ readingsLost }) => readingsLost)),
    },
    proof: await proveNothingLost(faulty),
  };
}

async function proveNothingLost({ client, provider, port, deposited }: FaultyDay): Promise<NothingLost> {
  const toBlock = await provider.getBlockNumber();
  const fromBlock = await deploymentBlock(provider, client.address, toBlock);
  const audit = await auditMarket(client, provider, { fromBlock, toBlock });
  const held = await client.tokensHeld();
  const { ofPiles, inDelivery, ofGrid, claims } = audit.money;
  const { duplicates } = port.log;
  const repeated = duplicates.orders + duplicates.readings + duplicates.settlements;
  const refused = duplicates.ordersRefused + duplicates.readingsRefused + duplicates.settlementsRefused;
  const bookedTwice = repeated - refused;
  const told = port.energy;
  const booked = audit.energy;
  const holds =
    audit.difference === undefined &&
    deposited === audit.money.deposited - audit.money.withdrawn &&
    deposited === claims &&
    held === claims &&
    inDelivery === 0n &&
    bookedTwice === 0 &&
    (Object.keys(booked) as (keyof EnergyMoved)[]).every((kind) => booked[kind] === told[kind]);
  return {
    ...{ holds, deposited, held, booked, told, repeated, bookedTwice, audit },
    claims: { ofPiles, inDelivery, ofGrid },
  };
}
