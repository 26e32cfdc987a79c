import pc from "picocolors";

import type { Understood } from "../../scripts/data/import/describe";
import { type Finding, placeOf } from "../../scripts/data/import/problems";
import { grouped, kW, kWh, printHeading, printTable } from "./output";

const BY: Readonly<Record<string, string>> = {
  mark: "by its byte-order mark",
  bytes: "all its bytes fit",
  statistics: "from how often bytes occur",
  flag: "as told",
  name: "from the column's name",
  figures: "from the size of the figures",
  "--zone": "as told",
  column: "from a column",
  offsets: "the offset that all times have",
  "UTC in the file": "as the times say; --zone counts days by another clock",
};

/** Prints how a file is understood. */
export function printUnderstood(understood: Understood): void {
  const { file, kind, encoding, compression, format, separator, zone, dates, warnings, errors } = understood;
  const { decimalMark, units, columns, unusedColumns } = understood;
  printHeading(`${file}: ${kind}`);
  const rows: [string, string][] = [
    ["format", [format, ...(separator === undefined ? [] : [`parted by ${separator}`])].join(", ")],
    ["encoding", `${encoding.name}, ${BY[encoding.by]}${compression === "gzip" ? ", within gzip" : ""}`],
    ...Object.entries(columns).map(([role, name]): [string, string] => [`column of ${role}`, name]),
    ["columns not used", unusedColumns.join(", ") || "none"],
    ["decimal mark", decimalMark],
    ["dates", [dates.form, ...(dates.first === undefined ? [] : [dates.first])].join(", ")],
    [
      "zone",
      zone.name === null ? "none: a clock that is never switched; --zone names one" : `${zone.name}, ${BY[zone.by]}`,
    ],
    ...Object.entries(units).map(([role, { unit, by }]): [string, string] => [`unit of ${role}`, `${unit}, ${BY[by]}`]),
    ...sessionRows(understood),
    ...figureRows(understood),
  ];
  printTable(["", ""], rows);

  const overlaps = understood.sessions?.overlaps;
  if (overlaps !== undefined && overlaps.count > 0) {
    printFindings(
      pc.yellow(`sessions at a pile that is taken: ${grouped(overlaps.count)}; --overlap queue or split reads them`),
      file,
      overlaps.first,
      overlaps.count,
    );
  }
  for (const { kind: odd, count, first } of warnings)
    printFindings(pc.yellow(`${odd}: ${grouped(count)}`), file, first, count);
  if (errors.count > 0) {
    printFindings(
      pc.red(`rows that cannot be used: ${grouped(errors.count)}; --rows skip leaves them out`),
      file,
      errors.first,
      errors.count,
    );
  }
}

function sessionRows({ sessions }: Understood): [string, string][] {
  if (sessions === undefined) return [];
  const { count, energyKWh, days, ratedWithoutColumnW } = sessions;
  return [
    ["sessions", `${grouped(count)}, ${kWh(energyKWh * 1000)}`],
    ["days", days.count === 1 ? days.first : `${grouped(days.count)}, ${days.first} to ${days.last}`],
    ["most sessions", `${grouped(days.busiest.sessions)} on ${days.busiest.date}`],
    ...(ratedWithoutColumnW === undefined
      ? []
      : [
          ["rated power", `${kW(ratedWithoutColumnW)}, as the file has none; --rated says another`] as [string, string],
        ]),
  ];
}

function figureRows({ figures, kind }: Understood): [string, string][] {
  if (figures === undefined) return [];
  const { count, stepSeconds, times, namedByEnd, least, most, mean, days } = figures;
  const shown = (value: number) =>
    kind === "load" ? kW(value, 3) : `${(value / 10_000).toFixed(2)} pence (or cents) per kWh`;
  return [
    ["figures", `${grouped(count)}, one for ${stepSeconds / 60} minutes`],
    [
      "times",
      times === "none"
        ? "none: from midnight on"
        : `${times}, ${namedByEnd ? "at the end" : "at the beginning"} of each step`,
    ],
    [
      "days",
      days === null ? "one that may be any" : days.first === days.last ? days.first : `${days.first} to ${days.last}`,
    ],
    ["from, to, mean", [least, most, mean].map(shown).join(", ")],
  ];
}

function printFindings(title: string, file: string, findings: readonly Finding[], count: number): void {
  console.log(`\n${title}`);
  for (const finding of findings) console.log(`  ${placeOf(file, finding)}: ${finding.problem}`);
  if (count > findings.length) console.log(`  … and ${grouped(count - findings.length)} more`);
}
