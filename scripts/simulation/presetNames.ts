/** Names of the settings that come along, as `--setting` takes them; loads none of their data. */
export const PRESET_NAMES = [
  "chapter4",
  "windows",
  "chapter5",
  "windows5",
  "elaadnl",
  "thesis3",
  "thesis4",
  "thesis5",
  "thesis6",
] as const;

/** One of {@link PRESET_NAMES}. */
export type PresetName = (typeof PRESET_NAMES)[number];
