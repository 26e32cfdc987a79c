import pc from "picocolors";

import type { DeliveryReport } from "../../scripts/simulation/dayResult";
import { grouped, money, printHeading, printTable, share } from "./output";

/** Prints how a day was delivered. */
export async function printDelivery({ frames, imbalance, credits, unaccounted }: DeliveryReport): Promise<void> {
  const { IMBALANCE_WORDS } = await import("../../scripts/core/imbalanceWords");
  const { IMBALANCE_CAUSES } = await import("../../scripts/core/settlement");
  const { creditReport } = await import("../../scripts/simulation/dayDelivery");
  const readings = frames.reduce((sum, frame) => sum + frame.readings.length, 0);
  const silent = frames.reduce((sum, frame) => sum + frame.silent.length, 0);
  const claimed = frames.reduce((sum, frame) => sum + frame.claimed, 0n);
  printHeading("Delivery by meter: what deviations cost, by cause");
  printTable(
    ["", "", ""],
    [
      ...IMBALANCE_CAUSES.map((cause) => [
        IMBALANCE_WORDS[cause],
        money(imbalance[cause]),
        share(Number(imbalance[cause]), Number(Object.values(imbalance).reduce((sum, cost) => sum + cost, 0n))),
      ]),
      ["surplus that the operator's account did not last for: claimed", money(claimed), ""],
    ],
  );
  const points = (hundredths: number) => (hundredths / 100).toFixed(2);
  const rows = [0, 0.25, 0.5, 0.75, 1].flatMap((part) => {
    const frame = frames[Math.round(part * (frames.length - 1))];
    return frame === undefined ? [] : [[`frame ${frame.frame}`, points(frame.credit.mean), points(frame.credit.min)]];
  });
  const last = creditReport(Object.values(credits));
  printHeading("Credit of all piles, points");
  printTable(["", "mean", "least"], [...rows, ["all frames settled", points(last.mean), points(last.min)]]);
  console.log(
    `\n${grouped(readings)} readings, ${grouped(silent)} silent; ` +
      (unaccounted === 0n
        ? "every unit of money is accounted for"
        : `${pc.red("money is not accounted for")}: ${grouped(unaccounted)} units`),
  );
}
