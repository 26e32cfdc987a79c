import { DEFAULT_PARAMETERS, type DeploymentParameters } from "../../core/parameters";
import type { Reading } from "../../core/settlement";
import type { Publication } from "../../core/types";

/** Money units in a yuan: prices of the table have three decimals, its amounts one. */
export const YUAN = 1_000_000n;

/** r of the case study, money units per kWh: 0.615 yuan. */
const IMPORT_PRICE = 615_000n;
/** x, money units per kWh: 0.41 yuan. The text calls it a wheeling cost; the table uses it as the feed-in price. */
const EXPORT_PRICE = 410_000n;

/** Power of the piles that play the table, W: 250 kWh in half an hour, the most that a row moves. */
export const TABLE_RATED_W = 500_000n;

/** Money that each of them has to trade with, money units: more than any row costs. */
export const TABLE_BALANCE = 1_000n * YUAN;

/** The grid operator's account before the first row, money units: row 3 costs the grid 4.6 yuan. */
export const TABLE_OPERATOR_ACCOUNT = 1_000n * YUAN;

/**
 * The market in which the table's rows are settled: who breaches loses credit only, twice the agreed energy still trades
 * at the agreed price, and credit rests on the row alone. An order of 200 kWh is a normal one, so one fill.
 */
export const TABLE_MARKET: Readonly<DeploymentParameters> = {
  ...DEFAULT_PARAMETERS,
  icebergThresholdWh: 1_000_000n,
  icebergPeakWh: 1_000_000n,
  wheelingCapPerKwh: 20_000n,
  readingSeconds: 3_600,
  breach: "counterparty",
  toleranceBps: 10_000n,
  initialCredit: 10_000n,
  creditPriorWh: 0n,
};

/** A test of the case study: what was agreed and what was metered. */
export interface TableRow {
  number: number;
  /** Money units per kWh. */
  price: bigint;
  agreedWh: bigint;
  /** Money units per kWh. */
  wheelingPricePerKwh: bigint;
  consumedWh: bigint;
  producedWh: bigint;
}

/** The figures of a row: amounts in money units, the grid's negative where it lost; credits in 1/100 point. */
export interface RowFigures {
  /** The buyer's spending. */
  buyer: bigint;
  /** The seller's earnings. */
  seller: bigint;
  grid: bigint;
  creditBuyer: bigint;
  creditSeller: bigint;
}

/** Settles rows of the table somewhere: on the contracts, or on the model. */
export interface TableSettler {
  /** Registers a buyer and a seller of this row's own, lets them trade, and settles by the row's readings. */
  settleRow(row: TableRow): Promise<RowFigures>;
}

/** [D Table 2] as printed: agreed price, kWh and wheeling, kWh consumed and produced, then the results. */
const PRINTED: [number, number, number, number, number, number, number, number, number, number][] = [
  [0.55, 200, 0.02, 220, 200, 126.3, 110, 16.3, 100, 100],
  [0.56, 200, 0.02, 200, 200, 116, 112, 4, 100, 100],
  [0.54, 200, 0.02, 180, 200, 100.8, 105.4, -4.6, 90, 100],
  [0.54, 200, 0.02, 250, 250, 140, 135, 5, 100, 100],
  [0.56, 200, 0.02, 180, 180, 104.4, 100.8, 3.6, 90, 90],
  [0.55, 200, 0.02, 190, 190, 108.3, 104.5, 3.8, 95, 90],
  [0.54, 200, 0.02, 240, 220, 135.9, 118.8, 17.1, 90, 85],
];

const yuan = (amount: number) => BigInt(Math.round(amount * Number(YUAN)));

/** The rows of [D Table 2], with what the paper says of each. */
export const TABLE: readonly (TableRow & { paper: RowFigures })[] = PRINTED.map(
  ([price, agreed, wheeling, consumed, produced, buyer, seller, grid, creditBuyer, creditSeller], index) => ({
    number: index + 1,
    price: yuan(price),
    agreedWh: BigInt(agreed * 1000),
    wheelingPricePerKwh: yuan(wheeling),
    consumedWh: BigInt(consumed * 1000),
    producedWh: BigInt(produced * 1000),
    paper: {
      ...{ buyer: yuan(buyer), seller: yuan(seller), grid: yuan(grid) },
      ...{ creditBuyer: BigInt(creditBuyer * 100), creditSeller: BigInt(creditSeller * 100) },
    },
  }),
);

/** The operator's publication for the frame in which a row is delivered. */
export function publicationOf({ wheelingPricePerKwh }: TableRow): Publication {
  return { baseLoadW: 0n, importPricePerKwh: IMPORT_PRICE, exportPricePerKwh: EXPORT_PRICE, wheelingPricePerKwh };
}

/** Readings of a row. */
export function readingsOf({ consumedWh, producedWh }: TableRow): { buyer: Reading; seller: Reading } {
  return { buyer: { consumedWh, producedWh: 0n }, seller: { consumedWh: 0n, producedWh } };
}
