import { RPCClient } from "ocpp-rpc";

/** A small charging station, for trying things without one. */
interface SimulatedStationOptions {
  /** Where the central system listens, ws:// or wss://. */
  endpoint: string;
  identity: string;
  password: string;
  version: "1.6" | "2.0.1";
  /** Rated power, W. */
  ratedW: number;
  /** Signs a record of its register, Wh, at a time, s; without it the station's values are not signed. */
  sign?: (time: number, importWh: bigint, exportWh: bigint) => string;
  /** Its register as it begins, Wh; 0 unless told. */
  registerWh?: number;
}

/** A car that is plugged in. */
interface SimulatedCar {
  /** Tag of its driver. */
  tag: string;
  energyWh: number;
  /** Energy that it can feed in, Wh; none unless told. */
  givesWh?: number;
  /** s since 1970 */
  departureAt: number;
}

interface Schedule {
  startSchedule?: string;
  duration?: number;
  chargingSchedulePeriod: { limit: number }[];
}

interface Limit {
  from: number;
  until: number;
  limitW: number;
}

/** Speaks OCPP 1.6 or 2.0.1, draws what its profiles allow, and sends its register; its time is told to it. */
export class SimulatedStation {
  private readonly client: RPCClient;
  private readonly limits: Limit[] = [];
  private car: (SimulatedCar & { drawnWh: number; gaveWh: number; transaction: number | string }) | undefined;
  private registerWh: number;
  private exportWh = 0;
  private at = 0;
  private sequence = 0;

  constructor(private readonly options: SimulatedStationOptions) {
    const { endpoint, identity, password, version, registerWh = 0 } = options;
    this.registerWh = registerWh;
    const protocols = [version === "1.6" ? "ocpp1.6" : "ocpp2.0.1"];
    const settings = { endpoint, identity, password, protocols, strictMode: true };
    // Its types ask for what has defaults, too.
    this.client = new RPCClient(settings as unknown as ConstructorParameters<typeof RPCClient>[0]);
    this.client.handle("SetChargingProfile", async ({ params }) => {
      const { csChargingProfiles, chargingProfile } = params as Record<
        string,
        { chargingSchedule: Schedule | Schedule[] }
      >;
      this.limits.push(limitOf((csChargingProfiles ?? chargingProfile)!.chargingSchedule));
      if (this.limits.length > 100) this.limits.shift();
      return { status: "Accepted" };
    });
  }

  /** Energy that the plugged-in car has drawn, Wh. */
  get drawnWh(): number {
    return this.car?.drawnWh ?? 0;
  }

  /** Energy that it has fed in, Wh. */
  get gaveWh(): number {
    return this.car?.gaveWh ?? 0;
  }

  async connect(now: number): Promise<void> {
    this.at = now;
    await this.client.connect();
    const boot =
      this.options.version === "1.6"
        ? { chargePointVendor: "AdBEV", chargePointModel: "simulated" }
        : { reason: "PowerUp", chargingStation: { vendorName: "AdBEV", model: "simulated" } };
    await this.client.call("BootNotification", boot);
  }

  /** A car comes. */
  async plug(car: SimulatedCar, now: number): Promise<void> {
    this.draw(now);
    const timestamp = time(now);
    if (this.options.version === "1.6") {
      const begins = { connectorId: 1, meterValue: [this.value(now, "Transaction.Begin")] };
      const start = { connectorId: 1, idTag: car.tag, meterStart: Math.floor(this.registerWh), timestamp };
      const { transactionId } = (await this.client.call("StartTransaction", start)) as { transactionId: number };
      this.car = { ...car, drawnWh: 0, gaveWh: 0, transaction: transactionId };
      await this.client.call("MeterValues", { ...begins, transactionId });
      return;
    }
    this.car = { ...car, drawnWh: 0, gaveWh: 0, transaction: `${this.options.identity}-${Math.round(now)}` };
    await this.transactionEvent("Started", now, { idToken: { idToken: car.tag, type: "Central" } });
    await this.client.call("NotifyEVChargingNeeds", {
      evseId: 1,
      chargingNeeds: {
        requestedEnergyTransfer: "AC_three_phase",
        departureTime: time(car.departureAt),
        acChargingParameters: { energyAmount: car.energyWh, evMinCurrent: 6, evMaxCurrent: 32, evMaxVoltage: 230 },
      },
    });
  }

