import { RecordChecker } from "../../metering/checkRecord";
import { energyBetween, type FrameEnergy, RecordRefusal } from "../../metering/frameEnergy";
import type { RecordMeter } from "../../metering/recordMeter";
import type { Database, Row } from "../store/database";

/** Records whose last reading is older than this are forgotten, s. */
const KEPT_SECONDS = 14 * 86_400;

/** Energy of a frame, and the records that show it. */
interface ProvenEnergy extends FrameEnergy {
  records: string[];
}

/** Signed records of one station's meter in the gateway's store; nobody else's get in. */
export class RecordStore {
  private readonly checker: RecordChecker;

  /** @throws InputError where the meter's key is none */
  constructor(
    private readonly store: Database,
    private readonly station: string,
    readonly meter: RecordMeter,
  ) {
    this.checker = new RecordChecker(meter);
  }

  /** Keeps a record; of a page that is known the first one stays. @throws InputError where it is not the meter's */
  keep(text: string): void {
    const { page, readings } = this.checker.read(text);
    const times = readings.map(({ time }) => time);
    this.store.atomically(() => {
      this.store.run(
        "INSERT OR IGNORE INTO records (station, page, first, last, record) VALUES (?, ?, ?, ?, ?)",
        ...[this.station, page, times[0]!, times.at(-1)!, text],
      );
      const oldest = times.at(-1)! - KEPT_SECONDS;
      this.store.run("DELETE FROM records WHERE station = ? AND last < ?", this.station, oldest);
    });
  }

  /**
   * Energy from one time to another, and the consecutive pages that show it: from the last page that begins at or before
   * the start to the first that reaches the end. Times in s since 1970, of the meter's own clock.
   *
   * @returns undefined where pages are still missing
   * @throws RecordRefusal where the pages are there and do not say
   */
  between(start: number, end: number): ProvenEnergy | undefined {
    const records = this.rows(start, end).map(({ record }) => String(record));
    if (records.length === 0) return undefined;
    try {
      const payloads = records.map((text) => this.checker.read(text));
      return { ...energyBetween(this.meter, payloads, start, end), records };
    } catch (error) {
      // A page may be late.
      if (error instanceof RecordRefusal && error.reason === "PagesNotConsecutive") return undefined;
      throw error;
    }
  }

  /** The pages that {@link between} looks at, by their numbers; undefined where there are none. */
  pagesBetween(start: number, end: number): string | undefined {
    const pages = this.rows(start, end).map(({ page }) => Number(page));
    return pages.length === 0 ? undefined : `${pages[0]} to ${pages.at(-1)}, ${pages.length} pages`;
  }

  private rows(start: number, end: number): Row[] {
    return this.store.all(
      `SELECT page, record FROM records WHERE station = ?1
         AND page >= (SELECT max(page) FROM records WHERE station = ?1 AND first <= ?2)
         AND page <= (SELECT min(page) FROM records WHERE station = ?1 AND last >= ?3) ORDER BY page`,
      ...[this.station, start, end],
    );
  }
}
