import { byId, setText } from "./dom";
import { bookPanel } from "./panels/book";
import { clockPanel } from "./panels/clock";
import { decisionPanel } from "./panels/decision";
import { feederPanel } from "./panels/feeder";
import { metersPanel } from "./panels/meters";
import { pilePanel } from "./panels/pile";
import { roundsPanel } from "./panels/rounds";
import { scrubberPanel } from "./panels/scrubber";
import { tapePanel } from "./panels/tape";
import { Store } from "./store";
import { showTips } from "./tip";
import { shortAddress } from "./words";

const store = new Store();
showTips();
store.listen(({ facts, status, live, shown }) => {
  const title = `Feeder ${facts.feeder}`;
  document.title = `${title}, live`;
  setText(document.querySelector("h1")!, title);
  const kind = facts.settlement === "benefit" ? "plans compete in rounds" : "the clearing decides";
  const meters = facts.metered ? ", by meter" : "";
  setText(
    byId("market"),
    `${kind}${meters} · market ${shortAddress(facts.address)} on ${facts.network}, chain ${facts.chainId} · ${live.piles.length} piles · AdBEV ${facts.version}`,
  );
  const trouble = byId("trouble");
  trouble.hidden = status.node === "answers";
  setText(trouble, status.text);
  document.body.classList.toggle("past", !shown.live);
});
clockPanel(store);
feederPanel(store);
const answers = decisionPanel(store);
bookPanel(store, answers);
pilePanel(store);
roundsPanel(store);
metersPanel(store);
tapePanel(store);
scrubberPanel(store);
store.connect();
