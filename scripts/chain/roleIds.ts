import { id, ZeroHash } from "ethers";

/** The roles of a market by their names, as the contract hashes them. */
export const ROLE_IDS = {
  admin: ZeroHash,
  "grid-operator": id("GRID_OPERATOR_ROLE"),
  registrar: id("REGISTRAR_ROLE"),
  guardian: id("GUARDIAN_ROLE"),
  proposer: id("PROPOSER_ROLE"),
} as const;

/** A role of a market. */
export type Role = keyof typeof ROLE_IDS;
