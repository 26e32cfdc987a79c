/** Why an order would or would not fill, by the lens's names in the order of its enumeration. */
export const VERDICTS = [
  "Filled",
  "PartlyFilled",
  "NoOrder",
  "NotYet",
  "Expired",
  "Suspended",
  "NoCounterparty",
  "PriceDoesNotCross",
  "BehindOthers",
  "Unpublished",
  "LimitBelowTariff",
  "IcebergWaits",
  "CapacityFull",
  "LeftToRound",
  "MarginMissing",
] as const;

/** A verdict of the lens. */
export type Verdict = (typeof VERDICTS)[number];

/** The verdicts in words. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  Filled: "its whole displayed quantity would be filled",
  PartlyFilled: "part of its displayed quantity would be filled; the rest finds nobody",
  NoOrder: "the pile has no live order",
  NotYet: "its first frame is later",
  Expired: "it has expired",
  Suspended: "the registrar has suspended the pile",
  NoCounterparty: "there is no order on the other side, and the grid does not step in",
  PriceDoesNotCross: "no order of the other side meets its limit",
  BehindOthers: "every order that meets its limit goes to orders of higher priority",
  Unpublished:
    "nobody met its limit, and the grid operator has published nothing for the frame, so the grid fills nothing",
  LimitBelowTariff: "nobody met its limit, and the limit is below the import tariff",
  IcebergWaits: "nobody met its limit, and an iceberg is filled from the grid only after its wait or in its last frame",
  CapacityFull: "nobody met its limit, and the transformer has no room left at its limit",
  LeftToRound: "nobody met its limit, and whether an iceberg draws from the grid is left to the benefit round",
  MarginMissing:
    "the pile has less free than what it may come to owe beyond its fills, so its order does not take part",
};
