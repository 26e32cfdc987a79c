import type { SessionColumns } from "../../scripts/piles/populations/sessions";
import type { Population } from "../../scripts/piles/population";
import { InputError } from "../../scripts/scenario/inputError";
import { readText } from "./files";

/** The flags about recorded sessions, as given. */
export interface SessionArguments {
  sessions?: string;
  date?: string;
  columns?: string;
}

/** The columns that `--columns` can name otherwise. */
const COLUMNS = ["arrival", "departure", "energy", "pile", "rated", "side"] as const satisfies (keyof SessionColumns)[];

/** The population of recorded sessions; undefined where none are asked for. @throws InputError naming flag or file */
export async function readSessions({ sessions, date, columns }: SessionArguments): Promise<Population | undefined> {
  if (sessions === undefined) {
    const stray = date !== undefined ? "date" : columns !== undefined ? "columns" : undefined;
    if (stray !== undefined) throw new InputError(`--${stray}`, "only goes with --sessions");
    return undefined;
  }
  const { sessionsPopulation } = await import("../../scripts/piles/populations/sessions");
  const { checkDate, chosenDay, dayBefore, sessionDays } = await import("../../scripts/piles/populations/sessionDays");
  const { DEFAULT_PARAMETERS } = await import("../../scripts/market/defaults");
  if (date !== undefined) checkDate("--date", date);
  const text = await readText("sessions", sessions);
  const reading = { file: sessions, columns: readColumns(columns ?? "") };
  const days = sessionDays(text, { ...reading, frameSeconds: DEFAULT_PARAMETERS.frameSeconds });
  // The warm-up begins a day before.
  const from = dayBefore(chosenDay(days, date, sessions, "--date"));
  return ({ days: count, frameSeconds }) => sessionsPopulation(text, { ...reading, frameSeconds, days: count, from });
}

function readColumns(text: string): Partial<SessionColumns> {
  const pairs = text.split(",").filter((pair) => pair.trim() !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name, column, ...rest] = pair.split("=").map((part) => part.trim());
      const known = COLUMNS.some((one) => one === name);
      if (!known || column === undefined || column === "" || rest.length > 0) {
        throw new InputError(
          "--columns",
          `expected pairs such as arrival=plugin,energy=kwh, of ${COLUMNS.join(", ")}, found "${pair}"`,
        );
      }
      return [name!, column];
    }),
  );
}
