import { id, type Provider, ZeroHash } from "ethers";

import type { Difference } from "./auditEvent";
import { inBatches } from "./inBatches";
import type { AuditedContracts } from "./marketLogs";
import type { RebuiltMarket } from "./rebuiltMarket";
import { type ComparedBlock, type Subject, Views } from "./views";

/** How much was compared. */
export interface Compared {
  piles: number;
  /** Live orders. */
  orders: number;
  /** Frames that a publication or a record may be remembered of. */
  frames: number;
  /** Readings of unsettled frames. */
  readings: number;
  /** Roles times accounts that held any. */
  roles: number;
  /** Figures in all. */
  fields: number;
}

/** The result of a comparison. */
export interface Comparison {
  compared: Compared;
  /** The first figure that differs; undefined where everything agrees. */
  difference: Difference | undefined;
}

/** The default admin's, then those of the market's people. */
const ROLES = [
  ZeroHash,
  ...["GRID_OPERATOR_ROLE", "REGISTRAR_ROLE", "GUARDIAN_ROLE", "PROPOSER_ROLE"].map((name) => id(name)),
];
/**
 * Compares a rebuilt market with what its contracts say of themselves at a block, figure by figure, until the first
 * difference: totals and the book, piles, publications and records, meters and readings, roles, the round, rewards.
 *
 * Not compared, since no view shows them: commitments to plans, who takes part in a draw, and the seed that it will have.
 */
export async function compareWithViews(
  rebuilt: RebuiltMarket,
  provider: Provider,
  contracts: AuditedContracts,
  block: ComparedBlock,
): Promise<Comparison> {
  const views = new Views(rebuilt, provider, contracts, block);
  const compared: Compared = { piles: 0, orders: 0, frames: 0, readings: 0, roles: 0, fields: 0 };
  const parts: [keyof Compared | undefined, readonly (() => Promise<Subject>)[]][] = [
    [undefined, [async () => views.totals(), async () => views.money()]],
    ["piles", [...rebuilt.piles.keys()].map((pile) => async () => views.pile(pile))],
    ["orders", [async () => views.liveOrders()]],
    ["frames", views.frames().map((frame) => async () => views.frame(frame))],
    [undefined, [...rebuilt.piles.keys()].map((pile) => async () => views.meter(pile))],
    ["readings", [...rebuilt.ledger.open.keys()].map((frame) => async () => views.readings(frame))],
    ["roles", ROLES.map((role) => async () => views.role(role))],
    [undefined, contracts.rounds === undefined ? [] : [async () => views.round(), async () => views.rewards()]],
  ];
  for (const [counted, reads] of parts) {
    for (const { subject, fields } of await inBatches(reads, async (read) => read())) {
      if (counted === "piles" || counted === "frames") compared[counted]++;
      else if (counted !== undefined) compared[counted] += fields.length;
      compared.fields += fields.length;
      const different = fields.find(([, mine, theirs]) => mine !== theirs);
      if (different === undefined) continue;
      const [name, mine, theirs] = different;
      const lastEvent = rebuilt.lastEvent(subject);
      return {
        compared,
        difference: { subject, field: name, rebuilt: mine, contract: theirs, lastEvent, contradictedBy: undefined },
      };
    }
  }
  return { compared, difference: undefined };
}
