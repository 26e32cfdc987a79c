import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { encryptKeystoreJsonSync, Transaction, TypedDataEncoder, Wallet } from "ethers";
import fc from "fast-check";

import {
  ORDER_TYPES,
  orderMessage,
  packSignedTerms,
  type SignedTerms,
  unpackSignedTerms,
} from "../../../../scripts/chain/packedWords";
import { parseConfig } from "../../../../scripts/gateway/config";
import { Rates } from "../../../../scripts/gateway/desk/rates";
import { OrderSignatures } from "../../../../scripts/gateway/desk/signature";
import { CsvSource } from "../../../../scripts/gateway/keeper/publicationSource";
import { loadKey } from "../../../../scripts/gateway/keys";
import { SigningProvider, WrongChain } from "../../../../scripts/gateway/send/signingProvider";

const DOMAIN = { name: "AdBEV Market", version: "1", chainId: 31_337n, verifyingContract: `0x${"11".repeat(20)}` };
const bits = (count: number) => fc.bigInt(0n, 2n ** BigInt(count) - 1n);
const TERMS: fc.Arbitrary<SignedTerms> = fc.record({
  action: fc.constantFrom("place", "replace", "cancel"),
  charge: fc.boolean(),
  price: bits(40),
  energyWh: bits(24),
  peakWh: bits(24),
  expiryFrame: fc.nat(2 ** 31),
  nonce: bits(24),
  deadline: fc.nat(2 ** 31),
});