  /** Draws until a moment, and sends the register that it has then. */
  async meter(now: number): Promise<void> {
    this.draw(now);
    if (this.options.version === "2.0.1") {
      if (this.car !== undefined) await this.transactionEvent("Updated", now, {});
      else await this.client.call("MeterValues", { evseId: 1, meterValue: [this.value(now, "Sample.Periodic")] });
      return;
    }
    const transaction = this.car === undefined ? {} : { transactionId: this.car.transaction };
    await this.client.call("MeterValues", {
      connectorId: 1,
      ...transaction,
      meterValue: [this.value(now, "Sample.Periodic")],
    });
  }

  /** The car goes. */
  async unplug(now: number): Promise<void> {
    this.draw(now);
    if (this.car === undefined) return;
    if (this.options.version === "2.0.1") await this.transactionEvent("Ended", now, {});
    else {
      const { transaction: transactionId } = this.car;
      await this.client.call("StopTransaction", {
        transactionId,
        meterStop: Math.floor(this.registerWh),
        timestamp: time(now),
        transactionData: [this.value(now, "Transaction.End")],
      });
    }
    this.car = undefined;
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private async transactionEvent(eventType: string, now: number, more: Record<string, unknown>): Promise<void> {
    const context = { Started: "Transaction.Begin", Ended: "Transaction.End" }[eventType] ?? "Sample.Periodic";
    await this.client.call("TransactionEvent", {
      ...{ eventType, timestamp: time(now), seqNo: this.sequence++, triggerReason: "MeterValuePeriodic" },
      transactionInfo: { transactionId: String(this.car!.transaction) },
      evse: { id: 1, connectorId: 1 },
      meterValue: [this.value(now, context)],
      ...more,
    });
  }

  /** Its register as its version of OCPP writes it, and beside it the record that its meter signs. */
  private value(now: number, context: string): Record<string, unknown> {
    const wh = Math.floor(this.registerWh);
    const outWh = Math.floor(this.exportWh);
    const record = this.options.sign?.(Math.floor(now), BigInt(wh), BigInt(outWh));
    const common = { context, measurand: "Energy.Active.Import.Register" };
    if (this.options.version === "1.6") {
      const plain = { ...common, value: String(wh), unit: "Wh" };
      const signed = record === undefined ? [] : [{ ...common, value: record, format: "SignedData" }];
      return { timestamp: time(now), sampledValue: [plain, ...signed] };
    }
    const signed =
      record === undefined
        ? {}
        : {
            signedMeterValue: {
              ...{ signedMeterData: Buffer.from(record).toString("base64"), encodingMethod: "OCMF" },
              ...{ signingMethod: "", publicKey: "" },
            },
          };
    const unitOfMeasure = { unit: "Wh" };
    const sampledValue = [
      { ...common, value: wh, unitOfMeasure, ...signed },
      { context, measurand: "Energy.Active.Export.Register", value: outWh, unitOfMeasure },
    ];
    return { timestamp: time(now), sampledValue };
  }

  /** Draws as limits allow from where it was until now. */
  private draw(now: number): void {
    const { car } = this;
    if (car !== undefined) {
      for (const { from, until, limitW } of this.limits) {
        const seconds = Math.max(0, Math.min(now, until) - Math.max(this.at, from));
        const mostWh = (Math.min(Math.abs(limitW), this.options.ratedW) * seconds) / 3_600;
        if (limitW >= 0) {
          const wh = Math.min(mostWh, car.energyWh - car.drawnWh);
          car.drawnWh += wh;
          this.registerWh += wh;
        } else {
          const wh = Math.min(mostWh, (car.givesWh ?? 0) - car.gaveWh);
          car.gaveWh += wh;
          this.exportWh += wh;
        }
      }
    }
    this.at = Math.max(this.at, now);
  }
}

function limitOf(schedules: Schedule | Schedule[]): Limit {
  const { startSchedule, duration, chargingSchedulePeriod } = Array.isArray(schedules) ? schedules[0]! : schedules;
  const from = startSchedule === undefined ? 0 : Date.parse(startSchedule) / 1_000;
  return { from, until: from + (duration ?? Number.POSITIVE_INFINITY), limitW: chargingSchedulePeriod[0]!.limit };
}

function time(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
