import { id, Wallet } from "ethers";

/** Key of the meter of a pile that has no key of its own, the same for the same name; anybody can derive it. */
export function simulatedMeterKey(pile: string): Wallet {
  return new Wallet(id(`AdBEV simulated meter ${pile}`));
}

/**
 * Key of a simulated pile, the same for the same seed and name every time.
 * Warning: anybody can derive it; such piles hold nothing but test tokens.
 */
export function simulatedPileKey(seed: number, feeder: string, pile: string): Wallet {
  return new Wallet(id(`AdBEV simulated pile ${String(seed)} ${feeder} ${pile}`));
}
