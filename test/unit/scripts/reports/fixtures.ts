import {
  COMPLETE,
  CLEARING,
  type CostReport,
  geneticKey,
  schemesOf,
} from "../../../../scripts/reports/computationCost/types";

const SIZE = { population: 20, generations: 1_000 };

/** A small report whose figures follow power laws: the market's gas like the root of the peers, the algorithm's like them. */
export function exampleReport(geneticFactor = 4_000_000): CostReport {
  const peers = [10, 40, 160];
  const runs = peers.flatMap((n): CostReport["runs"] => {
    const energy = { chargedWh: n * 10_000, tradedWh: n * 1_000 };
    const market = { peers: n, basis: "receipts", ...energy, pflW: 150_000, unservedShare: 0 } as const;
    return [
      { ...market, scheme: COMPLETE, gas: 2_000_000 * Math.sqrt(n), transactions: 100 },
      { ...market, scheme: CLEARING, gas: 1_000_000 * Math.sqrt(n), transactions: 48 },
      {
        ...market,
        scheme: geneticKey(SIZE),
        gas: geneticFactor * n,
        transactions: 2 * n,
        basis: n === 40 ? "scaled" : "receipts",
        pflW: undefined,
      },
    ];
  });
  return {
    command: 'npx hardhat report:gas --html "<a>"',
    seed: 1,
    peers,
    schemes: schemesOf([SIZE]),
    runs,
    growth: [
      { scheme: COMPLETE, exponent: 0.5, r2: 1, from: 10, to: 160 },
      { scheme: geneticKey(SIZE), exponent: 1, r2: 1, from: 10, to: 160 },
    ],
    pricings: [{ name: "example", gasPriceGwei: 2, tokenPrice: 3_000 }],
    uncontrolledPflW: { 10: 200_000, 40: 210_000, 160: 250_000 },
    marketGas: { 160: { clear: { transactions: 48, operations: 48, gas: 1_000_000 } } },
    generationGas: peers.map((n) => ({
      peers: n,
      population: 20,
      gas: (geneticFactor * n) / 1_000,
      setUpGas: 100_000,
    })),
  };
}
