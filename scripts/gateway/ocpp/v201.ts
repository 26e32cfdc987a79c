import { ACCEPTED, type Connection, HEARTBEAT_SECONDS, PATIENCE, PROFILE_ID } from "./connection";
import type { MeterValue } from "./meterValues";
import type { Allowance, Station } from "./station";

/** A station's first: a pile is one. */
const EVSE = 1;

interface TransactionEvent {
  eventType: "Started" | "Updated" | "Ended";
  timestamp: string;
  offline?: boolean;
  transactionInfo: { transactionId: string };
  idToken?: { idToken: string };
  meterValue?: MeterValue[];
}

interface Needs {
  chargingNeeds: {
    departureTime?: string;
    acChargingParameters?: { energyAmount: number };
    dcChargingParameters?: { energyAmount?: number };
  };
}

/** Answers a station that speaks OCPP 2.0.1. */
export function serve201(connection: Connection, station: Station): void {
  const on = <P>(method: string, answer: (params: P) => unknown) =>
    connection.handle(method, ({ params }) => answer(params as P));
  let transaction: string | undefined;
  on("BootNotification", () => ({ ...ACCEPTED, currentTime: station.currentTime(), interval: HEARTBEAT_SECONDS }));
  on("Heartbeat", () => ({ currentTime: station.currentTime() }));
  on<{ timestamp: string }>("StatusNotification", ({ timestamp }) => {
    station.toldNow(timestamp);
    return {};
  });
  on("Authorize", () => ({ idTokenInfo: ACCEPTED }));
  on<TransactionEvent>("TransactionEvent", (event) => {
    const { eventType, timestamp, offline, transactionInfo, idToken, meterValue = [] } = event;
    if (offline !== true) station.toldNow(timestamp);
    station.metered(meterValue);
    const { transactionId } = transactionInfo;
    if (eventType === "Started") station.begun(transactionId, idToken?.idToken ?? "", timestamp, true);
    if (eventType === "Ended") station.ended(transactionId, timestamp);
    transaction = eventType === "Ended" ? undefined : transactionId;
    return eventType === "Started" ? { idTokenInfo: ACCEPTED } : {};
  });
  on<{ meterValue: MeterValue[] }>("MeterValues", ({ meterValue }) => {
    station.metered(meterValue);
    return {};
  });
  on<Needs>("NotifyEVChargingNeeds", ({ chargingNeeds }) => {
    const { departureTime, acChargingParameters, dcChargingParameters } = chargingNeeds;
    const energyWh = acChargingParameters?.energyAmount ?? dcChargingParameters?.energyAmount;
    return { status: station.needs(energyWh, departureTime) ? "Accepted" : "Rejected" };
  });
  for (const method of ["NotifyReport", "NotifyEvent", "SecurityEventNotification", "LogStatusNotification"]) {
    on(method, () => ({}));
  }
  station.limit = async (allowance) => limit(connection, transaction, allowance);
}

async function limit(connection: Connection, transaction: string | undefined, allowance: Allowance): Promise<string> {
  const { limitW, from, seconds } = allowance;
  const schedule = {
    id: 1,
    duration: seconds,
    startSchedule: new Date(from * 1_000).toISOString(),
    chargingRateUnit: "W",
    chargingSchedulePeriod: [{ startPeriod: 0, limit: limitW }],
  };
  const kinds = [...(transaction === undefined ? [] : ["TxProfile"]), "TxDefaultProfile", "ChargingStationMaxProfile"];
  for (const purpose of kinds) {
    const profile = {
      ...{ id: PROFILE_ID, stackLevel: 0, chargingProfileKind: "Absolute", chargingProfilePurpose: purpose },
      ...{ chargingSchedule: [schedule], ...(purpose === "TxProfile" ? { transactionId: transaction } : {}) },
    };
    const evseId = purpose === "ChargingStationMaxProfile" ? 0 : EVSE;
    const answer = await connection.call("SetChargingProfile", { evseId, chargingProfile: profile }, PATIENCE);
    if ((answer as { status?: string }).status === "Accepted") return purpose;
  }
  return "none";
}
