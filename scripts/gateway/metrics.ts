import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

const SECONDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800];
const MILLISECONDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 25, 50, 100, 250, 1_000];

/** Counters of the gateway, for Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  /** Orders by what they were answered. */
  readonly answers = new Counter({
    ...{ name: "adbev_order_answers_total", help: "Orders by market and answer", labelNames: ["market", "answer"] },
    registers: [this.registry],
  });
  readonly judging = new Histogram({
    ...{ name: "adbev_order_judging_milliseconds", help: "Time from an order's arrival to its answer" },
    ...{ buckets: MILLISECONDS, registers: [this.registry] },
  });
  readonly confirmation = new Histogram({
    ...{ name: "adbev_order_confirmation_seconds", help: "Time from an order's arrival to its block" },
    ...{ labelNames: ["market"], buckets: SECONDS, registers: [this.registry] },
  });
  readonly duties = new Counter({
    ...{ name: "adbev_duties_total", help: "Work on markets by duty and outcome" },
    ...{ labelNames: ["market", "duty", "outcome"], registers: [this.registry] },
  });
  readonly unfinished = new Gauge({
    ...{ name: "adbev_transactions_unfinished", help: "Transactions sent and not known to be in a block" },
    registers: [this.registry],
  });
  readonly lag = new Gauge({
    ...{ name: "adbev_chain_lag_seconds", help: "Age of the node's latest block" },
    registers: [this.registry],
  });
  readonly stations = new Gauge({
    ...{ name: "adbev_stations_connected", help: "Charging stations that are connected" },
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
