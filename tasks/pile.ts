import { InputError } from "../scripts/scenario/inputError";
import { feederTask, pileTask, type SenderArguments, type SendingArguments } from "./support/feederTask";
import { guarded } from "./support/guarded";
import { amount } from "./support/flags";
import { compileQuietly, connectFeeder, transactorOf } from "./support/network";
import { grouped, kWh, pence, printSent, SENT_AS_JSON, toJsonText } from "./support/output";

interface RegisterArguments extends SendingArguments {
  rated: string;
  registrar: string;
}

feederTask("pile:register", "Registers an account as a charging pile")
  .addOptionalParam("account", "the pile's account on this network, by number or address", "1")
  .addOptionalParam("rated", "rated power, W", "7000")
  .addOptionalParam("registrar", "account with the registrar's role", "0")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async ({ feeder, account, rated, registrar, json }: RegisterArguments, hre) => {
      const ratedW = amount("rated", rated, "W");
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, feeder);
      const { address } = await transactorOf(hre, account);
      const record = { account: address, operator: address, meterKey: address, ratedW };
      const receipt = await client.register(await transactorOf(hre, registrar), record);
      const pile = client.registeredIndex(receipt);
      printSent(json, receipt, { pile, account: address, ratedW }, `${address} is pile ${pile}, ${grouped(ratedW)} W`);
    }),
  );

interface FundArguments extends SendingArguments {
  amount: string;
  from: string;
}

pileTask("pile:fund", "Deposits test tokens from the faucet for a pile")
  .addOptionalParam("amount", "money units (a millionth of a pound with the test token)", "100000000")
  .addOptionalParam("from", "account that draws the tokens and deposits them", "0")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async (args: FundArguments, hre) => {
      const units = amount("amount", args.amount, "money units");
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, args.feeder);
      const sender = await transactorOf(hre, args.from);
      const { address } = await transactorOf(hre, args.account);
      await client.drawFromFaucet(sender, units);
      const receipt = await client.deposit(sender, address, units);
      const said = `Deposited ${grouped(units)} money units for ${address}`;
      printSent(args.json, receipt, { account: address, amount: units }, said);
    }),
  );

interface WithdrawArguments extends SendingArguments {
  amount: string;
}

pileTask("pile:withdraw", "Takes free money out of the market to the pile's own account")
  .addParam("amount", "money units")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async (args: WithdrawArguments, hre) => {
      const units = amount("amount", args.amount, "money units");
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, args.feeder);
      const pile = await transactorOf(hre, args.account);
      const receipt = await client.withdraw(pile, pile.address, units);
      const said = `Withdrew ${grouped(units)} money units to ${pile.address}`;
      printSent(args.json, receipt, { account: pile.address, amount: units }, said);
    }),
  );

interface ShowArguments extends SenderArguments {
  json: boolean;
}

pileTask(
  "pile:show",
  "Shows a pile's balance and order, and why the order would or would not fill in the next clearing",
)
  .addFlag("json", "print it as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, account, json }: ShowArguments, hre) => {
      await compileQuietly(hre);
      const { client, addresses } = await connectFeeder(hre, feeder);
      const { Market__factory } = await import("../typechain-types/factories/contracts/Market__factory");
      const { LensClient } = await import("../scripts/chain/lensClient");
      const { VERDICT_WORDS } = await import("../scripts/chain/verdicts");
      const { orderOf } = await import("../scripts/chain/marketClient");
      const { decodePileState } = await import("../scripts/chain/packedWords");
      const market = Market__factory.connect(addresses.market, hre.ethers.provider);
      const lens = new LensClient(addresses.lens, addresses.market, hre.ethers.provider);
      const { address } = await transactorOf(hre, account);
      const pile = Number(await market.pileOf(address));
      if (pile === 0) throw new InputError(`feeder ${feeder}`, `${address} is not registered; see pile:register`);
      const free = await market.freeBalanceOf(address);
      const locked = await market.lockedBalanceOf(address);
      const claim = await client.claimOf(address);
      const { credit, creditWh } = decodePileState(await market.pileState(pile));
      const live = (await client.liveStates()).find((state) => state.pile === pile);
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
        `Free ${grouped(free)}, locked ${grouped(locked)} money units${claim === 0n ? "" : `, ${grouped(claim)} to be claimed of the operator`}`,
      );
      console.log(`Credit ${(Number(credit) / 100).toFixed(2)}, resting on ${kWh(creditWh, 2)}`);
      if (order === undefined) {
        console.log("No live order");
        return;
      }
      const kind = order.iceberg ? `iceberg, peak ${kWh(order.peakWh, 2)}` : "normal";
      console.log(
        `${order.side === "charge" ? "Bid" : "Ask"}: ${kWh(order.remainingWh, 2)} at ${pence(order.price)} a kWh, ` +
          `${kind}, frames ${order.firstFrame} to ${order.expiryFrame}`,
      );
      console.log(`If frame ${frame} were cleared now, ${verdictText}${filledWh > 0n ? ` (${kWh(filledWh, 2)})` : ""}`);
    }),
  );
