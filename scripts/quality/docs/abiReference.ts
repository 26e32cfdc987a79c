import type { JsonFragment, ParamType } from "ethers";
import { EventFragment, FunctionFragment } from "ethers";

/** A contract's NatSpec, from the compiler's metadata. */
export interface NatSpec {
  userdoc: {
    notice?: string;
    methods?: Record<string, { notice?: string }>;
    events?: Record<string, { notice?: string }>;
  };
  devdoc: {
    title?: string;
    methods?: Record<string, { params?: Record<string, string>; returns?: Record<string, string> }>;
    events?: Record<string, { params?: Record<string, string> }>;
  };
}

/** A contract of the reference. */
export interface DocumentedContract {
  name: string;
  abi: readonly JsonFragment[];
  docs: NatSpec;
}

/** The reference of contracts' functions and events, Markdown: their signatures, and what the sources say of them. */
export function abiReference(contracts: readonly DocumentedContract[]): string {
  const parts = contracts.map(({ name, abi, docs }) =>
    [
      `## ${name}`,
      prose(docs.devdoc.title ?? docs.userdoc.notice ?? ""),
      "### Functions",
      ...functionsOf(abi).map((fragment) => functionEntry(fragment, docs)),
      ...eventsSection(abi, docs),
    ].join("\n\n"),
  );
  return [
    "# Functions and events",
    "Made of the sources' NatSpec by `npx hardhat docs:abi --write`; without the flag the command compares, as a test does. " +
      "Signatures of events are as subgraph manifests write them. Errors are in [errors.md](errors.md).",
    ...parts,
    "",
  ].join("\n\n");
}

function functionsOf(abi: readonly JsonFragment[]): FunctionFragment[] {
  return abi
    .filter(({ type }) => type === "function")
    .map((fragment) => FunctionFragment.from(fragment))
    .sort((a, b) => a.name.localeCompare(b.name));
}

function eventsSection(abi: readonly JsonFragment[], { userdoc, devdoc }: NatSpec): string[] {
  const events = abi
    .filter(({ type }) => type === "event")
    .map((fragment) => EventFragment.from(fragment))
    .sort((a, b) => a.name.localeCompare(b.name));
  if (events.length === 0) return [];
  const entries = events.map((event) => {
    const signature = event.format("sighash");
    const inputs = event.inputs.map((input) => `${input.indexed === true ? "indexed " : ""}${input.format("sighash")}`);
    return entry(
      `${event.name}(${inputs.join(",")})`,
      userdoc.events?.[signature]?.notice,
      parametersOf(event.inputs, devdoc.events?.[signature]?.params),
    );
  });
  return ["### Events", ...entries];
}

function functionEntry(fragment: FunctionFragment, { userdoc, devdoc }: NatSpec): string {
  const signature = fragment.format("sighash");
  const said = devdoc.methods?.[signature];
  const kind = fragment.stateMutability === "nonpayable" ? "" : ` ${fragment.stateMutability}`;
  const returns = fragment.outputs.map(({ name, type }, i) => {
    const meaning = said?.returns?.[name === "" ? `_${i}` : name];
    return `returns ${name === "" ? `\`${type}\`` : `\`${name}\``}${meaning === undefined ? "" : `: ${prose(meaning)}`}`;
  });
  return entry(`${signature}${kind}`, userdoc.methods?.[signature]?.notice, [
    ...parametersOf(fragment.inputs, said?.params),
    ...returns,
  ]);
}

function parametersOf(inputs: readonly ParamType[], said: Record<string, string> | undefined): string[] {
  return inputs.map(({ name, type }) => {
    const meaning = said?.[name];
    return `\`${name === "" ? type : name}\`${meaning === undefined ? "" : `: ${prose(meaning)}`}`;
  });
}

function entry(signature: string, notice: string | undefined, list: readonly string[]): string {
  const parts = [`#### \`${signature}\``];
  if (notice !== undefined) parts.push(prose(notice));
  if (list.length > 0) parts.push(list.map((line) => `- ${line}`).join("\n"));
  return parts.join("\n\n");
}

/** NatSpec as Markdown: references in braces become code. */
function prose(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/\{(\w+)(?:-(\w+))?\}/g, (_, first: string, second?: string) => `\`${second ?? first}\``)
    .replace(/(?<![`\w])([<>*_])/g, "\\$1");
}
