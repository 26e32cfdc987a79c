import { encodeBytes32String, id, type Interface, Signature, type TypedDataDomain, ZeroAddress } from "ethers";

import { MarketFactory__factory } from "../../../typechain-types/factories/contracts/periphery/MarketFactory__factory";
import { TestToken__factory } from "../../../typechain-types/factories/contracts/test/TestToken__factory";
import { DELIVERY_INTERFACE, MARKET_INTERFACE } from "../../chain/interfaces";
import { packSignedTerms } from "../../chain/packedWords";
import type { Receipt, Transactor } from "../../chain/transactor";
import { orderOfTypedData, type TypedData, withdrawalTypedData } from "../../library/signing";
import type { BenchSetting } from "./measurement";
import type { BookBench } from "./bookBench";
import { BATCH } from "./operationFloors";
import type { ReceiptLog } from "./receipts";

const TOKEN: Interface = TestToken__factory.createInterface();
const FACTORY: Interface = MarketFactory__factory.createInterface();
const PERMIT_TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};
const AMOUNT = 1_000_000n;
/** Receipts of each of these operations. */
const REPEATS = 5;

/** Everything beside the book's traffic, each operation several times on state that has been used before. */
export class OtherOperations {
  constructor(
    private readonly setting: BenchSetting,
    private readonly log: ReceiptLog,
    private readonly book: BookBench,
  ) {}

  /** @returns Bytes of code of a market. */
  async run(): Promise<number> {
    await this.replacing();
    await this.money();
    await this.roles();
    for (let i = 0; i < REPEATS; i++) await this.book.publishDay();
    return this.markets();
  }

  private async replacing(): Promise<void> {
    const { client } = this.setting;
    const piles = this.book.accounts.slice(0, 20);
    await this.book.publishAhead();
    for (const [i, pile] of piles.entries()) await client.place(pile, this.book.order(i, 100_000 + 7 * i));
    for (const [i, pile] of piles.entries()) {
      this.log.note("replace", await client.replace(pile, this.book.order(i + 1, 100_003 + 7 * i)));
    }
    await this.book.emptyBook();
    for (const pile of piles.slice(0, REPEATS)) await this.note("skipNonce", pile, []);
  }

  private async money(): Promise<void> {
    const { client, sender } = this.setting;
    const pile = this.book.accounts[0]!;
    // The first time fills the pile's token balance, which later ones rewrite.
    await client.withdraw(pile, pile.address, AMOUNT);
    for (let i = 0; i < REPEATS; i++) {
      this.log.note("withdraw", await client.withdraw(pile, pile.address, AMOUNT));
    }
    await this.earnForTheGrid();
    for (let i = 0; i < REPEATS; i++) await this.note("withdrawGrid", sender, [pile.address, 1n]);
    for (let i = 0; i < REPEATS; i++) await this.note("setMatchingFund", sender, [BigInt(i + 1)]);
    await this.permits();
    await this.signedActs();
  }

  /** Fills a bid from the grid, so that the grid's account holds something. */
  private async earnForTheGrid(): Promise<void> {
    const { client } = this.setting;
    await this.book.publishAhead();
    await client.place(this.book.accounts[0]!, { ...this.book.order(0, 400_000), energyWh: 1_500n, peakWh: 0n });
    await this.book.clear("warm-up");
    await this.book.nextFrame();
  }

  private async permits(): Promise<void> {
    const { client, provider } = this.setting;
    const wallet = this.book.signers[0]!;
    const account = await this.setting.accountAt(wallet.address);
    await this.send(client.tokenAddress, account, TOKEN, "faucet", [wallet.address, 10n * AMOUNT]);
    const [chainId, domain] = await Promise.all([
      provider.send("eth_chainId", []),
      this.call(client.tokenAddress, TOKEN, "eip712Domain", []),
    ]);
    const permitDomain: TypedDataDomain = {
      name: domain["name"] as string,
      version: domain["version"] as string,
      chainId: BigInt(chainId as string),
      verifyingContract: client.tokenAddress,
    };
    const deadline = 2n ** 40n;
    for (let nonce = 0; nonce <= REPEATS; nonce++) {
      const permit = { owner: wallet.address, spender: client.address, value: AMOUNT, nonce, deadline };
      const { v, r, s } = Signature.from(await wallet.signTypedData(permitDomain, PERMIT_TYPES, permit));
      const args = [wallet.address, AMOUNT, deadline, v, r, s];
      // The first permit fills the owner's nonce, which later ones rewrite.
      const receipt = await this.send(client.address, account, MARKET_INTERFACE, "depositWithPermit", args);
      if (nonce > 0) this.log.note("depositWithPermit", receipt);
    }
  }

