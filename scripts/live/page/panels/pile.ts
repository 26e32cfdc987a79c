import type { Draft, PileLine, Prospect } from "../../protocol";
import { byId, debounced, h, setText } from "../dom";
import { act, ask, type State, type Store } from "../store";
import { say, trying } from "../tip";
import { accountOf, findWallets, sent, signed, type Wallet } from "../wallets";
import { amount, frameTimes, kWh, party, price, rankText, shortAddress } from "../words";
import { OrderForm } from "./orderForm";

/** How long after the last movement of a slider the market is asked, ms. */
const PATIENCE_MS = 150;

/** One pile: its account, its order, and what another order would come to before anything is signed. */
export function pilePanel(store: Store): void {
  const root = byId("pile");
  const choose = h("select", { id: "my-pile" });
  const wallets = h("div", { class: "controls", role: "group", "aria-label": "Wallets" });
  const account = h("dl", { class: "account" });
  const form = new OrderForm();
  const outlook = h("p", { class: "outlook", role: "status", "aria-live": "polite" });
  const place = h("button", { type: "button", class: "main" });
  const cancel = h("button", { type: "button" }, "Cancel order");
  const join = h("button", { type: "button" });
  const note = h("p", { class: "soft" });
  root.append(
    h("h2", { id: "pile-title" }, "My pile"),
    h("p", {}, h("label", { for: "my-pile" }, "Pile "), choose),
    wallets,
    join,
    account,
    form.element,
    outlook,
    h("div", { class: "controls" }, place, cancel),
    note,
  );
  let wallet: { of: Wallet; account: string } | undefined;
  let pile: PileLine | undefined;
  let listed = "";

  findWallets((found) => {
    const button = h("button", { type: "button" }, `Connect ${found.name}`);
    button.addEventListener(
      "click",
      () =>
        void trying(async () => {
          if (store.state === undefined) return;
          wallet = { of: found, account: await accountOf(found, store.state.facts) };
          const own = store.state.live.piles.find((one) => same(one.account, wallet!.account));
          if (own !== undefined) choose.value = String(own.pile);
          store.changed();
          refresh();
          return own === undefined
            ? `${found.name}: its account is no pile of this market yet`
            : `${found.name}: pile ${own.pile}`;
        }),
    );
    wallets.append(button);
  });

  const askProspect = debounced(
    PATIENCE_MS,
    () =>
      void trying(async () => {
        const { state } = store;
        if (pile === undefined || state === undefined) return;
        const draft = form.draft(pile.pile);
        const query = new URLSearchParams(Object.entries(draft).map(([name, value]) => [name, String(value)]));
        const prospect = await ask<Prospect>(`/api/prospect?${query.toString()}`);
        setText(outlook, outlookText(prospect, state, draft));
        outlook.className = prospect.refused === undefined ? "outlook" : "outlook refused";
      }),
  );
  form.element.addEventListener("input", askProspect);
  choose.addEventListener("change", () => {
    refresh();
    store.changed();
  });
  place.addEventListener(
    "click",
    () =>
      void trying(async () => {
        if (pile === undefined) return;
        return submit(pile.order === undefined ? "place" : "replace", form.draft(pile.pile));
      }),
  );
  cancel.addEventListener("click", () => void trying(async () => pile && submit("cancel", form.draft(pile.pile))));
  join.addEventListener(
    "click",
    () => void trying(async () => wallet && (await act({ do: "join", account: wallet.account })).said),
  );

  let asked = "";
  store.listen((state) => {
    const { live, facts } = state;
    fill(live.piles);
    form.bound(state);
    pile = live.piles.find((one) => one.pile === Number(choose.value));
    const isMine = pile !== undefined && wallet !== undefined && same(pile.account, wallet.account);
    const canAct = pile !== undefined && (pile.unlocked || isMine) && !pile.suspended;
    const stranger = wallet !== undefined && !live.piles.some((one) => same(one.account, wallet!.account));
    join.hidden = !stranger || !facts.development;
    setText(join, wallet === undefined ? "" : `Register ${shortAddress(wallet.account)} as a pile`);
    place.disabled = !canAct;
    cancel.disabled = !canAct || pile?.order === undefined;
    setText(place, pile?.order === undefined ? "Place order" : "Replace order");
    setText(
      note,
      canAct || pile === undefined
        ? ""
        : "Read-only: its account is neither the node's nor that of a wallet that is connected here",
    );
    // Of a frame of the past, its account as it was then.
    const then = state.shown.piles.find((one) => one.pile === pile?.pile) ?? pile;
    if (then !== undefined) describe(then, state);
    const key = `${choose.value} ${live.block}`;
    if (key !== asked) askProspect();
    asked = key;
  });

  function refresh(): void {
    asked = "";
    const own = store.state?.live.piles.find((one) => one.pile === Number(choose.value));
    if (own !== undefined && store.state !== undefined) form.startFrom(own, store.state);
  }

  function fill(piles: readonly PileLine[]): void {
    const key = piles.map(({ pile: number, unlocked }) => `${number}${unlocked ? "n" : ""}`).join();
    if (key === listed) return;
    listed = key;
    const before = choose.value;
    const sorted = [...piles].sort((a, b) => Number(b.unlocked) - Number(a.unlocked) || a.pile - b.pile);
    choose.replaceChildren(
      ...sorted.map((one) =>
        h(
          "option",
          { value: one.pile },
          `${one.pile} · ${shortAddress(one.account)}${one.unlocked ? " · the node's" : ""}`,
        ),
      ),
    );
    if (before !== "") choose.value = before;
    refresh();
  }

  function describe({ balance, locked, claim, credit, ratedW, order, suspended }: PileLine, { facts }: State): void {
    const rows: [string, string][] = [
      ["balance", amount(balance, facts)],
      ["locked", amount(locked, facts)],
      ["owed by the operator", amount(claim, facts)],
      ["credit", (credit / 100).toFixed(2)],
      ["rated", `${ratedW / 1000} kW`],
      [
        "order",
        order === undefined
          ? "none"
          : `${order.side === "charge" ? "bids for" : "offers"} ${kWh(order.remainingWh)} at ${price(order.price, facts)}, up to ${frameTimes(order.expiryFrame, facts)}`,
      ],
      ...(suspended ? [["suspended", "yes"] as [string, string]] : []),
    ];
    account.replaceChildren(...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  }

  async function submit(action: "place" | "replace" | "cancel", draft: Draft): Promise<string | undefined> {
    const { state } = store;
    if (state === undefined || pile === undefined) return undefined;
    if (wallet === undefined || !same(pile.account, wallet.account)) {
      const done = await act(action === "cancel" ? { do: "cancel", pile: draft.pile } : { do: "order", action, draft });
      return done.said;
    }
    const { toSign } = await act({ do: "typed", action, draft });
    if (toSign === undefined) return undefined;
    say(`${wallet.of.name} asks you to sign …`);
    if (!state.facts.relays)
      return `Sent in transaction ${shortAddress(await sent(wallet.of, wallet.account, toSign))}`;
    const signature = await signed(wallet.of, wallet.account, toSign);
    return (await act({ do: "submit", action, draft, deadline: toSign.deadline, signature })).said;
  }
}

function outlookText(prospect: Prospect, { facts }: State, { side }: Draft): string {
  const { refused, rank, of, fills, frame } = prospect;
  if (refused !== undefined) return `Would be refused (${refused}). ${prospect.text}`;
  const who = fills
    .slice(0, 4)
    .map(
      (fill) =>
        `${kWh(fill.energyWh)} ${side === "charge" ? `from ${party(fill.sell)}` : `to ${party(fill.buy)}`} at ${price(fill.price + (side === "charge" ? (fill.premium ?? 0) : (fill.subsidy ?? 0)), facts)}`,
    );
  const more = fills.length > 4 ? `, and ${fills.length - 4} more` : "";
  return `Frame ${frameTimes(frame, facts)}: rank ${rank} of ${of} (${rankText(facts, prospect)}); ${prospect.text}${who.length === 0 ? "" : `: ${who.join(", ")}${more}`}. Locks ${amount(prospect.lock ?? 0, facts)}.`;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
