import { grouped, kWh, share } from "../../core/text";
import type { RoundReport } from "../../simulation/dayResult";
import { htmlSection, htmlTable } from "../page";
import type { DayPage } from "./dayPage";
import type { Times } from "./times";

/** Outcome of the rounds over the measured frames: who won how often, and each of them. HTML; empty without any. */
export function roundSection({ day: { rounds = [] }, feeders = [] }: DayPage, times: Times): string {
  if (rounds.length === 0) return "";
  const byWinner = new Map<string, RoundReport[]>();
  for (const round of rounds) {
    const winner = round.winner ?? "fallback (the clearing)";
    byWinner.set(winner, [...(byWinner.get(winner) ?? []), round]);
  }
  const row = (name: string, of: readonly RoundReport[]) => [
    ...[name, grouped(of.length), share(of.length, rounds.length), benefit(mean(of.map((one) => Number(one.lambda))))],
  ];
  const winners = [...byWinner].sort(([, a], [, b]) => b.length - a.length);
  const several = feeders.length > 1;
  const refused = rounds.reduce((sum, one) => sum + one.refused.length, 0);
  return htmlSection(
    "rounds",
    "Rounds in which plans competed",
    `Whose plan was executed, and its benefit λ (5.7). ${grouped(refused)} plans were refused.`,
    htmlTable(
      ["executed", "rounds", "of all", "mean benefit λ"],
      [...winners.map(([name, of]) => row(name, of)), row("all", rounds)],
    ) +
      `<details><summary>Each round</summary>${htmlTable(
        [...(several ? ["feeder"] : []), "frame at", "executed", "benefit λ", "left unserved", "refused, and why"],
        rounds.map((one) => [
          ...(several ? [`${one.feeder ?? ""}`] : []),
          times.ofFrame(one.frame),
          one.winner ?? "fallback",
          benefit(Number(one.lambda)),
          kWh(one.unservedWh, 2),
          one.refused.map(({ proposer, error }) => `${proposer}: ${error}`).join(", "),
        ]),
      )}</details>`,
  );
}

/** A benefit out of 10^18. */
function benefit(lambda: number): string {
  return (lambda / 1e18).toExponential(2);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
