import pc from "picocolors";

import type { FaultReport, NothingLost, WithAndWithout } from "../../scripts/simulation/faults/faultReport";
import { grouped, kW, kWh, money, printHeading, printTable } from "./output";

/** Prints what went wrong in a day, what it cost and what shows that nothing was lost. */
export function printFaults({ planned, injected, cost, proof }: FaultReport): void {
  const { restarts, offline, missed, late, duplicates: twice, gateways } = injected;
  printHeading("Faults, by frame of the day");
  printTable(
    ["what", "frame", "what came of it"],
    [
      ...restarts.map(({ frame, refusedConnections, events, piles, unsettledFrames }) => [
        "node and gateway restarted",
        String(frame),
        `${refusedConnections} connections refused, then reached; ${piles} piles and ` +
          `${unsettledFrames} unsettled frame${unsettledFrames === 1 ? "" : "s"} rebuilt from ${grouped(events)} events`,
      ]),
      ...offline.map(({ pile, first, last, ordersLost, readingsLost }) => [
        `pile ${pile} offline`,
        frames(first, last),
        `${ordersLost} orders and ${readingsLost} readings not sent`,
      ]),
      ...missed.map((frame) => ["nobody cleared", String(frame), "orders wait; counts as its base load"]),
      ...late.map(({ frame, refusal }) => [
        "base load late",
        String(frame),
        refusal === undefined ? pc.red("taken all the same") : `${refusal}: piles trade, the grid fills nothing`,
      ]),
      ...gateways.map(({ frame, orders, sentBefore, found, sentAfter }) => [
        "gateway died",
        String(frame),
        `${sentBefore} of ${orders} orders sent; the next one found ${found} on the chain and sent ${sentAfter}`,
      ]),
      ...planned.gateways
        .slice(gateways.length)
        .map((frame) => ["gateway died", String(frame), "with nothing to send"]),
      ...(planned.duplicates
        ? [
            [
              "all sent twice",
              "all",
              `${grouped(twice.ordersRefused)} of ${grouped(twice.orders)} orders, ${grouped(twice.readingsRefused)} of ` +
                `${grouped(twice.readings)} readings, ${grouped(twice.settlementsRefused)} of ` +
                `${grouped(twice.settlements)} settlements refused (gas ${grouped(twice.gas)})`,
            ],
          ]
        : []),
    ],
  );

  printHeading("What they cost");
  const row = (what: string, { withFaults, without }: WithAndWithout, text: (figure: number) => string) => [
    ...[what, text(withFaults), text(without)],
  ];
  printTable(
    ["", "with faults", "without"],
    [
      row("energy unserved", cost.unservedWh, kWh),
      row("sold by discharging EVs", cost.soldWh, kWh),
      row("sum of absolute steps (PFL)", cost.pflW, kW),
      ["frames that nobody cleared", grouped(cost.framesUncleared), "0"],
      ["orders not sent", grouped(cost.ordersLost), "0"],
      ["readings not sent", grouped(cost.readingsLost), "0"],
    ],
  );
  printProof(proof);
}

function printProof({ holds, deposited, claims, held, booked, told, repeated, bookedTwice, audit }: NothingLost): void {
  printHeading("What shows that nothing was lost");
  const events = Object.values(audit.events).reduce((sum, count) => sum + count, 0);
  const same = (events: bigint, simulation: bigint) => [kWh(events), kWh(simulation)];
  printTable(
    ["money", "units", ""],
    [
      ["paid in for the piles", grouped(deposited), money(deposited)],
      ["claimed by the piles at the end", grouped(claims.ofPiles), money(claims.ofPiles)],
      ["  by the grid operator", grouped(claims.ofGrid), money(claims.ofGrid)],
      ["  by frames that await settlement", grouped(claims.inDelivery), money(claims.inDelivery)],
      ["tokens that the market holds", grouped(held), money(held)],
    ],
  );
  console.log();
  printTable(
    ["energy", "on the chain", "as the EVs were told"],
    [
      ["bought from piles, and sold to them", ...same(booked.tradedWh, told.tradedWh)],
      ["bought from the grid", ...same(booked.fromGridWh, told.fromGridWh)],
      ["sold to the grid", ...same(booked.toGridWh, told.toGridWh)],
    ],
  );
  console.log(
    `\n${grouped(repeated)} submissions came again, ${grouped(bookedTwice)} were booked twice\n` +
      (audit.difference === undefined
        ? `The state rebuilt from ${grouped(events)} events equals the contract's in ${grouped(audit.compared?.fields ?? 0)} figures`
        : pc.red(
            `The state rebuilt from ${grouped(events)} events differs: ${audit.difference.subject}, ${audit.difference.field}`,
          )) +
      `\n${holds ? pc.green("Nothing was lost") : pc.red("Something was lost")}`,
  );
}

function frames(first: number, last: number): string {
  return first === last ? String(first) : `${first}–${last}`;
}
