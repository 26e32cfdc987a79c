import { takeSnapshot as snapshotChain } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import hre from "hardhat";

import type { BenchResult } from "../../scripts/quality/gas/bench";
import { GENERAL_ORDER_BOOK_GAS } from "../../scripts/quality/gas/generalOrderBooks";
import { compareSnapshots, parseSnapshot, takeSnapshot } from "../../scripts/quality/gas/snapshot";
import { bench, codeSizes } from "../../tasks/report-operations";
import {
  BenefitRounds__factory,
  Delivery__factory,
  Market__factory,
  MarketFactory__factory,
} from "../../typechain-types";
import { skipWhereInstrumented } from "../helpers/coverage";

/** Functions that one contract of this project calls of another, by the function that anyone calls. */
const MEASURED_WITHIN: Readonly<Record<string, string>> = {
  open: "clear",
  fillFlexibleOrders: "finalise",
  bookSettlement: "settle",
  registerMeter: "registerPile",
  rewardClearing: "clear",
  rewardFinalising: "finalise",
  payClaim: "collectClaim",
};
const SNAPSHOT = "test/gas/snapshot.json";

describe("Gas", function () {
  this.timeout(120_000);
  let result: BenchResult;

  before(async function () {
    // The gas reporter would take the floors' bare programs, called with the market's calldata, for the market.
    if (process.env["ADBEV_GAS_REPORT"] === "1") this.skip();
    skipWhereInstrumented(this);
    const chain = await snapshotChain();
    result = await bench(hre, true);
    await chain.restore();
  });

  it("is measured for every external function that changes state, but for those that only contracts call", () => {
    const functions = [Market__factory, MarketFactory__factory, BenefitRounds__factory, Delivery__factory].flatMap(
      (factory) =>
        factory
          .createInterface()
          .fragments.flatMap((fragment) =>
            fragment.type === "function" && !(fragment as unknown as { constant: boolean }).constant
              ? [(fragment as unknown as { name: string }).name]
              : [],
          ),
    );
    const called = functions.filter((name) => !(name in MEASURED_WITHIN));
    expect([...new Set(result.measurements.map(({ call }) => call))]).to.have.members([...new Set(called)]);
    expect(functions).to.include.members(Object.keys(MEASURED_WITHIN));
    expect(called).to.include.members(Object.values(MEASURED_WITHIN));
  });

  it("has floors that, measured by bare programs, are what the EVM's schedule says", () => {
    for (const { operation, measuredFloorGas, scheduledFloorGas } of result.measurements) {
      expect(measuredFloorGas, operation).to.be.closeTo(scheduledFloorGas, 0.5);
    }
  });

  it("is nowhere below its floor, and nowhere twice as high unless it computes", () => {
    for (const { operation, gas, measuredFloorGas, computes } of result.measurements) {
      expect(gas / measuredFloorGas, operation).to.be.within(1, computes ? Infinity : 2);
    }
  });

  it("is below that of general order books wherever the two can be compared; of an order that waits within 1 %", () => {
    const compared = result.measurements.filter(({ operation }) => operation in GENERAL_ORDER_BOOK_GAS);
    expect(compared).to.have.length(Object.keys(GENERAL_ORDER_BOOK_GAS).length);
    for (const { operation, gas } of compared) {
      // That its pile has the margin is looked up, too.
      const most = operation === "clear, each order that waits" ? 1.01 : 1;
      expect(gas, operation).to.be.below(most * GENERAL_ORDER_BOOK_GAS[operation]!);
    }
  });

  it(`is that of ${SNAPSHOT}, and every contract fits a network`, async () => {
    const now = takeSnapshot(result, await codeSizes(hre));
    const drifts = compareSnapshots(parseSnapshot(readFileSync(SNAPSHOT, "utf8"), SNAPSHOT), now);
    const advice = "if that is meant, `npx hardhat report:operations --update`";
    expect(drifts.map(({ message }) => message).join("\n"), advice).to.equal("");
  });
});