describe("scripts/gateway", () => {
  const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(() => undefined).catch((e: unknown) => e);

  it("hashes and opens terms as the library for signing does, and no word that holds more", () => {
    const signatures = new OrderSignatures(DOMAIN);
    fc.assert(
      fc.property(TERMS, fc.constantFrom(3n, 7n, 100n, 192n, 193n, 255n), (terms, bit) => {
        const hash = TypedDataEncoder.hash(DOMAIN, ORDER_TYPES, orderMessage(terms));
        expect(`0x${signatures.digest(terms).toString("hex")}`).to.equal(hash);
        const word = packSignedTerms(terms);
        expect(unpackSignedTerms(word)).to.deep.equal(terms);
        if (bit === 3n || bit === 7n || bit > 191n) expect(unpackSignedTerms(word | (1n << bit))).to.equal(undefined);
      }),
      { numRuns: 60 },
    );
  });

  it("finds the signer, and nobody where s is high, the signature another's or no signature at all", async () => {
    const signatures = new OrderSignatures(DOMAIN);
    const wallet = Wallet.createRandom();
    const [terms] = fc.sample(TERMS, { numRuns: 1, seed: 7 }) as [SignedTerms];
    const { r, s, v } = wallet.signingKey.sign(signatures.digest(terms));
    const packed = (half: bigint, parity: bigint) => `0x${(half | (parity << 255n)).toString(16).padStart(64, "0")}`;
    const parity = BigInt(v - 27);
    expect(signatures.signer(terms, r, packed(BigInt(s), parity))).to.equal(wallet.address.toLowerCase());
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const high = order - BigInt(s);
    expect(signatures.signer(terms, r, packed(high & ((1n << 255n) - 1n), 1n - parity))).to.not.equal(
      wallet.address.toLowerCase(),
    );
    expect(signatures.signer({ ...terms, nonce: terms.nonce ^ 1n }, r, packed(BigInt(s), parity))).to.not.equal(
      wallet.address.toLowerCase(),
    );
    expect(signatures.signer(terms, `0x${"00".repeat(32)}`, packed(0n, 0n))).to.equal(undefined);
    expect(signatures.signer(terms, `0x${"ff".repeat(32)}`, packed(1n, 0n))).to.equal(undefined);
  });

  it("lets nobody ask more often than its rate, and forgets those who asked longest ago", () => {
    let now = 0;
    const rates = new Rates({ perSecond: 2, burst: 3 }, () => now);
    const asked = (name: string, times: number) =>
      Array.from({ length: times }, () => rates.take(name)).filter(Boolean);
    expect(asked("a", 10)).to.have.length(3);
    expect(asked("b", 1)).to.have.length(1);
    now = 1_000;
    expect(asked("a", 10)).to.have.length(2);
    for (let i = 0; i < 25_000; i++) rates.take(`x${i}`);
    expect((rates as unknown as { buckets: Map<string, unknown> }).buckets.size).to.equal(20_000);
  });

  it("sends nothing to a node that has become another chain's", async () => {
    const asked: string[] = [];
    let chain = "0x7a69";
    const node = {
      send: async (method: string, params: unknown[]) => {
        asked.push(method);
        return method === "eth_chainId" ? chain : Transaction.from(params[0] as string).hash;
      },
    };
    const signed: string[] = [];
    const wallet = Wallet.createRandom();
    const provider = new SigningProvider({ node, wallet, chainId: 31_337n, onSigned: ({ hash }) => signed.push(hash) });
    const fees = { gas: "0x5208", maxFeePerGas: "0x0", maxPriorityFeePerGas: "0x0", nonce: "0x3" };
    const call = { from: wallet.address, to: DOMAIN.verifyingContract, data: "0x12", ...fees };
    expect(await provider.send("eth_sendTransaction", [call])).to.equal(signed[0]);
    chain = "0x1";
    expect(await failureOf(provider.send("eth_sendTransaction", [call]))).to.be.instanceOf(WrongChain);
    expect(asked).to.deep.equal(["eth_chainId", "eth_sendRawTransaction", "eth_chainId"]);
    expect(signed).to.have.length(1);
  });

  it("takes keys from the environment or a keystore, and never repeats them", async () => {
    const folder = mkdtempSync(join(tmpdir(), "adbev-"));
    const wallet = Wallet.createRandom();
    const keystore = join(folder, "key.json");
    writeFileSync(
      keystore,
      encryptKeystoreJsonSync(new Wallet(wallet.privateKey), "right", { scrypt: { N: 2, r: 8, p: 1 } }),
    );
    expect((await loadKey({ env: "K" }, { K: wallet.privateKey })).address).to.equal(wallet.address);
    expect((await loadKey({ keystore, passwordEnv: "P" }, { P: "right" })).address).to.equal(wallet.address);
    const wrong = await failureOf(loadKey({ keystore, passwordEnv: "P" }, { P: "guessed" }));
    expect((wrong as Error).message).to.equal(`${keystore}: the password in P is not its own`);
    const spoilt = await failureOf(loadKey({ env: "K" }, { K: `${wallet.privateKey}0` }));
    expect((spoilt as Error).message)
      .to.contain("expected a private key")
      .and.not.contain(wallet.privateKey.slice(2, 20));
    expect(((await failureOf(loadKey({ env: "K" }, {}))) as Error).message).to.contain("must hold a private key");
  });

  it("names the place of a wrong setting", () => {
    const good = {
      ...{ rpcUrl: "http://127.0.0.1:8545", data: "d", listen: { port: 0 }, keeper: { env: "K" } },
      markets: [{ name: "main", address: DOMAIN.verifyingContract }],
    };
    expect(parseConfig(good, "f").blockSeconds).to.equal(12);
    const wrong = { ...good, markets: [{ name: "main", address: "0x12" }] };
    expect(() => parseConfig(wrong, "f.json")).to.throw("f.json: markets.0.address: expected an address");
    expect(() => parseConfig({ ...good, blockSecond: 1 }, "f.json")).to.throw("blockSecond");
    const defaults = { energyWh: 5_000, stayMinutes: 240, limitPrice: 250_000 };
    const station = { id: "CP-1", market: "main", password: "secret", key: { env: "K" }, ratedW: 11_000 };
    const ocpp = { listen: { port: 0 }, stations: [station], defaults };
    expect(parseConfig({ ...good, ocpp }, "f.json").ocpp?.defaults).to.deep.equal(defaults);
    for (const [name, value] of [
      ["energyWh", 0],
      ["energyWh", 500_001],
      ["stayMinutes", -5],
      ["stayMinutes", 10_081],
      ["limitPrice", 0],
      ["limitPrice", 2 ** 40],
    ] as const) {
      const beyond = { ...ocpp, defaults: { ...defaults, [name]: value } };
      expect(() => parseConfig({ ...good, ocpp: beyond }, "f.json"), `${name} ${value}`).to.throw(
        `f.json: ocpp.defaults.${name}: `,
      );
    }
  });

  it("reads an operator's file again, the later line of a frame counting, and says what is wrong in it", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "adbev-")), "tomorrow.csv");
    const prices = { parseHundredths: (text: string) => (/^\d+$/.test(text) ? BigInt(text) * 10_000n : undefined) };
    const source = new CsvSource(file, 1_800, prices, 0);
    writeFileSync(file, "frame,load,import,export\n7,1000,20,5\n8,2000,20,5\n7,3000,20,5\n");
    expect((await source.read()).map(({ frame, baseLoadW }) => [frame, baseLoadW])).to.deep.equal([
      [7, 3_000n],
      [8, 2_000n],
    ]);
    writeFileSync(file, "frame,load,import,export\n7,1000,twenty,5\n");
    expect(((await failureOf(source.read())) as Error).message).to.contain(
      "tomorrow.csv:2: import: expected hundredths",
    );
    const nowhere = new CsvSource(`${file}.gone`, 1_800, prices, 0);
    expect(((await failureOf(nowhere.read())) as Error).message).to.contain("cannot be read: ENOENT");
  });
});