  /** Acts that keys sign, and payout addresses; at the end no pile has one, and no order is left. */
  private async signedActs(): Promise<void> {
    const { client, provider, sender } = this.setting;
    const wallet = this.book.signers[0]!;
    const account = await this.setting.accountAt(wallet.address);
    const market = client.address as `0x${string}`;
    const owner = wallet.address as `0x${string}`;
    const chainId = Number(await provider.send("eth_chainId", []));
    const sign = async ({ domain, types, message }: TypedData<Record<string, unknown>>) =>
      wallet.signTypedData(domain, types, message);
    const nonceOf = async () => (await this.call(market, MARKET_INTERFACE, "nonces", [owner]))[0] as bigint;
    const deadline = 2n ** 40n - 1n;
    await this.book.publishAhead();
    for (let i = 0; i <= REPEATS; i++) {
      const { energyWh, price, peakWh, expiryFrame } = this.book.order(i, 100_000 + 7 * i);
      const nonce = await nonceOf();
      const terms = {
        action: "place",
        charge: true,
        energyWh,
        price,
        peakWh,
        expiryFrame,
        nonce,
        deadline: Number(deadline),
      } as const;
      const signature = await sign(orderOfTypedData(market, chainId, owner, terms));
      const args = [owner, packSignedTerms(terms), signature];
      const receipt = await this.send(market, sender, MARKET_INTERFACE, "submitFor", args);
      if (i > 0) this.log.note("submitFor", receipt);
      await client.cancel(account);
    }
    for (let i = 0; i <= REPEATS; i++) {
      const withdrawal = { account: owner, to: owner, amount: 1n, nonce: await nonceOf(), deadline };
      const signature = await sign(withdrawalTypedData(market, chainId, withdrawal));
      const args = [owner, owner, 1n, deadline, signature];
      const receipt = await this.send(market, sender, MARKET_INTERFACE, "withdrawFor", args);
      if (i > 0) this.log.note("withdrawFor", receipt);
    }
    const payout = this.book.accounts[0]!;
    await this.send(market, account, MARKET_INTERFACE, "setPayout", [owner, payout.address]);
    for (let i = 0; i < REPEATS; i++) {
      await this.note("withdrawFrom", payout, [owner, 1n]);
      await this.note("setPayout", payout, [owner, payout.address]);
    }
    await this.send(market, payout, MARKET_INTERFACE, "setPayout", [owner, ZeroAddress]);
  }

  private async roles(): Promise<void> {
    const { client, sender } = this.setting;
    const pile = this.book.accounts[0]!;
    const role = id("GRID_OPERATOR_ROLE");
    for (let i = 0; i < REPEATS; i++) {
      await this.note("setSuspended", sender, [pile.address, i % 2 === 0]);
      // A change on record has to count before there is another; no meter is waited for.
      for (let frames = 0; frames <= client.parameters.leadFrames; frames++) await this.book.nextFrame();
      const args = [client.address, 1 + BATCH, this.book.stranger(i + 1)];
      const receipt = await this.send(client.deliveryAddress, sender, DELIVERY_INTERFACE, "setMeterKey", args);
      // The first one fills the slot that later ones rewrite.
      if (i > 0) this.log.note("setMeterKey", receipt);
      await this.meters(i);
      await this.note("setEntryPaused", sender, [i % 2 === 0]);
      for (const given of ["revokeRole", "renounceRole"]) {
        await this.note("grantRole", sender, [role, pile.address]);
        await this.note(given, given === "revokeRole" ? sender : pile, [role, pile.address]);
      }
    }
    await this.send(client.address, sender, MARKET_INTERFACE, "setSuspended", [pile.address, false]);
    await this.send(client.address, sender, MARKET_INTERFACE, "setEntryPaused", [false]);
  }

  /** Registers a pile's description beside its key; the first time fills slots that later ones rewrite. */
  private async meters(i: number): Promise<void> {
    const { client, sender } = this.setting;
    const attributes = { capacity: 900 - i, renewable: 800, position: 700, stability: 600 };
    for (const [call, value] of [
      ["setWeatherFactor", 100 + i],
      ["setAttributes", attributes],
    ] as const) {
      const args = [client.address, 2 + BATCH, value];
      const receipt = await this.send(client.deliveryAddress, sender, DELIVERY_INTERFACE, call, args);
      if (i > 0) this.log.note(call, receipt);
    }
  }

  private async markets(): Promise<number> {
    const { client, factory, sender, provider } = this.setting;
    const parameters: unknown = (await this.call(client.address, MARKET_INTERFACE, "parameters", []))[0];
    for (let i = 0; i < REPEATS; i++) {
      const feeder = encodeBytes32String(`gas bench ${i}`);
      const receipt = await this.send(factory, sender, FACTORY, "createMarket", [feeder, parameters]);
      if (i > 0) this.log.note("createMarket", receipt);
    }
    const code = (await provider.send("eth_getCode", [client.address, "latest"])) as string;
    return (code.length - 2) / 2;
  }

  private async note(call: string, sender: Transactor, args: readonly unknown[]): Promise<void> {
    this.log.note(call, await this.send(this.setting.client.address, sender, MARKET_INTERFACE, call, args));
  }

  private async send(
    to: string,
    sender: Transactor,
    contract: Interface,
    call: string,
    args: readonly unknown[],
  ): Promise<Receipt> {
    return sender.send({ to, data: contract.encodeFunctionData(call, args) });
  }

  private async call(to: string, contract: Interface, call: string, args: readonly unknown[]) {
    const data = contract.encodeFunctionData(call, args);
    const result = (await this.setting.provider.send("eth_call", [{ to, data }, "latest"])) as string;
    return contract.decodeFunctionResult(call, result);
  }
}
