import type { MarketClient } from "../../chain/marketClient";
import type { SignedReading } from "../../chain/actions/signed";
import type { MeterReading } from "../../chain/packedWords";
import type { Database } from "./database";

/** Readings of frames that were kept this many frames ago are forgotten. */
const KEPT_FRAMES = 400;

/** A signed reading and what it says. */
export interface KeptReading extends MeterReading {
  signed: SignedReading;
}

/** Signed readings, by market, pile and frame; each once. */
export class ReadingStore {
  constructor(
    private readonly store: Database,
    private readonly market: Pick<MarketClient, "address">,
  ) {}

  /** Keeps a signed reading. @returns whether it is the first of its pile and frame */
  keep({ pile, frame, consumedWh, producedWh }: MeterReading, { reading, r, vs }: SignedReading): boolean {
    const { address } = this.market;
    return this.store.atomically(() => {
      const added = this.store.run(
        `INSERT OR IGNORE INTO readings (market, pile, frame, consumed_wh, produced_wh, word, r, vs, state)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'kept')`,
        ...[address, pile, frame, Number(consumedWh), Number(producedWh), reading.toString(), r, vs],
      );
      this.store.run("DELETE FROM readings WHERE market = ? AND frame < ?", address, frame - KEPT_FRAMES);
      return added === 1;
    });
  }

  /** All readings of a frame. */
  of(frame: number): KeptReading[] {
    const rows = this.store.all("SELECT * FROM readings WHERE market = ? AND frame = ?", this.market.address, frame);
    return rows.map((row) => ({
      pile: Number(row["pile"]),
      frame,
      consumedWh: BigInt(row["consumed_wh"]!),
      producedWh: BigInt(row["produced_wh"]!),
      signed: { reading: BigInt(row["word"]!), r: String(row["r"]), vs: String(row["vs"]) },
    }));
  }
}
