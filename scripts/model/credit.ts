import type { MeteredFill } from "./delivery";

/** Credit and what it rests on. SPEC 6. */
export interface Credit {
  /** 0 to 10 000, 1/100 point. */
  hundredths: bigint;
  /** Energy that it is the mean over, Wh, at most {@link MAX_CREDIT_BASIS_WH}. */
  basisWh: bigint;
}

/** Of this much energy, Wh, a credit remembers no more: 26 bits. */
export const MAX_CREDIT_BASIS_WH = 2n ** 26n - 1n;

/** Full credit, 1/100 point; also the whole of an efficiency or weather factor, 1/10 000. */
const WHOLE = 10_000n;

/** The largest weather factor a, 1/10 000: below 0.3 [D (12)]. */
export const MAX_WEATHER_BPS = 2_999n;

/** A weather factor and the first frame that it holds for. */
export interface WeatherFrom {
  frame: number;
  bps: bigint;
}

/** The weather factor in force in a frame, 1/10 000. @param weather In order of frames. */
export function weatherIn(weather: readonly WeatherFrom[], frame: number): bigint {
  return weather.reduce((bps, from) => (from.frame <= frame ? from.bps : bps), 0n);
}

/** Energy of a pile's fills in a frame that earns credit, Wh. */
export interface CreditedEnergy {
  agreedWh: bigint;
  /** At most {@link agreedWh}. */
  creditedWh: bigint;
}

/**
 * Credit after a frame: the mean of the scores weighted by energy, rounded to 1/100 point, halves up [D (1)(2)]. SPEC 6.
 */
export function creditAfter(
  { hundredths, basisWh }: Readonly<Credit>,
  { agreedWh, creditedWh }: CreditedEnergy,
): Credit {
  if (agreedWh === 0n) return { hundredths, basisWh };
  const weightWh = basisWh + agreedWh;
  const sum = hundredths * basisWh + WHOLE * creditedWh;
  return {
    hundredths: (2n * sum + weightWh) / (2n * weightWh),
    basisWh: weightWh < MAX_CREDIT_BASIS_WH ? weightWh : MAX_CREDIT_BASIS_WH,
  };
}

/**
 * Credit that each pile's fills of a frame earn: a party as much as it moved of the agreed energy, a
 * producer `1 + a` times that and no more than the agreed [D (12)], a silent one nothing. SPEC 6.
 *
 * @param sameInterest Whether two piles are one operator's, so that a trade between them earns and costs no credit.
 * @param weatherBps a of a pile in the frame, 1/10 000.
 */
export function creditedEnergy(
  fills: readonly MeteredFill[],
  sameInterest: (one: string, other: string) => boolean,
  weatherBps: (pile: string) => bigint,
): Map<string, CreditedEnergy> {
  const energy = new Map<string, CreditedEnergy>();
  for (const { agreedWh, buyer, seller } of fills) {
    if (buyer !== undefined && seller !== undefined && sameInterest(buyer.pile, seller.pile)) continue;
    for (const party of [buyer, seller]) {
      if (party === undefined) continue;
      const factor = party === seller ? WHOLE + weatherBps(party.pile) : WHOLE;
      const weighedWh = party.silent ? 0n : (party.actualWh * factor) / WHOLE;
      const sum = energy.get(party.pile) ?? { agreedWh: 0n, creditedWh: 0n };
      sum.agreedWh += agreedWh;
      sum.creditedWh += weighedWh < agreedWh ? weighedWh : agreedWh;
      energy.set(party.pile, sum);
    }
  }
  return energy;
}
