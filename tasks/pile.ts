import { InputError } from "../scripts/core/errors";
import { addressOf, pileAccount } from "./support/accounts";
import { type PileArguments, pileTask } from "./support/feederTask";
import { framesText, frameText } from "./support/frameText";
import { guarded } from "./support/guarded";
import { wholeNumber } from "./support/flags";
import { readAmount } from "./support/moneyFlags";
import { chainTime, compileQuietly, connectFeeder, transactorOf, viewBlock } from "./support/network";
import { grouped, kWh, printSent, SENT_AS_JSON, toJsonText } from "./support/output";

/** The contract keeps rated powers in 32 bits. */
const MOST_RATED_W = 2 ** 32 - 1;

interface RegisterArguments extends PileArguments {
  rated: string;
  registrar: string;
  meterKey?: string;
  operator?: string;
}

pileTask("pile:register", "Registers an account as a charging pile; its address is enough")
  .addOptionalParam("rated", "rated power, W", "7000")
  .addOptionalParam("registrar", "account with the registrar's role, by number or address", "0")
  .addOptionalParam("meterKey", "address of the key that signs the pile's readings (default: the pile's)")
  .addOptionalParam("operator", "address of whoever runs the pile (default: the pile's)")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async (args: RegisterArguments, hre) => {
      const ratedW = BigInt(wholeNumber("rated", args.rated, 1, MOST_RATED_W));
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, args.feeder);
      const account = await addressOf(hre, "account", await pileAccount(hre, args.account));
      const named = async (flag: string, text: string | undefined) =>
        text === undefined ? account : addressOf(hre, flag, text);
      const meterKey = await named("meter-key", args.meterKey);
      const operator = await named("operator", args.operator);
      const record = { account, operator, meterKey, ratedW };
      const receipt = await client.register(await transactorOf(hre, args.registrar), record);
      const pile = client.registeredIndex(receipt);
      printSent(args.json, receipt, { pile, ...record }, `${account} is pile ${pile}, ${grouped(ratedW)} W`);
    }),
  );

interface FundArguments extends PileArguments {
  amount?: string;
  tokens?: string;
  from: string;
}

pileTask("pile:fund", "Deposits tokens for a pile: those of an account, or of the faucet where the token has one")
  .addOptionalParam("tokens", "how many tokens, such as 12.50 (default: 100)")
  .addOptionalParam("amount", "the same in money units, a millionth of a token with six decimals or more")
  .addOptionalParam("from", "account whose tokens they are, by number or address", "0")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async (args: FundArguments, hre) => {
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, args.feeder);
      const { moneyOf, provideTokens } = await import("../scripts/chain/token");
      const money = await moneyOf(client, hre.ethers.provider);
      const units = readAmount(money, args.amount === undefined ? { tokens: args.tokens ?? "100" } : args);
      const sender = await transactorOf(hre, args.from);
      const address = await addressOf(hre, "account", await pileAccount(hre, args.account));
      const pile = await client.pileOf(address);
      // Before any token is approved or drawn.
      if (pile === 0) throw notRegistered(args.feeder, address);
      await provideTokens(client, hre.ethers.provider, sender, units);
      const receipt = await client.deposit(sender, address, units);
      printSent(
        args.json,
        receipt,
        { pile, account: address, amount: units, token: client.tokenAddress },
        `Deposited ${money.amount(units)} for pile ${pile}, ${address}`,
      );
    }),
  );

interface WithdrawArguments extends PileArguments {
  amount?: string;
  tokens?: string;
  to?: string;
}

pileTask("pile:withdraw", "Takes free money out of the market to the pile's own account")
  .addOptionalParam("tokens", "how many tokens, such as 12.50")
  .addOptionalParam("amount", "the same in money units")
  .addOptionalParam("to", "address that gets them (default: the pile's)")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async (args: WithdrawArguments, hre) => {
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, args.feeder);
      const { moneyOf } = await import("../scripts/chain/token");
      const money = await moneyOf(client, hre.ethers.provider);
      const units = readAmount(money, args);
      const pile = await transactorOf(hre, await pileAccount(hre, args.account));
      const to = args.to === undefined ? pile.address : await addressOf(hre, "to", args.to);
      const receipt = await client.withdraw(pile, to, units);
      const what = { account: pile.address, to, amount: units, token: client.tokenAddress };
      printSent(args.json, receipt, what, `Withdrew ${money.amount(units)} to ${to}`);
    }),
  );

function notRegistered(feeder: string, address: string): InputError {
  return new InputError(`feeder ${feeder}`, `${address} is not registered; see pile:register`);
}

pileTask(
  "pile:show",
  "Shows a pile's balance and order, and why the order would or would not fill in the next clearing",
)
  .addFlag("json", "print it as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, account, json }: PileArguments, hre) => {
      await compileQuietly(hre);
      const { client, addresses } = await connectFeeder(hre, feeder);
      const { Market__factory } = await import("../typechain-types/factories/contracts/market/Market__factory");
      const { LensClient } = await import("../scripts/chain/lensClient");
      const { VERDICT_WORDS } = await import("../scripts/chain/verdicts");
      const { moneyOf } = await import("../scripts/chain/token");
      const { orderOf } = await import("../scripts/chain/marketClient");
      const { decodePileState } = await import("../scripts/chain/packedWords");
      const market = Market__factory.connect(addresses.market, hre.ethers.provider);
      const at = { blockTag: await viewBlock(hre) };
      const lens = new LensClient(addresses.lens, addresses.market, hre.ethers.provider, at.blockTag);
      const money = await moneyOf(client, hre.ethers.provider);
      const address = await addressOf(hre, "account", await pileAccount(hre, account));
      const pile = Number(await market.pileOf(address));
      if (pile === 0) throw notRegistered(feeder, address);
      const free = await market.freeBalanceOf(address, at);
      const locked = await market.lockedBalanceOf(address, at);
      const claim = await client.claimOf(address);
      const { credit, creditWh } = decodePileState(await market.pileState(pile));
      const live = (await client.liveStates(at, await chainTime(hre))).find((state) => state.pile === pile);
      const order = live === undefined ? undefined : orderOf(live.state, client.parameters.tickSize);
      const frame = await lens.upcomingFrame();
      const { verdict, filledWh } = await lens.explain(address, frame);
      const verdictText = VERDICT_WORDS[verdict];
      if (json) {
        console.log(
          toJsonText({
            pile,
            account: address,
            free,
            locked,
            claim,
            credit,
            creditWh,
            order,
            frame,
            filledWh,
            verdict: verdictText,
          }),
        );
        return;
      }
      console.log(`Pile ${pile}, ${address}`);
      console.log(
        `Free ${money.amount(free)}, locked ${money.amount(locked)}${claim === 0n ? "" : `, ${money.amount(claim)} to be claimed of the operator`}`,
      );
      console.log(`Credit ${(Number(credit) / 100).toFixed(2)}, resting on ${kWh(creditWh, 2)}`);
      if (order === undefined) {
        console.log("No live order");
        return;
      }
      const kind = order.iceberg ? `iceberg, peak ${kWh(order.peakWh, 2)}` : "normal";
      console.log(
        `${order.side === "charge" ? "Bid" : "Ask"}: ${kWh(order.remainingWh, 2)} at ${money.price(order.price)} a kWh, ` +
          `${kind}, ${framesText(order.firstFrame, order.expiryFrame, client.parameters)}`,
      );
      console.log(
        `If ${frameText(frame, client.parameters)} were cleared now, ${verdictText}${filledWh > 0n ? ` (${kWh(filledWh, 2)})` : ""}`,
      );
    }),
  );
