import { grouped, markdownTable } from "../../core/text";
import { BEFORE } from "./before";
import { KEEPER_COLUMNS, type KeeperReport, keeperRows } from "./keepers";
import type { Compared } from "./report";
import { arrow, OVERVIEW_COLUMNS, overviewRows } from "./rows";
import { PRICED_STRATEGIES } from "./strategies";
import type { Unpriced } from "./strategy";
import type { Summary } from "./summary";

/** The page on what strategies pay. */
export function incentivesMarkdown(compared: readonly Compared[], keepers: KeeperReport, seeds: number): string {
  return `# What pays, and what does not

Written by \`npx hardhat report:incentives --write\`; do not edit. A market's rules are its product: no strategy may earn
more than honest behaviour, and none may harm others for less than it costs whoever plays it. Each strategy below is
played on the reference model in a simulated market of otherwise honest people, and beside it the same market, the same
seed and the same people with the one in question behaving honestly. Numbers in parentheses are sections of
[SPEC.md](SPEC.md).

${markdownTable(OVERVIEW_COLUMNS, compared.flatMap(overviewRows))}

**Before**: the rules at commit \`${BEFORE.commit}\`, ${BEFORE.seeds} seeds (\`${BEFORE.command}\` there). **Now**: the
rules as they are, ${seeds} seeds. Each figure is the mean surplus of a run under honest → under cheating behaviour; ± is
half of the 95 % interval of the difference, taken seed by seed (Student's t).

## How it is counted

- **Surplus** is what money and energy are worth together. A buyer's energy is worth its true limit per kWh, as far as it
  needs it; a seller's costs its true limit. Limits, needs and stays are drawn from the seed; honest orders state them.
- **Money** is what the market's accounts hold for somebody at the end and what was withdrawn, less what was paid in. A
  claim on the operator's account counts as money. A debt that is never paid costs nobody who stays away.
- **The grid** is its operator: its account, less claims, less the energy that really flowed to piles at x, for which it
  can buy it. Room that was set aside and not used thus costs it r − x per kWh.
- **Others** are all honest piles together. Where the grid gains what piles lose, or the other way round, the loss counts
  and the windfall does not.
- **The verdict** is by differences whose 95 % interval keeps off 0: it _gains_ where the cheat comes to more; it _harms_
  where others lose more than it costs the cheat; and where waiting, held money or the load's unrest, which have no price
  here, get better for the cheat or worse for others, it says so if that costs the cheat less than a penny a run.
- Energy flows as people behave, whatever their meters say; the load's steps and the overload are those of real flows.
- r = 20 p, x = 5 p, no wheeling charge; parameters are the defaults, with meters and a defaulter that pays.
- From \`${PRICED_STRATEGIES[0]!.name}\` on, markets follow the rule \`congestion\` (3): the premium q rises by σ
  (congestionPricePerKwhPerKw, 0.1 p) for each kW above L (congestionFromW, 55 kW), both the defaults unless told
  otherwise, and is at most r − x. Strategies without a line for before were not tried then. An accomplice's surplus
  counts as the cheat's.

## The strategies

${compared.map(section).join("\n\n")}

## What pays under the congestion price

Waiting and spreading pay: the rule is made for that. Beyond it, three things pay at others' cost:

- to state a limit above one's own where the room is full before the premium is at its most (\`overbid-scarce\`);
- to raise the price by energy that is not taken, where what fits below L is worth more to others than r − x
  (\`raised-price-steep\`);
- to take energy unasked where the premium is next to r − x: no kWh asked for costs more than one unasked, but the price
  of all that its owner asks for rises with it (\`unasked-at-cap\`).

The first, for limits up to 2 r − x, and the second end where a market is deployed with
**σ (capacityW − lossAllowanceW − L) ≥ r − x ≥ σ L**, as the defaults are at these tariffs. Where no energy comes from the
grid, the one price is that of a double auction: whoever sees the book gains by another limit than its own, a seller as
\`high-ask\` shows. A false load is the operator's to publish, as a higher tariff is.

## Who clears, finalises and settles

Anybody may, and pays for the gas. A market deployed with \`keeperReward\` gives a claim on the operator's account for
each clearing with fills or a round, each round finalised and each frame settled to the end (5). A keeper of an honest
benefit market of ${keepers.frames} frames (${keepers.calls.clear} clearings, ${keepers.calls.finalise} rounds,
${keepers.calls.settle} settlements), with the gas of a market of 50 orders ([gas.md](gas.md)) and an ether at
£${grouped(keepers.etherPounds)}, comes to, in pence a frame, without a reward and with one of ${keepers.rewardP} p a call:

${markdownTable(KEEPER_COLUMNS, keeperRows(keepers))}

A reward above the gas that it replaces would itself be worth cheating for: whoever places 1 Wh a frame in an idle market
could earn it. The break-even reward is the most that an operator should set.
`;
}

function section({ strategy, before, now }: Compared): string {
  const { name, cheating, honest, rule, bound, unpriced } = strategy;
  const beside = unpriced.map((figure) => {
    const cells = [...(before === undefined ? [] : [`before ${besideOf(before, figure)}`]), besideOf(now, figure)];
    return `- Beside money: ${figure.what}, ${figure.unit}: ${cells.join("; now ")}.`;
  });
  return [
    `### ${name}\n`,
    `- Cheat: ${cheating}.`,
    `- Honest: ${honest}.`,
    `- Rule: ${rule}.`,
    ...beside,
    ...(bound === undefined ? [] : [`- Bound: ${bound}.`]),
    `- Verdict: ${before === undefined ? "" : `before, ${before.verdict.text}; now, `}${now.verdict.text}.`,
  ].join("\n");
}

function besideOf(summary: Summary, { of, figure }: Unpriced): string {
  const shown = (summary[of] as Readonly<Record<string, readonly [number, number, number]>>)[figure];
  return shown === undefined ? "–" : arrow(shown);
}
