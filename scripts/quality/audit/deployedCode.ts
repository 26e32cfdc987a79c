import {
  concat,
  getBytes,
  getCreateAddress,
  Interface,
  type InterfaceAbi,
  type Provider,
  TypedDataEncoder,
  zeroPadValue,
} from "ethers";

/** A contract of the build, as far as its code is concerned. */
export interface BuiltContract {
  name: string;
  abi: InterfaceAbi;
  bytecode: string;
  deployedBytecode: string;
  /** Places of each immutable in the code, by its name. */
  immutables: Readonly<Record<string, readonly { start: number; length: number }[]>>;
}

/** Verdict on the code at an address beside the build's. */
export interface CodeVerdict {
  contract: string;
  address: string;
  /** The difference; undefined where the code is the build's. */
  difference: string | undefined;
}

/** Immutables that depend on where a contract stands, not on what it was made with. */
const OF_THE_PLACE = new Set(["_cachedThis", "_cachedDomainSeparator", "_PARAMETERS", "OCMF_VERIFIER"]);

/**
 * Compares the code at an address with the build's, and its immutables with those that its constructor makes of
 * `constructorArguments`: somebody may have put other figures into the right code.
 */
export async function compareCode(
  provider: Provider,
  built: BuiltContract,
  address: string,
  constructorArguments: readonly unknown[],
): Promise<CodeVerdict> {
  const verdict = (difference: string | undefined): CodeVerdict => ({ contract: built.name, address, difference });
  const code = getBytes(await provider.getCode(address));
  if (code.length === 0) return verdict("there is no contract");
  const expected = getBytes(built.deployedBytecode);
  if (code.length !== expected.length) {
    return verdict(`${code.length} bytes of code, the build has ${expected.length}`);
  }
  const places = Object.entries(built.immutables);
  const masked = places.flatMap(([, spans]) => spans);
  const at = firstDifference(code, expected, masked);
  if (at !== undefined) return verdict(`the code differs from the build's at byte ${at}`);
  const made = await constructed(provider, built, constructorArguments);
  for (const [name, spans] of places) {
    const [{ start, length } = { start: 0, length: 0 }] = spans;
    const word = code.slice(start, start + length);
    const wanted = OF_THE_PLACE.has(name)
      ? await placeWord(provider, name, address)
      : made.slice(start, start + length);
    if (wanted !== undefined && !same(word, wanted))
      return verdict(`its constant ${name} is another than its constructor makes`);
    if (spans.some((span) => !same(word, code.slice(span.start, span.start + span.length)))) {
      return verdict(`its constant ${name} has two values`);
    }
  }
  return verdict(undefined);
}

/** The code that the constructor makes, asked of the node without a transaction. */
async function constructed(
  provider: Provider,
  { abi, bytecode }: BuiltContract,
  args: readonly unknown[],
): Promise<Uint8Array> {
  const data = concat([bytecode, new Interface(abi).encodeDeploy([...args])]);
  return getBytes(await provider.call({ data }));
}

/** Address of a delivery contract's verifier of records: its constructor creates it first of all. */
export function verifierOf(delivery: string): string {
  return getCreateAddress({ from: delivery, nonce: 1 });
}

/** Expected value of an immutable of a contract at an address; undefined where the code itself shows it. */
async function placeWord(provider: Provider, name: string, address: string): Promise<Uint8Array | undefined> {
  if (name === "_cachedThis") return getBytes(zeroPadValue(address, 32));
  if (name === "OCMF_VERIFIER") return getBytes(zeroPadValue(verifierOf(address), 32));
  if (name !== "_cachedDomainSeparator") return undefined;
  const abi = new Interface([
    "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
  ]);
  const answer = await provider.call({ to: address, data: abi.encodeFunctionData("eip712Domain") });
  const {
    name: title,
    version,
    chainId,
    verifyingContract,
  } = abi.decodeFunctionResult("eip712Domain", answer).toObject() as {
    name: string;
    version: string;
    chainId: bigint;
    verifyingContract: string;
  };
  return getBytes(TypedDataEncoder.hashDomain({ name: title, version, chainId, verifyingContract }));
}

function firstDifference(
  code: Uint8Array,
  expected: Uint8Array,
  masked: readonly { start: number; length: number }[],
): number | undefined {
  const ignored = new Uint8Array(code.length);
  for (const { start, length } of masked) ignored.fill(1, start, start + length);
  const at = code.findIndex((byte, index) => ignored[index] === 0 && byte !== expected[index]);
  return at === -1 ? undefined : at;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
