import type { Interface, Result } from "ethers";

/** A contract's refusal. */
export class ContractRefusal extends Error {
  override readonly name = "ContractRefusal";
  /** Gas that the refused transaction used, where it was mined. */
  gasUsed?: bigint;

  /**
   * @param error name of the custom error
   * @param details its arguments by name
   */
  constructor(
    readonly error: string,
    readonly details: Readonly<Record<string, unknown>>,
  ) {
    const listed = Object.entries(details).map(([name, value]) => `${name} ${String(value)}`);
    super(listed.length === 0 ? error : `${error} (${listed.join(", ")})`);
  }
}

/** Decodes an encoded custom error; undefined where no interface knows it. */
export function decodeRefusal(data: string, interfaces: readonly Interface[]): ContractRefusal | undefined {
  for (const contract of interfaces) {
    const parsed = contract.parseError(data);
    if (parsed !== null) return new ContractRefusal(parsed.name, named(parsed.args, parsed.fragment.inputs));
  }
  return undefined;
}

/**
 * The refusal inside whatever a provider threw; undefined where a contract's custom error is not the reason.
 * Providers nest the revert data at different depths.
 */
export function refusalOf(thrown: unknown, interfaces: readonly Interface[]): ContractRefusal | undefined {
  const data = revertData(thrown, 4);
  return data === undefined ? undefined : decodeRefusal(data, interfaces);
}

function named(args: Result, inputs: readonly { name: string; type: string }[]): Record<string, unknown> {
  return Object.fromEntries(
    inputs.map(({ name, type }, index) => [name, type === "bytes32" ? wordText(args[index] as string) : args[index]]),
  );
}

/** The text in a word that holds one, such as a parameter's name; any other word as it is. */
function wordText(word: string): string {
  // Its last byte is none of the text's.
  const text = word.endsWith("00") ? Buffer.from(word.slice(2), "hex").toString("latin1").replace(/\0+$/, "") : "";
  return /^[\x20-\x7e]+$/.test(text) ? text : word;
}

function revertData(thrown: unknown, depth: number): string | undefined {
  if (depth === 0 || typeof thrown !== "object" || thrown === null) return undefined;
  const { data, error, info, cause } = thrown as Record<string, unknown>;
  if (typeof data === "string" && /^0x[0-9a-f]{8}/i.test(data)) return data;
  return [data, error, info, cause].map((inner) => revertData(inner, depth - 1)).find((found) => found !== undefined);
}
